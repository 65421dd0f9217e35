//! One control plane for a test file, and in it the operator with exactly the rights of `api::rights`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use oauth_registrar::api::{crds, rights};
use serde_json::{Value, json};
use simulator::Options;
use tokio::sync::OnceCell;
use xtask::cluster::ControlPlane;

use super::audit::{self, Audited};
use super::objects::{Objects, condition};
use super::operator::Operator;
use super::platform::Platform;
use super::space::TestSpace;

/// The namespace of the operator and of the platforms' credentials.
pub const OPERATOR_NAMESPACE: &str = "oauth-registrar";

/// Rights are bound per namespace, so the namespaces of tests exist before the operator starts.
const SPACES: usize = 24;

/// The cluster that the tests of one file share; started by the first of them, ended with the process.
pub struct Shared {
    file: &'static str,
    pace: Pace,
    cluster: OnceCell<Cluster>,
}

impl Shared {
    /// `file` is the test file's name without `.rs`.
    pub const fn new(file: &'static str) -> Self {
        Self::at(file, Pace::Hasty)
    }

    /// For tests that count calls: with the time-outs of production.
    pub const fn patient(file: &'static str) -> Self {
        Self::at(file, Pace::Patient)
    }

    /// For tests of drift: with a resync every two seconds.
    pub const fn watchful(file: &'static str) -> Self {
        Self::at(file, Pace::Watchful)
    }

    /// For storms that last: it waits between two looks almost as in production.
    pub const fn stormy(file: &'static str) -> Self {
        Self::at(file, Pace::Stormy)
    }

    /// For answers that are waited for as long as a platform can ask for.
    pub const fn unhurried(file: &'static str) -> Self {
        Self::at(file, Pace::Unhurried)
    }

    const fn at(file: &'static str, pace: Pace) -> Self {
        Self {
            file,
            pace,
            cluster: OnceCell::const_new(),
        }
    }

    /// The cluster with a running operator.
    pub async fn cluster(&self) -> &Cluster {
        let start = async || {
            let cluster = Cluster::prepare_at(self.file, self.pace).await;
            cluster.operator.start();
            cluster
        };
        self.cluster.get_or_init(start).await
    }

    /// The cluster without operator.
    pub async fn without_operator(&self) -> &Cluster {
        self.cluster.get_or_init(|| Cluster::prepare(self.file)).await
    }

    /// A space of its own for a test, in the cluster with a running operator.
    pub async fn space(&self) -> TestSpace<'_> {
        self.cluster().await.space().await
    }
}

/// How long the operator waits for answers, and so for claims to settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// So short that lost answers cost a test no time. On a busy machine a slow answer is a lost one.
    Hasty,
    /// As in production.
    Patient,
    /// As hasty, and passes over the platform's list every two seconds.
    Watchful,
    /// Waits for an answer as long as a busy machine may take, and looks again almost as seldom as in production.
    Stormy,
    /// A platform may keep it waiting for half a minute.
    Unhurried,
    /// As watchful, and not as hasty: for campaigns, whose many operators keep the machine busy.
    Steady,
}

impl Pace {
    /// `limits.timeout` of a platform.
    pub const fn timeout(self) -> &'static str {
        match self {
            Self::Hasty | Self::Watchful => "500ms",
            Self::Steady => "1500ms",
            Self::Stormy => "3s",
            Self::Patient | Self::Unhurried => "10s",
        }
    }

    /// A test that watches for silence would hear a resync.
    const fn resync(self) -> &'static str {
        match self {
            Self::Hasty | Self::Patient | Self::Stormy | Self::Unhurried => "1h",
            Self::Watchful | Self::Steady => "2s",
        }
    }

    const fn recheck(self) -> &'static str {
        match self {
            Self::Hasty | Self::Patient | Self::Watchful | Self::Steady | Self::Unhurried => "2s",
            Self::Stormy => "30s",
        }
    }

    const fn settle(self) -> &'static str {
        match self {
            Self::Hasty | Self::Watchful => "2s",
            Self::Stormy => "9s",
            Self::Steady => "5s",
            Self::Patient => "40s",
            Self::Unhurried => "90s",
        }
    }
}

/// A control plane with the CRDs, the operator's rights, and the operator.
pub struct Cluster {
    /// The operator; started by [`Cluster::start`].
    pub operator: Operator,
    /// How long it waits.
    pub pace: Pace,
    plane: ControlPlane,
    pub(super) token: String,
    taken: AtomicUsize,
}

impl Cluster {
    /// A cluster of its own with a running operator. `name` is unique among all that run: the test file's name.
    pub async fn start(name: &str) -> Self {
        let cluster = Self::prepare(name).await;
        cluster.operator.start();
        cluster
    }

    /// A cluster in which the operator is not started.
    pub async fn prepare(name: &str) -> Self {
        Self::prepare_at(name, Pace::Hasty).await
    }

    async fn prepare_at(name: &str, pace: Pace) -> Self {
        Self::assemble(name, pace, Installation::of_rights(name, pace)).await
    }

    /// A cluster with what somebody else has made of CRDs and rights; the operator is not started.
    pub async fn install(name: &str, installation: Installation) -> Self {
        Self::assemble(name, Pace::Hasty, installation).await
    }

    async fn assemble(name: &str, pace: Pace, installation: Installation) -> Self {
        // Fails when it is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plane = {
            let name = name.to_owned();
            tokio::task::spawn_blocking(move || ControlPlane::start(&name))
                .await
                .unwrap()
                .unwrap()
        };
        let admin = client(plane.kubeconfig().to_owned()).await;
        install(&admin, installation.objects).await;
        let token = token_of_operator(&admin).await;
        let kubeconfig = plane.kubeconfig_with_token(rights::ACCOUNT, &token).unwrap();
        let log = plane.dir().join("operator.log");
        let operator = Operator::new(kubeconfig, log, installation.args);
        Self {
            operator,
            pace,
            plane,
            token,
            taken: AtomicUsize::new(0),
        }
    }

    /// A client with an administrator's rights, for what users do. One for each test: it lives on the test's runtime.
    pub async fn client(&self) -> Client {
        client(self.plane.kubeconfig().to_owned()).await
    }

    /// A client with the operator's own rights.
    pub async fn client_of_operator(&self) -> Client {
        client(
            self.plane
                .kubeconfig_with_token("hand-of-the-operator", &self.token)
                .unwrap(),
        )
        .await
    }

    /// A namespace, a simulator and a platform for one test.
    pub async fn space(&self) -> TestSpace<'_> {
        TestSpace::open(self, self.next_namespace(), Options::default(), json!({})).await
    }

    /// Like [`Self::space`], its `ClusterOAuthPlatform` changed by a JSON merge patch.
    pub async fn space_with(&self, platform: Value) -> TestSpace<'_> {
        TestSpace::open(self, self.next_namespace(), Options::default(), platform).await
    }

    /// Like [`Self::space_with`], at a simulator that is started otherwise.
    pub async fn space_at(&self, simulator: Options, platform: Value) -> TestSpace<'_> {
        TestSpace::open(self, self.next_namespace(), simulator, platform).await
    }

    /// The same for a test that brings its own operators: the platform is there, and no resource that leads to it.
    pub async fn bare_space(&self, platform: Platform) -> TestSpace<'_> {
        TestSpace::bare(self, self.next_namespace(), platform).await
    }

    /// The control plane.
    pub fn plane(&self) -> &ControlPlane {
        &self.plane
    }

    /// What a user asked of the API server so far.
    pub fn audit(&self, user: &str) -> Vec<Audited> {
        audit::read(self.plane.audit_log(), user)
    }

    /// All that the audit log holds.
    pub fn audit_text(&self) -> String {
        std::fs::read_to_string(self.plane.audit_log()).expect("the audit log")
    }

    /// Runs kubectl as administrator; stdout and stderr together, and whether it ended with 0.
    pub async fn kubectl(&self, args: &[&str]) -> (bool, String) {
        let mut command = Command::new(self.plane.binary("kubectl").unwrap());
        command.arg("--kubeconfig").arg(self.plane.kubeconfig()).args(args);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        (output.status.success(), text)
    }

    /// A folder that goes with the cluster.
    pub fn dir(&self) -> &Path {
        self.plane.dir()
    }

    /// Runs a command of the program as administrator; its stdout, and whether it ended with 0.
    pub async fn registrar(&self, args: &[&str]) -> (bool, String) {
        Self::registrar_with(self.plane.kubeconfig(), args).await
    }

    /// The same with the operator's own rights.
    pub async fn registrar_as_operator(&self, args: &[&str]) -> (bool, String) {
        Self::registrar_with(self.operator.kubeconfig(), args).await
    }

    async fn registrar_with(kubeconfig: &Path, args: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oauth-registrar"));
        command.env("KUBECONFIG", kubeconfig).args(args);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    }

    fn next_namespace(&self) -> String {
        let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(
            number <= SPACES,
            "the file has more than {SPACES} tests: raise SPACES in tests/kit/cluster.rs"
        );
        namespace(number)
    }
}

/// What is applied before the operator can run, and the arguments it runs with.
pub struct Installation {
    /// The namespaces of the tests and the operator's own are there already.
    pub objects: Vec<Value>,
    /// What stands behind the program's name.
    pub args: Vec<String>,
}

impl Installation {
    /// CRDs, and the rights as `api::rights` has them, in the namespaces of all tests.
    fn of_rights(instance: &str, pace: Pace) -> Self {
        let all: Vec<String> = (1..=SPACES).map(namespace).collect();
        let watched: Vec<&str> = all.iter().map(String::as_str).collect();
        let crds = crds().into_iter().map(|crd| serde_json::to_value(&crd).unwrap());
        Self {
            objects: crds.chain(rights::manifests(OPERATOR_NAMESPACE, &watched)).collect(),
            args: operator_args(instance, pace, &watched),
        }
    }
}

fn namespace(number: usize) -> String {
    format!("t{number:02}")
}

/// The arguments of an operator in these namespaces.
pub fn operator_args(instance: &str, pace: Pace, watched: &[&str]) -> Vec<String> {
    let fixed = ["run", "--namespace", OPERATOR_NAMESPACE, "--instance", instance]
        .into_iter()
        .chain([
            "--allow-insecure-host",
            "127.0.0.1",
            "--allow-host",
            "127.0.0.1",
            "--recheck-interval",
            pace.recheck(),
            "--resync-interval",
            pace.resync(),
            "--settle",
            pace.settle(),
        ])
        .map(str::to_owned);
    let watched = watched
        .iter()
        .flat_map(|name| ["--watch-namespace".to_owned(), (*name).to_owned()]);
    fixed.chain(watched).collect()
}

async fn client(kubeconfig: PathBuf) -> Client {
    let read = Kubeconfig::read_from(kubeconfig).unwrap();
    let mut config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default())
        .await
        .unwrap();
    // Whoever runs the tests behind a proxy reaches their own machine without it.
    config.proxy_url = None;
    Client::try_from(config).unwrap()
}

/// The namespaces, and everything in the order of its list.
async fn install(client: &Client, list: Vec<Value>) {
    let objects = Objects::new(client.clone(), "default");
    let watched = (1..=SPACES).map(namespace);
    for name in watched.chain([OPERATOR_NAMESPACE.to_owned()]) {
        objects
            .apply(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }))
            .await;
    }
    for object in list {
        objects.apply(object).await;
    }
    for crd in crds() {
        let name = crd.metadata.name.unwrap_or_default();
        let established = |crd: &Value| condition(crd, "Established")["status"] == "True";
        objects
            .until("CustomResourceDefinition", &name, "is established", established)
            .await;
    }
}

async fn token_of_operator(client: &Client) -> String {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), OPERATOR_NAMESPACE);
    let spec = TokenRequestSpec {
        expiration_seconds: Some(24 * 3600),
        ..TokenRequestSpec::default()
    };
    let request = TokenRequest {
        spec,
        ..TokenRequest::default()
    };
    let answer = accounts
        .create_token_request(rights::ACCOUNT, &PostParams::default(), &request)
        .await
        .unwrap();
    answer.status.expect("a token").token
}
