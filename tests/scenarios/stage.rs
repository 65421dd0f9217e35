//! The stage: one resource, one platform, one operator process, and the list of calls between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kube::runtime::controller::Action;
use oauth_registrar::api::{ClusterOAuthPlatform, OAuthApplication, TenantInstallation};
use oauth_registrar::controller::application::reconcile;
use oauth_registrar::controller::connections::Connection;
use oauth_registrar::controller::context::{Context, Settings};
use oauth_registrar::controller::error::Error;
use oauth_registrar::controller::platform::kind::{PlatformKey, PlatformObject};
use oauth_registrar::controller::view::View;
use oauth_registrar::domain::claim::Holder;
use oauth_registrar::domain::failure::Failure;
use oauth_registrar::domain::port::{Identity, Platform};
use oauth_registrar::domain::rules::Rules;
use oauth_registrar::platforms::Connector;
use serde_json::{Value, json};

use crate::api_server::{ApiServer, Form, Key, Reply, Request, Resource, Target, Verb};
use crate::recorder::{Call, Calls, Planned, Recorded, cluster};
use crate::store::Store;

/// Name of the resource, of its Secret and of its client.
pub const NAME: &str = "billing-sync";
/// Time-out of a call.
pub const T: Duration = Duration::from_secs(10);
/// How long a claim is waited out.
pub const SETTLE: Duration = Duration::from_secs(40);

pub struct Stage {
    pub server: Arc<Mutex<ApiServer>>,
    pub store: Arc<Mutex<Store>>,
    pub context: Arc<Context>,
    calls: Calls,
    cluster_plan: Planned<Reply>,
    lost: Planned<Failure>,
}

impl Stage {
    /// With an in-memory platform, and the resource just applied.
    pub fn new() -> Self {
        let (store, calls, lost) = (Arc::default(), Calls::default(), Planned::default());
        let platform = Recorded {
            store: Arc::clone(&store),
            calls: calls.clone(),
            lost: lost.clone(),
            identity: identity(),
        };
        Self::with(Arc::new(platform), store, calls, lost, SETTLE)
    }

    /// With another platform, whose calls are not in the list.
    pub fn at(platform: Arc<dyn Platform>, settle: Duration) -> Self {
        Self::with(platform, Arc::default(), Calls::default(), Planned::default(), settle)
    }

    fn with(
        platform: Arc<dyn Platform>,
        store: Arc<Mutex<Store>>,
        calls: Calls,
        lost: Planned<Failure>,
        settle: Duration,
    ) -> Self {
        let server = Arc::<Mutex<ApiServer>>::default();
        let cluster_plan = Planned::default();
        let settings = Settings {
            namespace: "oauth-registrar".into(),
            holder: Holder {
                process: "process-1".into(),
                instance: "this-cluster".into(),
            },
            settle,
            recheck: Duration::from_mins(5),
            resync: Duration::from_mins(10),
            insecure_hosts: vec![],
            allowed_hosts: vec![],
            watch_secrets: true,
            rules: Rules::FIXED,
        };
        let client = cluster(&server, &calls, &cluster_plan);
        let view = Caches(server.clone());
        let context = Context::new(client, settings, Arc::new(Connector::default()), Arc::new(view));
        let connection = Connection {
            platform,
            identity: identity(),
            permissions: vec![],
            timeout: T,
            made_from: (String::new(), 1, String::new()),
        };
        context.connections.put(&PlatformKey::cluster_wide("olt"), connection);
        let stage = Self {
            server,
            store,
            context: Arc::new(context),
            calls,
            cluster_plan,
            lost,
        };
        stage.user(Verb::Create, "oauthapplications", application());
        stage
    }

    /// Somebody else than the operator asks the API server for something.
    pub fn user(&self, verb: Verb, what: &str, body: Value) -> Reply {
        let group = if what.starts_with("oauthapplications") {
            "/apis/oauthregistrar.io/v1alpha1"
        } else {
            "/api/v1"
        };
        let target = Target::parse(&format!("{group}/namespaces/billing/{what}")).unwrap();
        let request = Request {
            verb,
            target,
            metadata_only: false,
            body,
        };
        let reply = self.server.lock().unwrap().handle(&request);
        assert!(reply.code < 400, "{}", reply.body);
        reply
    }

    /// Somebody writes the resource.
    pub fn touch(&self, annotation: &str) {
        let body = json!({"metadata": {"annotations": {"example.com/note": annotation}}});
        self.user(Verb::Patch(Form::Merge), &format!("oauthapplications/{NAME}"), body);
    }

    /// The API server answers this once in its own way.
    pub fn plan(&self, line: &str, reply: Reply) {
        self.cluster_plan.lock().unwrap().push((line.to_owned(), reply));
    }

    /// The platform carries this out once, and its answer is lost.
    pub fn lose(&self, line: &str, failure: Failure) {
        self.lost.lock().unwrap().push((line.to_owned(), failure));
    }

    pub fn object(&self, plural: &str) -> Option<Value> {
        self.server.lock().unwrap().get(&key(plural)).cloned()
    }

    /// The resource as it is.
    pub fn resource(&self) -> Value {
        self.object("oauthapplications").unwrap()
    }

    /// Status and reason of a condition of the resource.
    pub fn condition(&self, wanted: &str) -> (String, String) {
        let resource = self.resource();
        let all = resource["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|c| c["type"] == wanted).cloned().unwrap_or_default();
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        (text("status"), text("reason"))
    }

    /// One reconcile of the resource as it is.
    pub async fn reconcile(&self) -> Result<Action, Error> {
        self.reconcile_as(self.resource()).await
    }

    /// One reconcile of the resource as the cache shows it.
    pub async fn reconcile_as(&self, object: Value) -> Result<Action, Error> {
        let object: OAuthApplication = serde_json::from_value(object).unwrap();
        reconcile(Arc::new(object), self.context.clone()).await
    }

    /// The calls since the last time they were taken.
    pub fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Their lines.
    pub fn lines(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.line).collect()
    }

    /// One reconcile, and the lines of its calls.
    pub async fn lines_of_reconcile(&self) -> Vec<String> {
        self.calls();
        self.reconcile().await.unwrap();
        self.lines()
    }
}

pub fn identity() -> Identity {
    Identity {
        issuer: "https://id.example.com".into(),
        owner: "11111111-1111-4111-8111-111111111111".into(),
        token_endpoint: "https://id.example.com/token".into(),
    }
}

fn key(plural: &str) -> Key {
    let group_version = if plural == "secrets" {
        "v1"
    } else {
        "oauthregistrar.io/v1alpha1"
    };
    Key {
        resource: Resource {
            group_version: group_version.into(),
            plural: plural.into(),
        },
        namespace: "billing".into(),
        name: NAME.into(),
    }
}

fn application() -> Value {
    json!({
        "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "OAuthApplication",
        "metadata": {"name": NAME, "namespace": "billing", "finalizers": ["example.com/other"]},
        "spec": {
            "platformRef": {"kind": "ClusterOAuthPlatform", "name": "olt"},
            "grantTypes": ["client_credentials"],
            "tokenEndpointAuthMethod": "client_secret_basic",
            "olt": {},
            "secret": {"labels": {"team": "billing"}},
        },
    })
}

struct Caches(Arc<Mutex<ApiServer>>);

impl View for Caches {
    fn platform(&self, key: &PlatformKey) -> Option<Arc<dyn PlatformObject>> {
        let platform = json!({
            "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "ClusterOAuthPlatform", "metadata": {"name": key.name, "uid": "p"},
            "spec": {
                "olt": {"apiUrl": "https://api.example.com", "issuerUrl": "https://id.example.com", "credentials": {}},
                "limits": {"timeout": "10s"},
                "grants": [{"namespaces": {"names": ["billing"]}, "tenantIds": ["*"], "permissions": ["*"]}],
            },
        });
        let platform: ClusterOAuthPlatform = serde_json::from_value(platform).unwrap();
        Some(Arc::new(platform))
    }
    fn application(&self, _namespace: &str, _name: &str) -> Option<Arc<OAuthApplication>> {
        None
    }
    fn installations_of(&self, _namespace: &str, _application: &str) -> Vec<Arc<TenantInstallation>> {
        vec![]
    }
    fn applications_at(&self, _platform: &PlatformKey) -> Option<Vec<Arc<OAuthApplication>>> {
        Some(vec![])
    }
    fn applications_read_at(&self, _platform: &PlatformKey) -> Vec<Arc<OAuthApplication>> {
        vec![]
    }
    fn secret_version(&self, _namespace: &str, _name: &str) -> Option<String> {
        let server = self.0.lock().unwrap();
        let version = &server.get(&key("secrets"))?["metadata"]["resourceVersion"];
        version.as_str().map(str::to_owned)
    }
}
