//! A simulated platform and connections to it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::egress::Egress;
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{
    Connect, Consents, Limits, Platform, Registered, Target, TargetKind, TenantSide, Tls,
};
use oauth_registrar::domain::registration::{AllowedTenant, ApplicationId, Permissions, Registration};
use oauth_registrar::platforms::Connector;
use serde_json::{Value, json};
use simulator::fixture::{
    APPLICATIONS_DEVELOPMENT_READ, APPLICATIONS_DEVELOPMENT_WRITE, APPLICATIONS_READ, APPLICATIONS_WRITE,
    DEVICES_BASE_DATA_READ, T1, WRITER_T1,
};
use simulator::{Options, Simulator};

/// Where applications are.
pub const DEV: &str = "/v1/application-developer/applications";
/// Far above what anything takes; also the time within which a call must be sent.
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
        let control = reqwest::Client::builder().no_proxy().build().unwrap();
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

    pub async fn tenant_side(&self, user: &str, tenant: &str) -> Arc<dyn TenantSide> {
        let token = self.token(user, Some(tenant)).await;
        self.platform
            .tenant(Some(Access::ApiToken(token)), &tenant.into())
            .unwrap()
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

    /// Sets a fault for every request.
    pub async fn fault_always(&self, fault: Value) {
        self.control("faults", &json!({"count": 0, "fault": fault})).await;
    }

    /// Removes all faults.
    pub async fn heal(&self) {
        let url = format!("{}/_sim/faults", self.simulator.url());
        self.control.delete(url).send().await.unwrap();
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.simulator.url()
    }

    /// Changes the platform as somebody else would; what became of each change.
    pub async fn operate(&self, operations: Value) -> Value {
        self.control("state", &json!({"ops": operations})).await["results"].clone()
    }

    /// Forgets everything but the fixture, and sets a switch.
    pub async fn switch(&self, name: &str, value: &str) {
        self.control("reset", &json!({"switches": {name: value}})).await;
    }

    /// Forgets everything but the fixture; refresh tokens die when they are used.
    pub async fn use_up_refresh_tokens(&self) {
        self.switch("refresh_rotation", "invalidate").await;
    }

    /// Lets so many seconds pass at the platform.
    pub async fn advance(&self, seconds: i64) {
        self.control("clock", &json!({"advance_s": seconds})).await;
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_sim/{path}", self.simulator.url());
        let answer = self.control.post(url).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A connection with this credential, on behalf of this tenant.
    pub fn connect(&self, access: Access, tenant: Option<&str>) -> Arc<dyn Platform> {
        let mut target = target(&self.simulator.url(), PATIENT);
        let TargetKind::Olt { tenant: home, .. } = &mut target.kind;
        *home = tenant.map(Into::into);
        Connector::default().connect("uid", &target, access).unwrap()
    }

    /// An application that may register and install others, in these tenants.
    pub async fn bootstrap(&self, tenants: &[&str]) -> Credentials {
        let rights = [
            APPLICATIONS_DEVELOPMENT_READ,
            APPLICATIONS_DEVELOPMENT_WRITE,
            APPLICATIONS_READ,
            APPLICATIONS_WRITE,
        ];
        let rights: Vec<Value> = rights.iter().map(|id| json!({"id": id})).collect();
        let allowed: Vec<Value> = tenants.iter().map(|tenant| json!({"tenantId": tenant})).collect();
        let set = json!({
            "name": "bootstrap", "permissions": {"client": rights, "user": []}, "allowedTenants": allowed,
        });
        let made = self.operate(json!([{"op": "app.put", "tenant": T1, "set": set}])).await[0].clone();
        for tenant in tenants {
            self.operate(json!([{"op": "install.put", "id": made["id"], "tenant": tenant}]))
                .await;
        }
        Credentials {
            client_id: made["client_id"].as_str().unwrap().to_owned(),
            client_secret: SecretText::new(made["secret"].as_str().unwrap().to_owned()),
            method: AuthMethod::ClientSecretPost,
        }
    }

    /// A refresh token of a user, whose session is for this tenant.
    pub async fn refresh_token(&self, user: &str, tenant: Option<&str>) -> SecretText {
        let results = self
            .operate(json!([{"op": "token.mint", "user": user, "tenant": tenant}]))
            .await;
        SecretText::new(results[0]["refresh_token"].as_str().unwrap().to_owned())
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
        self.platform.register(&registration(name), PATIENT).await.unwrap()
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
        tenant: None,
    };
    let limits = Limits {
        per_second: NonZeroU32::MAX,
        burst: NonZeroU32::MAX,
        in_flight: 32,
    };
    Target {
        kind,
        timeout,
        tls: Tls::default(),
        limits,
        egress: Egress::except(&["127.0.0.1".to_owned()]),
    }
}

fn installing(target: Target, known: Consents) -> Target {
    let mut target = target;
    let TargetKind::Olt { consents, .. } = &mut target.kind;
    *consents = known;
    target
}

pub fn connect(target: &Target, token: SecretText) -> Arc<dyn Platform> {
    Connector::default()
        .connect("uid", target, Access::ApiToken(token))
        .unwrap()
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
