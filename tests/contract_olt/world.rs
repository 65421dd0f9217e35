//! A simulated platform and connections to it.

use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{Connect, Consents, Platform, Registered, Target, TargetKind, TenantSide};
use oauth_registrar::domain::registration::{AllowedTenant, ApplicationId, Permissions, Registration};
use oauth_registrar::platforms::Connector;
use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, WRITER_T1};
use simulator::{Options, Simulator};

/// Where applications are.
pub const DEV: &str = "/v1/application-developer/applications";
pub const PATIENT: Duration = Duration::from_secs(10);

/// A simulator, and our connection as writer of the first tenant.
pub struct World {
    simulator: Simulator,
    control: reqwest::Client,
    pub platform: Arc<dyn Platform>,
}

impl World {
    pub async fn start() -> Self {
        Self::with_timeout(PATIENT).await
    }

    /// A world whose connection gives up after this time.
    pub async fn with_timeout(timeout: Duration) -> Self {
        Self::of(Options::default(), timeout, Consents::Set(true)).await
    }

    /// A simulator of its own making, and a connection that knows this of its contract.
    pub async fn of(options: Options, timeout: Duration, consents: Consents) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let simulator = Simulator::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
        let control = reqwest::Client::new();
        let token = mint(&control, &simulator, WRITER_T1, Some(T1), None).await;
        let platform = connect(&installing(target(&simulator.url(), timeout), consents), token);
        Self {
            simulator,
            control,
            platform,
        }
    }

    pub async fn token(&self, user: &str, tenant: Option<&str>) -> SecretText {
        mint(&self.control, &self.simulator, user, tenant, None).await
    }

    /// A connection with this token.
    pub fn connection(&self, token: SecretText) -> Arc<dyn Platform> {
        connect(&target(&self.simulator.url(), PATIENT), token)
    }

    pub async fn tenant_side(&self, user: &str, tenant: &str) -> Box<dyn TenantSide> {
        self.platform.tenant(self.token(user, Some(tenant)).await).unwrap()
    }

    /// A token that expired already.
    pub async fn expired_token(&self) -> SecretText {
        mint(&self.control, &self.simulator, WRITER_T1, Some(T1), Some(-1)).await
    }

    /// Sets a fault for the next request of this method and path.
    pub async fn fault(&self, method: &str, path: &str, fault: Value) {
        self.control(
            "faults",
            &json!({"match": {"method": method, "path": path}, "fault": fault}),
        )
        .await;
    }

    /// Changes the platform as somebody else would.
    pub async fn operate(&self, operations: Value) {
        self.control("state", &json!({"ops": operations})).await;
    }

    async fn control(&self, path: &str, body: &Value) {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        let answer = self.control.post(url).json(body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{status} {}", answer.text().await.unwrap());
    }

    async fn show(&self, path: &str) -> Value {
        self.control
            .get(format!("{}/_sim/{path}", self.simulator.url()))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// How often an operation took effect.
    pub async fn commits(&self, operation: &str) -> u64 {
        self.show("state").await["commits"][operation].as_u64().unwrap()
    }

    /// The application of this id, as the platform stores it.
    pub async fn stored(&self, id: &ApplicationId) -> Value {
        let state = self.show("state").await;
        let applications = state["applications"].as_array().unwrap();
        applications
            .iter()
            .find(|one| one["id"] == id.0.as_str())
            .unwrap()
            .clone()
    }

    /// How many applications exist and are not deleted.
    pub async fn population(&self) -> usize {
        let state = self.show("state").await;
        state["applications"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["status"] != "deleted")
            .count()
    }

    /// Every request so far, as `METHOD path?query`.
    pub async fn requests(&self) -> Vec<String> {
        let records = self.show("requests").await;
        let line = |record: &Value| {
            let text = |member: &str| record[member].as_str().unwrap().to_owned();
            let query = text("query");
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{} {}{mark}{query}", text("method"), text("path"))
        };
        records.as_array().unwrap().iter().map(line).collect()
    }

    pub async fn forget_requests(&self) {
        self.control
            .delete(format!("{}/_sim/requests", self.simulator.url()))
            .send()
            .await
            .unwrap();
    }

    pub async fn register(&self, name: &str) -> Registered {
        self.platform.register(&registration(name)).await.unwrap()
    }
}

async fn mint(
    control: &reqwest::Client,
    simulator: &Simulator,
    user: &str,
    tenant: Option<&str>,
    ttl_s: Option<i64>,
) -> SecretText {
    let op = json!({"op": "token.mint", "user": user, "tenant": tenant, "ttl_s": ttl_s});
    let url = format!("{}/_sim/state", simulator.url());
    let answer: Value = control
        .post(url)
        .json(&json!({"ops": [op]}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    SecretText::new(answer["results"][0]["access_token"].as_str().unwrap().to_owned())
}

pub fn target(url: &str, timeout: Duration) -> Target {
    let kind = TargetKind::Olt {
        api_url: format!("{url}/v1").parse().unwrap(),
        issuer_url: format!("{url}/v1/id/auth/realms/olt").parse().unwrap(),
        marks: true,
        consents: Consents::Set(true),
    };
    Target {
        kind,
        timeout,
        authorities: None,
    }
}

fn installing(target: Target, known: Consents) -> Target {
    let mut target = target;
    let TargetKind::Olt { consents, .. } = &mut target.kind;
    *consents = known;
    target
}

pub fn connect(target: &Target, token: SecretText) -> Arc<dyn Platform> {
    Connector.connect(target, token).unwrap()
}

pub fn marker(name: &str) -> Marker {
    Marker::of("contract", "id", "billing", name)
}

/// A registration with every member set.
pub fn registration(name: &str) -> Registration {
    Registration {
        name: name.to_owned(),
        description: "nightly export".to_owned(),
        marker: Some(marker(name)),
        client_uri: "https://billing.example.com".to_owned(),
        redirect_uris: vec!["https://billing.example.com/callback".to_owned()],
        permissions: permissions(&[DEVICES_BASE_DATA_READ]),
        suspended: false,
        public_client: true,
        allowed_tenants: vec![allowed(T1, "north")],
    }
}

pub fn permissions(client: &[&str]) -> Permissions {
    Permissions {
        client: client.iter().map(|id| (*id).into()).collect(),
        ..Permissions::default()
    }
}

pub fn allowed(tenant: &str, comment: &str) -> AllowedTenant {
    AllowedTenant {
        tenant_id: tenant.into(),
        comment: comment.to_owned(),
    }
}

pub fn credentials(registered: &Registered, secret: &SecretText, method: AuthMethod) -> Credentials {
    Credentials {
        client_id: registered.client_id.0.clone(),
        client_secret: secret.clone(),
        method,
    }
}

/// The class of a call that must fail.
pub fn class<T>(outcome: Result<T, Failure>) -> Class {
    outcome.err().unwrap_or_else(|| panic!("the call went well")).class
}
