//! A simulator with a client, and the words that the cases are written in. Each answer of the platform is held against
//! our schemas and, where it is there, the platform's own description.

mod app;
mod endpoint;
pub mod schema;
pub mod vendor;

use std::sync::Once;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2, T3, WRITER_T1, WRITER_T2, WRITER_T3};
use simulator::{Options, Simulator};

pub use app::{App, ids, members};
pub use endpoint::Dialect;

pub const DEV: &str = "/v1/application-developer/applications";
pub const APP: &str = "/v1/applications";
pub const REALM: &str = "/v1/id/auth/realms/olt";
pub const TOKEN: &str = "/v1/id/auth/realms/olt/protocol/openid-connect/token";
pub const DEVICES: &str = "/v1/devices";
pub const UNKNOWN: &str = "aaaaaaaa-9999-4999-8999-999999999999";

/// A simulator of its own for each test, with a writer's token per tenant.
pub struct World {
    simulator: Simulator,
    http: Client,
    dialect: Dialect,
    checked: bool,
    pub w1: String,
    pub w2: String,
    pub w3: String,
}

/// Status and body; an empty body is null.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Asserts an error with this status and code, and nothing more in its body.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) {
        let body = self.expect(status);
        assert_eq!(body["errorCode"], code, "{body}");
        assert!(body["errorMessage"].is_string(), "{body}");
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    }
}

impl World {
    /// Contract 2019-12, all switches at their defaults.
    pub async fn start() -> Self {
        Self::switched(json!({})).await
    }

    /// With these switches.
    pub async fn switched(switches: Value) -> Self {
        install_provider();
        let simulator = Simulator::start(([127, 0, 0, 1], 0).into(), Options::default())
            .await
            .unwrap();
        let dialect = if switches["contract"] == "2019-05" {
            Dialect::May2019
        } else {
            Dialect::December2019
        };
        let mut world = Self {
            simulator,
            http: Client::new(),
            dialect,
            checked: true,
            w1: String::new(),
            w2: String::new(),
            w3: String::new(),
        };
        world.begin(switches).await;
        world
    }

    /// Forgets everything and begins anew with these switches.
    pub async fn begin(&mut self, switches: Value) {
        self.steer("reset", json!({"switches": switches})).await.expect(200);
        self.w1 = self.mint(WRITER_T1, T1).await;
        self.w2 = self.mint(WRITER_T2, T2).await;
        self.w3 = self.mint(WRITER_T3, T3).await;
    }

    /// Takes answers as they come: for faults, and for switches that leave what the contract's text describes.
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    pub fn url(&self) -> String {
        self.simulator.url()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url()))
    }

    /// Sends, and fails the test when the answer is none that the contract allows.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = client.execute(request).await.unwrap();
        let status = response.status().as_u16();
        let label = response.headers().get("content-type").cloned();
        let text = response.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap()
        };
        if self.checked && !path.starts_with("/_sim/") {
            assert_eq!(label.is_some_and(|label| label == "application/json"), !text.is_empty());
            let violation = schema::violation(self.dialect, &method, &path, status, &body);
            assert_eq!(violation, None, "{}", violation.as_deref().unwrap_or_default());
            if self.dialect == Dialect::December2019 {
                let violation = vendor::violation(&method, &path, status, &body);
                assert_eq!(violation, None, "{}", violation.as_deref().unwrap_or_default());
            }
        }
        Answer { status, body }
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub async fn delete(&self, token: &str, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).bearer_auth(token)).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).bearer_auth(token).json(&body))
            .await
    }

    pub async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).bearer_auth(token).json(&body))
            .await
    }

    pub async fn put(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).bearer_auth(token).json(&body))
            .await
    }

    /// `GET` of what is open to all.
    pub async fn open(&self, path: &str) -> Value {
        self.send(self.request(Method::GET, path)).await.expect(200)
    }

    /// `GET` on the control API.
    pub async fn look(&self, what: &str) -> Value {
        self.open(&format!("/_sim/{what}")).await
    }

    /// `POST` on the control API.
    pub async fn steer(&self, what: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, &format!("/_sim/{what}")).json(&body))
            .await
    }

    /// One op of `/_sim/state`, and its result.
    pub async fn op(&self, op: Value) -> Value {
        self.steer("state", json!({"ops": [op]})).await.expect(200)["results"][0].clone()
    }

    pub async fn mint(&self, user: &str, tenant: &str) -> String {
        let minted = self
            .op(json!({"op": "token.mint", "user": user, "tenant": tenant}))
            .await;
        minted["access_token"].as_str().unwrap().to_owned()
    }

    /// Creates an application as T1 that declares to read devices, and returns what was answered.
    pub async fn create(&self, name: &str) -> App {
        let permissions = json!({"client": [{"id": DEVICES_BASE_DATA_READ}], "user": []});
        let body = json!({"name": name, "allowedTenants": [{"tenantId": T2}], "permissions": permissions});
        App(self.post(&self.w1, DEV, body).await.expect(201)["data"].clone())
    }

    /// Creates one, and installs it in T2.
    pub async fn installed(&self, name: &str) -> App {
        let app = self.create(name).await;
        self.post(&self.w2, &app.installation(), app.full_set())
            .await
            .expect(201);
        app
    }

    /// Asks for a token of an application, for a tenant or for none.
    pub async fn app_token(&self, app: &App, secret: &str, tenant: Option<&str>) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app.client_id()),
            ("client_secret", secret),
        ];
        let request = self.request(Method::POST, TOKEN).form(&form);
        self.send(
            tenant
                .into_iter()
                .fold(request, |request, tenant| request.header("tenant", tenant)),
        )
        .await
    }

    pub async fn access_token(&self, app: &App, tenant: Option<&str>) -> String {
        let body = self.app_token(app, app.secret(), tenant).await.expect(200);
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// The state but for the time, to see that nothing changed.
    pub async fn snapshot(&self) -> Value {
        let mut state = self.look("state").await;
        state["now"] = Value::Null;
        state
    }
}

/// The client comes with TLS, and then asks for a provider even for plain HTTP.
pub fn install_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
}
