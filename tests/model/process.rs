//! One operator process: it takes the resource from its cache, reconciles, and waits for the time it was told or for a
//! newer version. Its memory ends with its task.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as Poller, Poll, Waker};
use std::time::Duration;

use kube::runtime::controller::Action;
use oauth_registrar::api::{ClusterOAuthPlatform, OAuthApplication, TenantInstallation};
use oauth_registrar::controller::application::reconcile;
use oauth_registrar::controller::chance::Chance;
use oauth_registrar::controller::connections::Connection;
use oauth_registrar::controller::context::{Context, Settings};
use oauth_registrar::controller::platform::kind::{PlatformKey, PlatformObject};
use oauth_registrar::controller::view::View;
use oauth_registrar::controller::watch::changes::of_application;
use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::claim::Holder;
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::port::{Connect, Platform, Target};
use oauth_registrar::domain::rules::Rules;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::door;
use super::gate::{Gate, Party, TIMEOUT, Told, What};
use super::knowledge::Knowledge;
use super::platform::Line;
use super::world::{NAME, World, resource_key};

/// How long a claim is waited out: 3 T and 10 s for the platform.
pub const SETTLE: Duration = Duration::from_secs(40);
/// The pause after a reconcile that failed at the API server.
const AFTER_ERROR: Duration = Duration::from_secs(1);
const PLATFORM: &str = "olt";

/// A running process.
pub struct Process {
    /// Such as `A1`: the first life of A.
    pub name: String,
    pub task: JoinHandle<()>,
    pub ice: Arc<Ice>,
    pub context: Arc<Context>,
    pub knowledge: Knowledge,
}

impl Process {
    /// Starts it. `index` is its place among those that run side by side.
    pub fn start(gate: &Arc<Gate>, index: usize, name: String, rules: Rules) -> Self {
        let ice = Arc::new(Ice::default());
        let context = context(gate, index, &name, rules);
        let life = live(gate.clone(), index, context.clone());
        let task = tokio::spawn(Freezable {
            life: Box::pin(life),
            ice: ice.clone(),
        });
        Self {
            name,
            task,
            ice,
            context,
            knowledge: Knowledge::none(),
        }
    }
}

fn context(gate: &Arc<Gate>, index: usize, name: &str, rules: Rules) -> Arc<Context> {
    let settings = Settings {
        namespace: "oauth-registrar".into(),
        holder: Holder {
            process: name.to_owned(),
            instance: "this-cluster".into(),
        },
        settle: SETTLE,
        recheck: Duration::from_mins(5),
        resync: Duration::from_mins(10),
        insecure_hosts: vec![],
        allowed_hosts: vec![],
        watch_secrets: true,
        rules,
    };
    let mut context = Context::new(
        door::client(gate, index),
        settings,
        Arc::new(NoConnection),
        Arc::new(Caches::new(gate, index)),
    );
    context.chance = chance(gate.world().chance, name);
    let connection = Connection {
        platform: Arc::new(Line::new(gate, index)),
        identity: gate.world().identity(),
        permissions: vec![],
        timeout: TIMEOUT,
        made_from: (String::new(), 1, String::new()),
    };
    context
        .connections
        .put(&PlatformKey::cluster_wide(PLATFORM), connection);
    Arc::new(context)
}

/// Chance that is the same in every run with the same number.
fn chance(number: u64, name: &str) -> Chance {
    let hasher = &mut DefaultHasher::new();
    (number, name).hash(hasher);
    let drawn = Mutex::new(fastrand::Rng::with_seed(hasher.finish()));
    Chance::of(move || drawn.lock().expect("nobody panics with it").u128(..))
}

async fn live(gate: Arc<Gate>, index: usize, context: Arc<Context>) {
    loop {
        let Some(object) = take_from_cache(&gate, index).await else {
            return;
        };
        let handed = Handed::now(&gate, &object);
        let pause = match object {
            Value::Null => None,
            object => {
                let object: OAuthApplication = serde_json::from_value(object).expect("an application");
                match reconcile(Arc::new(object), context.clone()).await {
                    Ok(action) => requeue_after(&action),
                    Err(_) => Some(AFTER_ERROR),
                }
            }
        };
        tokio::select! {
            () = something_new(&gate, index, &handed, &context) => {}
            () = tokio::time::sleep(pause.unwrap_or(Duration::MAX)) => {}
        }
    }
}

/// A stop at the gate as well: the schedule chooses when, and which version.
async fn take_from_cache(gate: &Gate, index: usize) -> Option<Value> {
    let what = What {
        party: Party::Cache,
        text: "look at the resource".into(),
        writes: false,
    };
    let answer = gate.call(index, what, move |world| {
        let versions = world.cluster.versions(&resource_key());
        let version = world.hand_over.take().unwrap_or(versions.len() - 1);
        let object = versions[version].clone();
        world.handed[index] = (version, world.nudges);
        Told {
            brief: format!("version {} of {}", version + 1, versions.len()),
            full: object.clone(),
            answer: object,
        }
    });
    answer.await
}

/// What a process was handed, as far as its watches tell a difference.
struct Handed {
    digest: Option<u64>,
    secret: Option<String>,
}

impl Handed {
    fn now(gate: &Gate, object: &Value) -> Self {
        Self {
            digest: digest(object),
            secret: gate.world().secret_version(NAME),
        }
    }
}

fn digest(object: &Value) -> Option<u64> {
    let object = serde_json::from_value::<OAuthApplication>(object.clone()).ok()?;
    Some((of_application(&object), object.metadata.uid)).map(|seen| {
        let hasher = &mut DefaultHasher::new();
        seen.hash(hasher);
        hasher.finish()
    })
}

/// Ends as soon as there is a version after the one that was handed over last, or something else a watch would tell.
async fn something_new(gate: &Gate, index: usize, handed: &Handed, context: &Context) {
    loop {
        let written = gate.written.notified();
        if is_new(&gate.world(), index, handed, context) {
            return;
        }
        written.await;
    }
}

fn is_new(world: &World, index: usize, handed: &Handed, context: &Context) -> bool {
    let versions = world.cluster.versions(&resource_key());
    if !world.wakes_as_wired || world.nudges != world.handed[index].1 {
        return (versions.len() - 1, world.nudges) != world.handed[index];
    }
    let secret = world.secret_version(NAME);
    if versions.len() - 1 == world.handed[index].0 && secret == handed.secret {
        return false;
    }
    let newest = &versions[versions.len() - 1];
    let uid = newest["metadata"]["uid"].as_str().unwrap_or_default();
    let own = secret
        .as_ref()
        .is_some_and(|version| context.memories.is_own_secret(uid, version));
    digest(newest) != handed.digest || secret != handed.secret && !own
}

/// `Action` tells its pause only to the controller and in its `Debug` text.
fn requeue_after(action: &Action) -> Option<Duration> {
    let text = format!("{action:?}");
    let text = text.split_once("Some(")?.1.split_once(')')?.0;
    let (unit, scale) = [("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9), ("s", 1.0)]
        .into_iter()
        .find(|(u, _)| text.ends_with(u))?;
    Some(Duration::from_secs_f64(
        text.strip_suffix(unit)?.parse::<f64>().ok()? * scale,
    ))
}

/// What the watches of a process show: the platform, and the Secret as it is.
struct Caches {
    gate: Arc<Gate>,
    process: usize,
    platform: Arc<ClusterOAuthPlatform>,
}

impl Caches {
    fn new(gate: &Arc<Gate>, process: usize) -> Self {
        let platform = json!({
            "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "ClusterOAuthPlatform", "metadata": {"name": PLATFORM, "uid": "p"},
            "spec": {
                "olt": {"apiUrl": "https://api.example.com", "issuerUrl": "https://id.example.com", "credentials": {}},
                "limits": {"timeout": "10s"},
                "grants": [{"namespaces": {"names": ["billing"]}, "tenantIds": ["*"], "permissions": ["*"]}],
            },
            "status": {"observedGeneration": 1, "conditions": [
                {"type": "Ready", "status": "True", "reason": "Ready", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            ]},
        });
        let platform = serde_json::from_value(platform).expect("a platform");
        Self {
            gate: gate.clone(),
            process,
            platform: Arc::new(platform),
        }
    }
}

impl View for Caches {
    fn platform(&self, key: &PlatformKey) -> Option<Arc<dyn PlatformObject>> {
        (*key == PlatformKey::cluster_wide(PLATFORM)).then(|| self.platform.clone() as _)
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
    fn secret_version(&self, _namespace: &str, name: &str) -> Option<String> {
        let world = self.gate.world();
        let lags = world.secret_watches.get(&self.process).cloned();
        lags.unwrap_or_else(|| world.secret_version(name))
    }
}

/// The connection is there from the beginning; nobody opens another one.
struct NoConnection;

impl Connect for NoConnection {
    fn connect(&self, _uid: &str, _target: &Target, _access: Access) -> Result<Arc<dyn Platform>, Failure> {
        Err(Failure::new(Class::Invalid, "connections are not modelled"))
    }
}

/// Stops a process as a whole, its timers included, as a stopped virtual machine does.
#[derive(Default)]
pub struct Ice {
    frozen: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Ice {
    pub fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    pub fn thaw(&self) {
        self.frozen.store(false, Ordering::SeqCst);
        if let Some(waker) = self.waker.lock().expect("nobody panics with it").take() {
            waker.wake();
        }
    }

    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }
}

struct Freezable<F> {
    life: Pin<Box<F>>,
    ice: Arc<Ice>,
}

impl<F: Future> Future for Freezable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<F::Output> {
        if self.ice.is_frozen() {
            *self.ice.waker.lock().expect("nobody panics with it") = Some(poller.waker().clone());
            return Poll::Pending;
        }
        self.life.as_mut().poll(poller)
    }
}
