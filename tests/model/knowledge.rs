//! What a process knows: all that it may act on from now on. Two processes that know the same will do the same.

use std::cell::OnceCell;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use oauth_registrar::controller::context::Context;
use serde_json::Value;
use tokio::time::Instant;

use super::canonical::{Canonical, Digest};
use super::gate::{Party, What};
use super::world::{World, resource_key};

/// What one process was told.
pub struct Knowledge {
    /// When its reconcile began.
    begun: Instant,
    /// What it remembered then, and the answers since.
    told: Vec<Fact>,
    /// When the last one came.
    last: Instant,
    /// The last secret that it minted: its memory does not print it.
    minted: Fact,
    /// The version of the resource that it wrote last.
    written: Option<usize>,
}

struct Fact {
    value: Value,
    digest: OnceCell<Digest>,
}

impl Fact {
    fn new(value: Value) -> Self {
        Self {
            value,
            digest: OnceCell::new(),
        }
    }

    fn digest(&self, canonical: &Canonical) -> &Digest {
        self.digest.get_or_init(|| canonical.digest(&self.value.to_string()))
    }
}

impl Knowledge {
    /// That of a process that begins.
    pub fn none() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            told: vec![],
            last: now,
            minted: Fact::new(Value::Null),
            written: None,
        }
    }

    /// It was answered. With the resource from its cache a new reconcile begins, which knows only what is remembered.
    pub fn learn(&mut self, what: &What, answer: Value, world: &World, context: &Context) {
        self.last = Instant::now();
        if what.party == Party::Cache {
            self.begun = self.last;
            self.told = vec![Fact::new(remembered(world, context).into())];
        }
        let to_resource = what.party == Party::Cluster && what.text.contains("oauthapplications/");
        if what.writes && to_resource && answer["kind"] != "Status" {
            self.written = Some(world.cluster.versions(&resource_key()).len());
        }
        if what.text.starts_with("register") || what.text.starts_with("rotate") {
            self.minted = Fact::new(answer.clone());
        }
        self.told.push(Fact::new(answer));
    }

    /// The last answer makes no difference to what it will do.
    pub fn forget_last(&mut self) {
        self.told.pop();
    }

    /// Takes it in, as seen from a world with so many versions of the resource.
    pub fn hash(&self, canonical: &Canonical, mirrored: bool, versions: usize, hasher: &mut impl Hasher) {
        for fact in self.told.iter().chain([&self.minted]) {
            fact.digest(canonical).hash(mirrored, versions, hasher);
        }
        (
            self.begun.elapsed().as_secs(),
            self.last.elapsed().as_secs(),
            self.written.map(|written| versions - written),
        )
            .hash(hasher);
    }
}

/// The memory of a process, with ages for times.
fn remembered(world: &World, context: &Context) -> String {
    let Some(resource) = world.cluster.get(&resource_key()) else {
        return String::new();
    };
    let memory = context
        .memories
        .of(resource["metadata"]["uid"].as_str().unwrap_or_default());
    let age = |at: Duration| context.now().saturating_sub(at).as_secs();
    let held = memory.held.map(|h| (h.attempt, age(h.claimed_at), h.application_id));
    let published = memory.published.map(|(at, version)| (age(at), version));
    let claim = memory.claim_seen.map(|seen| (seen, age(memory.claim_first_seen)));
    format!(
        "{claim:?} {} {:?} {held:?} {published:?} {}",
        memory.resolved, memory.name_taken, memory.failures
    )
}
