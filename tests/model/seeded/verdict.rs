//! What must be true when a life is over.

use oauth_registrar::domain::port::Unique;
use serde_json::Value;

use super::life::Life;
use crate::model::world::{NAME, World, resource_key};

/// Passes over the list in which nothing may be written.
const QUIET_PASSES: usize = 2;

impl Life {
    /// The faults have stopped: the world comes to rest, all must be true, and it must stay at rest.
    pub(super) async fn come_to_rest(&mut self) -> Result<(), String> {
        self.stop_striking();
        self.move_back().await;
        self.go_on().await;
        self.resync();
        self.go_on().await;
        self.verdict()?;
        let writes = self.writes;
        for _ in 0..QUIET_PASSES {
            self.resync();
            self.go_on().await;
        }
        self.verdict()?;
        match self.writes - writes {
            0 => Ok(()),
            more => Err(format!("{more} writes while nothing happened")),
        }
    }

    fn verdict(&self) -> Result<(), String> {
        if self.run.is_too_busy() {
            return Err("the operator does not come to rest".into());
        }
        let world = self.run.gate.world();
        if let Some(harm) = world.harms.first() {
            return Err(format!("{harm:?}"));
        }
        if self.elsewhere.clients != world.foreign_clients {
            return Err("a client was registered at another platform".into());
        }
        let Some(resource) = world.cluster.get(&resource_key()) else {
            return world.must_hold_at_rest();
        };
        let taken = self.plan.name_taken && name_of(resource) == NAME;
        if taken && world.platform.capabilities.unique == Unique::Names {
            return refused(&world, resource, "NameConflict");
        }
        world.must_hold_at_rest()?;
        as_wished(&world, resource)
    }
}

/// The name that the client shall have.
fn name_of(resource: &Value) -> &str {
    resource["spec"]["clientName"].as_str().unwrap_or(NAME)
}

/// There is no client and no Secret, and the resource says why.
fn refused(world: &World, resource: &Value, reason: &str) -> Result<(), String> {
    let conditions = resource["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().find(|c| c["type"] == "Ready");
    let says = ready.is_some_and(|c| c["status"] == "False" && c["reason"] == reason);
    let facts = world.facts();
    match (world.ours().len(), facts.secret.is_some(), says) {
        (0, false, true) => Ok(()),
        (0, false, false) => Err(format!("the resource does not say {reason}")),
        (clients, ..) => Err(format!("{clients} clients where there cannot be one")),
    }
}

/// The client that the Secret names is what the resource wishes; one that was lost sight of stays as it was.
fn as_wished(world: &World, resource: &Value) -> Result<(), String> {
    let wished = resource["spec"]["description"].as_str().unwrap_or_default();
    let published = world.facts().secret.map(|secret| secret.client_id).unwrap_or_default();
    let mut published = world
        .ours()
        .into_iter()
        .filter(|client| client.client_id().0 == published);
    let differs = published.find(|client| {
        let has = &client.registration;
        has.name != name_of(resource) || has.description != wished
    });
    differs.map_or(Ok(()), |client| {
        Err(format!("the client is not as wished: {:?}", client.registration))
    })
}
