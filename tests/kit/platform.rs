//! One test's simulated platform, by HTTP: its control API, and what a workload asks of it.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use simulator::{Options, Simulator};

const REALM: &str = "/v1/id/auth/realms/olt";

/// A simulator in this process, on a port of its own.
#[derive(Clone)]
pub struct Platform {
    simulator: Arc<Simulator>,
    /// Base URL of its API for everybody but the tests.
    api: String,
    /// Base URL of what it calls itself.
    issuer: String,
    http: Client,
}

impl Platform {
    /// Starts one with the default fixture and these options.
    pub async fn start_with(options: Options) -> Self {
        let public_url = options.public_url.clone();
        let simulator = Simulator::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
        let url = public_url.unwrap_or_else(|| simulator.url());
        Self {
            simulator: Arc::new(simulator),
            api: url.clone(),
            issuer: url,
            http: Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Base URL of the business API.
    pub fn api_url(&self) -> String {
        format!("{}/v1", self.api)
    }

    /// The same platform, its API reached at another address.
    pub fn behind(&self, url: &str) -> Self {
        Self {
            api: url.to_owned(),
            ..self.clone()
        }
    }

    /// Issuer of the identity realm.
    pub fn issuer_url(&self) -> String {
        format!("{}{REALM}", self.issuer)
    }

    /// Where it listens itself, past everything that stands in front of it.
    pub fn own_url(&self) -> String {
        self.simulator.url()
    }

    /// Every client secret and token that it ever issued.
    pub fn issued(&self) -> Vec<String> {
        self.simulator.issued()
    }

    /// All that the platform knows (`/_sim/state`).
    pub async fn state(&self) -> Value {
        self.control(Method::GET, "state", None).await
    }

    /// The applications that were not deleted.
    pub async fn applications(&self) -> Vec<Value> {
        let state = self.state().await;
        let all = state["applications"].as_array().cloned().unwrap_or_default();
        let deleted = |one: &Value| {
            one["status"]
                .as_str()
                .is_some_and(|status| status.eq_ignore_ascii_case("deleted"))
        };
        all.into_iter().filter(|application| !deleted(application)).collect()
    }

    /// The only application; fails the test when there is none, or more.
    pub async fn only_application(&self) -> Value {
        let applications = self.applications().await;
        assert_eq!(applications.len(), 1, "applications at the platform: {applications:#?}");
        applications[0].clone()
    }

    /// The requests so far whose method and path are these; `*` is one segment, `**` any.
    pub async fn requests(&self, method: &str, path: &str) -> Vec<Value> {
        let answer = self
            .control(Method::GET, &format!("requests?method={method}&path={path}"), None)
            .await;
        let list = answer.as_array().or_else(|| answer["requests"].as_array());
        list.cloned().unwrap_or_else(|| panic!("no list of requests: {answer}"))
    }

    /// Every request so far.
    pub async fn all_requests(&self) -> Vec<Value> {
        let answer = self.control(Method::GET, "requests", None).await;
        answer
            .as_array()
            .or_else(|| answer["requests"].as_array())
            .cloned()
            .unwrap_or_default()
    }

    /// Carries out operations as somebody else would (`POST /_sim/state`); their results in order.
    pub async fn change(&self, operations: Value) -> Vec<Value> {
        let answer = self
            .control(Method::POST, "state", Some(json!({ "ops": operations })))
            .await;
        answer["results"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| panic!("no results: {answer}"))
    }

    /// An access token of a user of the fixture, for one tenant.
    pub async fn mint(&self, user: &str, tenant: &str) -> String {
        let results = self
            .change(json!([{ "op": "token.mint", "user": user, "tenant": tenant, "ttl_s": 86400 }]))
            .await;
        results[0]["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {results:?}"))
            .to_owned()
    }

    /// Forgets everything but the fixture, and sets a switch.
    pub async fn switch(&self, name: &str, value: &str) {
        let switches = json!({ "switches": { name: value } });
        self.control(Method::POST, "reset", Some(switches)).await;
    }

    /// Adds a fault (`POST /_sim/faults`).
    pub async fn fault(&self, fault: Value) {
        self.control(Method::POST, "faults", Some(fault)).await;
    }

    /// How often a fault has fired.
    pub async fn fired(&self, id: &str) -> u64 {
        let answer = self.control(Method::GET, "faults", None).await;
        let list = answer
            .as_array()
            .or_else(|| answer["faults"].as_array())
            .cloned()
            .unwrap_or_default();
        list.iter()
            .find(|fault| fault["id"] == id)
            .and_then(|fault| fault["fired"].as_u64())
            .unwrap_or_default()
    }

    /// Removes all faults.
    pub async fn heal(&self) {
        self.http
            .delete(self.at("faults"))
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }

    /// Obtains a token by `client_credentials` with these credentials; the answer's status and body.
    pub async fn token(&self, id: &str, secret: &str, tenant: Option<&str>) -> (StatusCode, Value) {
        let url = format!("{}/protocol/openid-connect/token", self.own_url() + REALM);
        let mut request = self
            .http
            .post(url)
            .basic_auth(id, Some(secret))
            .form(&[("grant_type", "client_credentials")]);
        if let Some(tenant) = tenant {
            request = request.header("tenant", tenant);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    /// Calls `GET /v1/devices`.
    pub async fn devices(&self, token: &str) -> StatusCode {
        let url = format!("{}/v1/devices", self.own_url());
        self.http.get(url).bearer_auth(token).send().await.unwrap().status()
    }

    async fn control(&self, method: Method, what: &str, body: Option<Value>) -> Value {
        let request = self.http.request(method, self.at(what));
        let request = if let Some(body) = body {
            request.json(&body)
        } else {
            request
        };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "the simulator refuses {what}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn at(&self, what: &str) -> String {
        format!("{}/_sim/{what}", self.simulator.control_url())
    }
}
