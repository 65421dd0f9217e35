//! Random sequences of calls: simulator and model must answer alike, and look alike to every tenant at the end. A
//! sequence that fails is shortened and printed.

mod call;
mod model;

use std::cell::RefCell;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::fixture::{APPLICATIONS_READ, DEVICES_BASE_DATA_READ, T1, T2, T3};

use self::call::{Call, Change, Consent, Permissions, Secret, Tenant, any_call};
use self::model::{Expected, Model, State};
use crate::kit::{APP, Answer, App, DEV, DEVICES, TOKEN, UNKNOWN, World};

const TENANTS: [&str; 3] = [T1, T2, T3];

/// The simulator, and what its creations and rotations answered.
struct Real<'a> {
    world: &'a World,
    apps: Vec<App>,
    newest: Vec<String>,
}

#[test]
fn random_sequences_of_calls_go_as_in_the_model() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = RefCell::new(runtime.block_on(World::start()));
    let config = Config {
        cases: 64,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let sequences = proptest::collection::vec(any_call(), 1..30);
    let outcome = TestRunner::new(config).run(&sequences, |calls| {
        let mut world = world.borrow_mut();
        runtime.block_on(async {
            world.begin(json!({})).await;
            compare(&world, &calls).await.map_err(TestCaseError::fail)
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn the_model_notices_a_simulator_that_differs() {
    let world = World::switched(json!({"name_scope": "global"})).await;
    let create = |by| Call::Create {
        by,
        name: 0,
        allowed: vec![],
        permissions: 0,
        public: false,
    };
    let told = compare(&world, &[create(0), create(1)]).await.unwrap_err();
    assert!(told.contains("call 1") && told.contains("409"), "{told}");
}

async fn compare(world: &World, calls: &[Call]) -> Result<(), String> {
    let mut model = Model::default();
    let mut real = Real {
        world,
        apps: Vec::new(),
        newest: Vec::new(),
    };
    for (number, call) in calls.iter().enumerate() {
        let index = |app: &usize| model.index(*app);
        let answered = real.perform(call, &index).await;
        let expected = model.apply(call);
        if answered != expected {
            return Err(format!("call {number}, {call:?}: {answered:?}, expected {expected:?}"));
        }
        if let Call::Look { by } = call {
            real.look(&model, *by).await?;
        }
    }
    for by in 0..TENANTS.len() {
        real.look(&model, by).await?;
    }
    Ok(())
}

impl Real<'_> {
    fn writer(&self, tenant: Tenant) -> &str {
        [&self.world.w1, &self.world.w2, &self.world.w3][tenant]
    }

    async fn perform(&mut self, call: &Call, index: &impl Fn(&usize) -> Option<usize>) -> Expected {
        match call {
            Call::Token { app, secret, tenant } => self.token(index(app), secret, *tenant).await,
            Call::Look { .. } => Expected::Status(200),
            other => Expected::Status(self.write(other, index).await),
        }
    }

    async fn write(&mut self, call: &Call, index: &impl Fn(&usize) -> Option<usize>) -> u16 {
        let id = |app: &usize| index(app).map_or(UNKNOWN, |index| self.apps[index].id()).to_owned();
        let dev = |app: &usize| format!("{DEV}/{}", id(app));
        let installation = |app: &usize| format!("{APP}/{}/installation", id(app));
        let row = |app: &usize, tenant: &Tenant| format!("{}/allowed-tenants/{}", dev(app), TENANTS[*tenant]);
        let (by, method, path, body) = match call {
            Call::Create { by, .. } => (by, Method::POST, DEV.to_owned(), creation(call)),
            Call::Change { by, app, change } => (by, Method::PATCH, dev(app), changed(change)),
            Call::Delete { by, app } => (by, Method::DELETE, dev(app), json!({})),
            Call::Rotate { by, app } => (by, Method::POST, format!("{}/secret", dev(app)), json!({})),
            Call::Allow { by, app, tenant } => (by, Method::PUT, row(app, tenant), json!({})),
            Call::Disallow { by, app, tenant } => (by, Method::DELETE, row(app, tenant), json!({})),
            Call::Uninstall { by, app } => (by, Method::DELETE, installation(app), json!({})),
            Call::Install { by, app, consent } | Call::Renew { by, app, consent } => {
                let method = if matches!(call, Call::Install { .. }) {
                    Method::POST
                } else {
                    Method::PATCH
                };
                (
                    by,
                    method,
                    installation(app),
                    self.consent(*by, &id(app), consent).await,
                )
            }
            Call::Token { .. } | Call::Look { .. } => return 200,
        };
        let request = self.world.request(method, &path).bearer_auth(self.writer(*by));
        let Answer { status, body } = self.world.send(request.json(&body)).await;
        match call {
            Call::Create { .. } if status == 201 => {
                let app = App(body["data"].clone());
                self.newest.push(app.secret().to_owned());
                self.apps.push(app);
            }
            Call::Rotate { app, .. } if status == 201 => {
                let secret = body["data"]["secret"].as_str().unwrap().to_owned();
                if let Some(index) = index(app) {
                    self.newest[index] = secret;
                }
            }
            _ => {}
        }
        status
    }

    async fn consent(&self, by: Tenant, id: &str, consent: &Consent) -> Value {
        match consent {
            Consent::Set(set) => json!({"permissions": permissions(*set)}),
            Consent::Shown => {
                let shown = self
                    .world
                    .get(self.writer(by), &format!("{APP}/{id}/permissions"))
                    .await;
                let shown = if shown.status == 200 {
                    shown.body["data"].clone()
                } else {
                    permissions(0)
                };
                json!({"permissions": shown})
            }
        }
    }

    async fn token(&self, index: Option<usize>, secret: &Secret, tenant: Option<Tenant>) -> Expected {
        let client = index.map_or(UNKNOWN, |index| self.apps[index].client_id());
        let secret = index.map_or("none", |index| match secret {
            Secret::First => self.apps[index].secret(),
            Secret::Newest => &self.newest[index],
        });
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
        ];
        let request = self.world.request(Method::POST, TOKEN).form(&form);
        let tenant = tenant.map(|tenant| TENANTS[tenant]);
        let request = tenant
            .into_iter()
            .fold(request, |request, id| request.header("tenant", id));
        let Answer { status, body } = self.world.send(request).await;
        if status == 200 {
            let token = body["access_token"].as_str().unwrap();
            return Expected::Token(self.world.get(token, DEVICES).await.status);
        }
        let reasons = ["invalid_client", "unauthorized_client", "invalid_grant"];
        let reason = reasons.into_iter().find(|reason| body["error"] == *reason);
        Expected::NoToken(reason.unwrap_or("another reason"))
    }

    /// Compares what a tenant owns and what it sees.
    async fn look(&self, model: &Model, by: Tenant) -> Result<(), String> {
        let owned = self.items(by, DEV).await;
        let own = |one: &&model::App| one.owner == by && one.state != State::Deleted;
        let expected = model.apps.iter().filter(own).map(|one| {
            let status = if one.state == State::Active {
                "active"
            } else {
                "inactive"
            };
            json!([name(one.name), status, one.public, one.installed.len()])
        });
        let members = ["name", "status", "withPublicOauth2Client", "installationsCount"];
        same("owns", by, &owned, &members, expected.collect())?;
        let seen = self.items(by, APP).await;
        let visible = model.apps.iter().filter(|one| one.visible(by));
        let expected = visible.map(|one| {
            let consented = one.installed.get(&by);
            let status = consented.map(|set| if *set == one.permissions { "ok" } else { "outdated" });
            json!([name(one.name), one.code(by), status])
        });
        same(
            "sees",
            by,
            &seen,
            &["name", "availableCode", "/installation/status"],
            expected.collect(),
        )
    }

    async fn items(&self, by: Tenant, path: &str) -> Vec<Value> {
        let list = self.world.get(self.writer(by), &format!("{path}?pageSize=100")).await;
        list.expect(200)["data"].as_array().unwrap().clone()
    }
}

fn same(how: &str, by: Tenant, items: &[Value], members: &[&str], mut expected: Vec<Value>) -> Result<(), String> {
    let member = |item: &Value, name: &str| match item.pointer(name) {
        Some(nested) => nested.clone(),
        None => item[name.trim_start_matches('/')].clone(),
    };
    let shown = |item: &Value| members.iter().map(|name| member(item, name)).collect::<Value>();
    let mut shown: Vec<Value> = items.iter().map(shown).collect();
    shown.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    if shown == expected {
        return Ok(());
    }
    Err(format!(
        "tenant {by} {how} {}, expected {}",
        json!(shown),
        json!(expected)
    ))
}

fn name(number: u8) -> String {
    format!("app {number}")
}

fn permissions(set: Permissions) -> Value {
    let both = [(model::DEVICES, DEVICES_BASE_DATA_READ), (2, APPLICATIONS_READ)];
    let held = both.into_iter().filter(|(bit, _)| set & bit != 0);
    json!({"client": held.map(|(_, id)| json!({"id": id})).collect::<Vec<_>>(), "user": []})
}

fn creation(call: &Call) -> Value {
    let Call::Create {
        name: number,
        allowed,
        permissions: set,
        public,
        ..
    } = call
    else {
        return Value::Null;
    };
    let rows: Vec<Value> = allowed
        .iter()
        .map(|tenant| json!({"tenantId": TENANTS[*tenant]}))
        .collect();
    json!({
        "name": name(*number), "allowedTenants": rows, "permissions": permissions(*set),
        "withPublicOauth2Client": public,
    })
}

fn changed(change: &Change) -> Value {
    match change {
        Change::Name(number) => json!({"name": name(*number)}),
        Change::Active(active) => json!({"status": if *active { "active" } else { "inactive" }}),
        Change::Permissions(set) => json!({"permissions": permissions(*set)}),
        Change::Public(public) => json!({"withPublicOauth2Client": public}),
    }
}
