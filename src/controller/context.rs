//! What every reconcile gets: the cluster, the settings of this process, and what it shares with the others.

use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use tokio::time::Instant;

use super::chance::Chance;
use super::connections::Connections;
use super::credentials::Remembered;
use super::installation::tenancy::Tenancies;
use super::leading::Leading;
use super::memories::Memories;
use super::orphans::bound::Deletions;
use super::places::Places;
use super::platform::hosts::HostPattern;
use super::platform::kind::PlatformKey;
use super::proven::Proven;
use super::suspicions::Suspicions;
use super::token_store::StateSecrets;
use super::turns::Turns;
use super::view::View;
use super::waiting::{Waiter, Waiting};
use crate::domain::claim::Holder;
use crate::domain::observed::Memory;
use crate::domain::port::Connect;
use crate::domain::rules::Rules;

/// Time-out of a call to the API server that permits nothing at a platform.
pub const CLUSTER_TIMEOUT: Duration = Duration::from_secs(10);

/// What is the same for the life of the process.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's own namespace, where credentials of cluster-wide platforms lie.
    pub namespace: String,
    /// Who this process is.
    pub holder: Holder,
    /// How long a claim is waited out.
    pub settle: Duration,
    /// After how long a refusal is looked at again when no watch can tell.
    pub recheck: Duration,
    /// How often a platform's list is passed over.
    pub resync: Duration,
    /// Hosts that may be spoken to without TLS.
    pub insecure_hosts: Vec<String>,
    /// The only hosts that platforms of namespaces may be at.
    pub allowed_hosts: Vec<HostPattern>,
    /// Whether Secrets are watched. If not, each is read by its name, with every resync.
    pub watch_secrets: bool,
    /// Which rules hold; always [`Rules::FIXED`] but in the model.
    pub rules: Rules,
}

/// Shared by all reconciles of a process.
pub struct Context {
    /// The cluster.
    pub client: Client,
    /// Settings.
    pub settings: Settings,
    /// Opens connections to platforms.
    pub connect: Arc<dyn Connect>,
    /// Connections to platforms that are Ready.
    pub connections: Connections,
    /// What the watches show.
    pub view: Arc<dyn View>,
    /// What is remembered of each resource.
    pub memories: Memories,
    /// Which of them to look at more closely.
    pub suspicions: Suspicions,
    /// The last good credentials.
    pub remembered: Remembered,
    /// The newest refresh tokens.
    pub state_secrets: StateSecrets,
    /// When each deletion that waits was first looked at.
    pub deletions: Deletions,
    /// The tenants' sides that were opened with credentials of their own.
    pub tenancies: Tenancies,
    /// Who has one of the places that a grant bounds.
    pub places: Places,
    /// The clients that were seen to be those of their resources.
    pub proven: Proven,
    /// Who may work for which platform now.
    pub turns: Turns,
    /// Who waits for which platform.
    pub waiting: Waiting,
    /// Whether this replica works.
    pub leading: Leading,
    /// Random ids, and the spread of pauses.
    pub chance: Chance,
    started: Instant,
}

impl Context {
    /// A context whose clock begins now.
    #[must_use]
    pub fn new(client: Client, settings: Settings, connect: Arc<dyn Connect>, view: Arc<dyn View>) -> Self {
        Self {
            client,
            settings,
            connect,
            connections: Connections::default(),
            view,
            memories: Memories::default(),
            suspicions: Suspicions::default(),
            remembered: Remembered::default(),
            state_secrets: StateSecrets::default(),
            deletions: Deletions::default(),
            tenancies: Tenancies::default(),
            places: Places::default(),
            proven: Proven::default(),
            turns: Turns::default(),
            waiting: Waiting::default(),
            leading: Leading::always(),
            chance: Chance::default(),
            started: Instant::now(),
        }
    }

    /// The same for a replica that works when it is told to.
    #[must_use]
    pub fn when(self, leading: Leading) -> Self {
        Self { leading, ..self }
    }

    /// The monotonic time since this process began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// How long a resource is left alone that waited for its platform before this process began.
    #[must_use]
    pub fn left_alone(&self, platform: &PlatformKey, waiter: &Waiter, uid: &str) -> Option<Duration> {
        let now = self.now();
        if !self.memories.knows(uid) {
            self.memories.keep(uid, &Memory::default());
            let spread = self.chance.fraction();
            self.waiting
                .waited(platform, waiter.clone(), now, spread, self.settings.recheck);
        }
        self.waiting.left_alone(platform, waiter, now)
    }

    /// The time until the next look at something that no watch shows, spread by up to a quarter.
    #[must_use]
    pub fn recheck(&self) -> Duration {
        self.settings.recheck.mul_f64(1.0 - self.chance.fraction() / 4.0)
    }
}
