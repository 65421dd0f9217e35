//! A lane: a namespace with an operator of its own, and a gate between that operator and everything else. Many lanes run
//! side by side in one cluster, and what happens in one concerns no other: its platform is an `OAuthPlatform`.

use std::fs;
use std::ops::Deref;

use serde_json::{Value, json};
use simulator::Options;
use simulator::fixture::{T1, WRITER_T1};

use super::cluster::{Cluster, Pace, operator_args};
use super::gate::{Gate, Upstream};
use super::objects::labelled_secret;
use super::operator::Operator;
use super::platform::Platform;
use super::space::TestSpace;

/// Name of the lane's `OAuthPlatform`, and of the Secret with its credential.
pub const PLATFORM: &str = "own";

impl Cluster {
    /// The API server, as something in front of it reaches it.
    pub fn upstream(&self) -> Upstream {
        Upstream::new(self.plane().server(), Some(self.plane().ca_pem().as_bytes()))
    }

    /// An operator with the same rights that reaches the API server at this address; not started. `name` is unique among
    /// the operators of the cluster.
    pub fn operator(&self, name: &str, api_url: &str, args: Vec<String>) -> Operator {
        let kubeconfig = self.dir().join(format!("kubeconfig-{name}"));
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "gate", "cluster": { "server": api_url } }],
            "users": [{ "name": name, "user": { "token": self.token } }],
            "contexts": [{ "name": "gate", "context": { "cluster": "gate", "user": name } }],
            "current-context": "gate",
        });
        fs::write(&kubeconfig, config.to_string()).expect("the folder of the cluster");
        Operator::new(kubeconfig, self.dir().join(format!("operator-{name}.log")), args)
    }

    /// Everything that all operators of the cluster wrote.
    pub fn operator_logs(&self) -> String {
        let files = fs::read_dir(self.dir()).expect("the folder of the cluster");
        let paths = files.map(|file| file.expect("a file").path());
        let logs =
            paths.filter(|path| path.extension().is_some_and(|end| end == "log") && *path != self.plane().audit_log());
        let texts = logs.map(|path| fs::read(path).unwrap_or_default());
        texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
    }
}

/// Derefs to the space of its namespace.
pub struct Lane<'a> {
    /// The operator; it runs when the lane is open.
    pub operator: Operator,
    /// The only way from the operator to the API server and to the platform.
    pub gate: Gate,
    space: TestSpace<'a>,
}

impl<'a> Lane<'a> {
    /// Opens one, with a Ready platform and its operator at work, which passes over the platform's list every two seconds.
    pub async fn open(cluster: &'a Cluster) -> Self {
        let gate = Gate::open(cluster.upstream()).await;
        let options = Options {
            public_url: Some(gate.platform_url().to_owned()),
            ..Options::default()
        };
        let platform = Platform::start_with(options).await;
        gate.platform_is(Upstream::new(&platform.own_url(), None));
        Self::join(cluster, cluster.bare_space(platform).await, gate).await
    }

    /// Opens one for another installation of the operator, at the platform of this one.
    pub async fn beside(cluster: &'a Cluster, other: &Lane<'_>) -> Self {
        let gate = Gate::open(cluster.upstream()).await;
        gate.platform_is(Upstream::new(&other.platform.own_url(), None));
        let platform = other.platform.behind(gate.platform_url());
        Self::join(cluster, cluster.bare_space(platform).await, gate).await
    }

    async fn join(cluster: &'a Cluster, space: TestSpace<'a>, gate: Gate) -> Self {
        let args = operator_args(&format!("instance-{}", space.name), Pace::Steady, &[&space.name]);
        let operator = cluster.operator(&space.name, gate.api_url(), args);
        let lane = Self { operator, gate, space };
        lane.authorize().await;
        lane.apply(lane.platform_object()).await;
        lane.operator.start();
        lane.ready("OAuthPlatform", PLATFORM).await;
        lane
    }

    /// Writes the platform's credential.
    async fn authorize(&self) {
        let token = self.platform.mint(WRITER_T1, T1).await;
        self.apply(labelled_secret(PLATFORM, "credential", &json!({ "token": token })))
            .await;
    }

    /// The lane's platform.
    pub fn platform_object(&self) -> Value {
        json!({
            "apiVersion": "oauthregistrar.io/v1alpha1",
            "kind": "OAuthPlatform",
            "metadata": { "name": PLATFORM, "namespace": self.name },
            "spec": {
                "olt": {
                    "apiUrl": self.platform.api_url(),
                    "issuerUrl": self.platform.issuer_url(),
                    "credentials": { "apiToken": { "secretRef": { "name": PLATFORM, "key": "token" } } },
                },
                "limits": { "timeout": Pace::Steady.timeout() },
            },
        })
    }

    /// An application at the lane's platform.
    pub fn application(&self, name: &str) -> Value {
        let mut application = self.space.application(name);
        application["spec"]["platformRef"] = json!({ "kind": "OAuthPlatform", "name": PLATFORM });
        application
    }

    /// A second process of the same installation, that reaches the API server and the platform through the same gate.
    pub fn twin(&self) -> Operator {
        self.operator.twin()
    }
}

impl<'a> Deref for Lane<'a> {
    type Target = TestSpace<'a>;

    fn deref(&self) -> &TestSpace<'a> {
        &self.space
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.operator.show_log();
        }
    }
}
