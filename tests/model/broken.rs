//! Protocols that are broken outside of the decision table: in what a process sends, and when.

use oauth_registrar::api::well_known::CLAIM;

use super::api_server::{Reply, Request, Verb};
use super::gate::{Party, What};
use super::world::World;

/// How the protocol is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    /// It is not.
    #[default]
    Nowhere,
    /// The first claim is written when the registration was answered.
    ClaimAfterRegistration,
    /// The Secret is written when status was.
    SecretAfterStatus,
    /// A write to the platform whose answer did not come is sent again, up to so often.
    RepeatsAmbiguous(usize),
}

/// A request that was answered and is not carried out yet.
#[derive(Clone, Debug)]
pub struct Deferred {
    pub process: usize,
    request: Request,
    due: bool,
}

impl Broken {
    /// How often this request is sent again when no answer comes.
    pub fn repeats(self, what: &What) -> usize {
        match self {
            Self::RepeatsAmbiguous(times) if what.party == Party::Platform && what.writes => times,
            _ => 0,
        }
    }

    /// The request is answered now and carried out later.
    fn defers(self, request: &Request) -> bool {
        match self {
            Self::ClaimAfterRegistration => {
                let claim = request.body["metadata"]["annotations"][CLAIM]
                    .as_str()
                    .unwrap_or_default();
                claim.contains("\"attempt\":1,")
            }
            Self::SecretAfterStatus => request.verb != Verb::Get && request.target.resource.plural == "secrets",
            Self::Nowhere | Self::RepeatsAmbiguous(_) => false,
        }
    }

    /// What was deferred is carried out with the first call after this one.
    fn ends_with(self, what: &What) -> bool {
        match self {
            Self::ClaimAfterRegistration => what.text.starts_with("register"),
            Self::SecretAfterStatus => what.text.ends_with("/status"),
            Self::Nowhere | Self::RepeatsAmbiguous(_) => false,
        }
    }
}

impl World {
    /// The API server takes a request of a process in.
    pub fn take_in(&mut self, process: usize, request: &Request) -> Reply {
        if !self.broken.defers(request) {
            return self.cluster.handle(request);
        }
        let reply = self.cluster.clone().handle(request);
        if reply.code < 400 {
            self.deferred.push(Deferred {
                process,
                request: request.clone(),
                due: false,
            });
        }
        reply
    }

    /// A call of a process was carried out: with its next one, what it deferred up to here is.
    pub fn note_done(&mut self, process: usize, what: &What) {
        if self.broken.ends_with(what) {
            let own = self.deferred.iter_mut().filter(|deferred| deferred.process == process);
            own.for_each(|deferred| deferred.due = true);
        }
    }

    /// Carries out what a process has deferred until now.
    pub fn catch_up(&mut self, process: usize) {
        let due = |deferred: &Deferred| deferred.process == process && deferred.due;
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.deferred).into_iter().partition(due);
        self.deferred = later;
        for deferred in due {
            self.cluster.handle(&deferred.request);
        }
    }
}
