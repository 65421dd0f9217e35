//! Both worlds together, and what must hold in them at rest.

use std::collections::{BTreeMap, BTreeSet};

use oauth_registrar::api::well_known::CLAIM;
use oauth_registrar::domain::claim::Claim;
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{Identity, Rotation};
use oauth_registrar::domain::registration::Registration;
use serde_json::{Value, json};

use super::api_server::{ApiServer, Key, Request, Resource, Target, Verb};
use super::broken::{Broken, Deferred};
use super::harm::{Facts, Harm, reason};
use super::platform::{Client, Line, Store};

/// Namespace of the resource.
pub const NAMESPACE: &str = "billing";
/// Name of the resource, of its Secret and of its client.
pub const NAME: &str = "billing-sync";

/// The API server, the platform, and what was seen to go wrong.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub cluster: ApiServer,
    pub platform: Store,
    /// In the order in which it happened.
    pub harms: Vec<Harm>,
    /// Clients that are not ours, as they must stay.
    pub foreign_clients: Vec<Client>,
    /// Secrets that are not ours, as they must stay.
    pub foreign_secrets: BTreeMap<Key, Value>,
    /// Somebody removed or changed by hand what the operator made; then a Secret may be dead for a while.
    pub by_hand: bool,
    /// Somebody deleted or altered the Secret, or the only answer with the client secret came too late or not at all. Where
    /// none is ever replaced, it is lost.
    pub may_be_lost: bool,
    /// How often a process died, got no answer to a request, or was told what nobody else was before it could be told on.
    pub unheard: usize,
    /// Which version of the resource each process was handed last, and at which nudge.
    pub handed: Vec<(usize, u64)>,
    /// Counts what a watch would wake everybody for.
    pub nudges: u64,
    /// What the processes draw by chance follows from it.
    pub chance: u64,
    /// Versions of the Secret that processes see whose watch lags behind.
    pub secret_watches: BTreeMap<usize, Option<String>>,
    /// The platform is another one for the time being.
    pub is_moved: bool,
    /// The platform refuses every call, as with 429: whoever calls knows that nothing came of it.
    pub calls_refused: bool,
    /// How the protocol is broken, if it is.
    pub broken: Broken,
    /// What a process was told and is not done yet, where the protocol is broken so.
    pub deferred: Vec<Deferred>,
    /// What this life does not call harm: no protocol could avoid it.
    pub excused: Vec<Harm>,
    /// Processes wake for what their watches pass on, as the operator does; else for each version.
    pub wakes_as_wired: bool,
    /// By how many seconds the wall clocks of processes are off.
    pub clocks: BTreeMap<usize, i64>,
    /// Which version the next hand-over gives; the newest when absent.
    pub hand_over: Option<usize>,
}

pub fn resource_key() -> Key {
    let resource = Resource {
        group_version: "oauthregistrar.io/v1alpha1".into(),
        plural: "oauthapplications".into(),
    };
    Key {
        resource,
        namespace: NAMESPACE.into(),
        name: NAME.into(),
    }
}

pub fn secret_key(name: &str) -> Key {
    let resource = Resource {
        group_version: "v1".into(),
        plural: "secrets".into(),
    };
    Key {
        resource,
        namespace: NAMESPACE.into(),
        name: name.into(),
    }
}

impl World {
    /// A world in which others have clients and Secrets too.
    pub fn with_neighbours() -> Self {
        Self::with_crowd(1, false)
    }

    /// As many clients of others; the name of ours may be taken by one of them.
    pub fn with_crowd(clients: usize, name_taken: bool) -> Self {
        let mut world = Self::default();
        for number in 1..=clients {
            let name = match number {
                1 if name_taken => NAME.to_owned(),
                1 => "somebody-else".to_owned(),
                _ => format!("somebody-else-{number}"),
            };
            let registration = Registration {
                marker: Some(Marker::of("other-cluster", &name, NAMESPACE, NAME)),
                name,
                ..Registration::default()
            };
            world.platform.register(&registration).expect("nobody has the name");
        }
        world.foreign_clients.clone_from(&world.platform.clients);
        let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets");
        let target = Target::parse(&path).expect("a path");
        let body = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "somebody-else" } });
        let secret = world.cluster.handle(&Request {
            verb: Verb::Create,
            target,
            metadata_only: false,
            body,
        });
        world.foreign_secrets.insert(secret_key("somebody-else"), secret.body);
        world
    }

    /// Who the operator is at the platform as it is now.
    pub fn identity(&self) -> Identity {
        let home = Line::identity();
        let other = Identity {
            owner: "99999999-9999-4999-8999-999999999999".into(),
            ..home.clone()
        };
        if self.is_moved { other } else { home }
    }

    /// How the platform answers a call that it refuses now.
    pub fn refusal(&self) -> Option<Failure> {
        self.calls_refused.then(|| Failure::new(Class::Transient, "not now"))
    }

    /// The version of the Secret with this name.
    pub fn secret_version(&self, name: &str) -> Option<String> {
        let secret = self.cluster.get(&secret_key(name))?;
        secret["metadata"]["resourceVersion"].as_str().map(str::to_owned)
    }

    /// The clients that are ours.
    pub fn ours(&self) -> Vec<&Client> {
        let foreign: BTreeSet<_> = self.foreign_clients.iter().map(|client| &client.id).collect();
        let all = self.platform.clients.iter();
        all.filter(|client| !foreign.contains(&client.id)).collect()
    }

    /// What must hold when nothing is under way any more; the text says what does not.
    pub fn must_hold_at_rest(&self) -> Result<(), String> {
        let (ours, resource) = (self.ours(), self.cluster.get(&resource_key()));
        let Some(resource) = resource else {
            return match (ours.len(), self.cluster.get(&secret_key(NAME))) {
                (_, Some(_)) => Err("the Secret of a deleted resource remains".into()),
                // The attempt that was the last may have left one more than were counted.
                (n, None) if n > self.possible_orphans(1) => Err(format!("{n} clients of a deleted resource remain")),
                _ => Ok(()),
            };
        };
        if resource["metadata"].get("deletionTimestamp").is_some() {
            return Err("the resource is still being deleted".into());
        }
        if ours.is_empty() || ours.len() - 1 > self.possible_orphans(0) {
            return Err(format!("{} clients for one resource", ours.len()));
        }
        let facts = self.facts();
        if self.is_given_up(resource, &facts) {
            return Ok(());
        }
        let claim = claim_of(resource).ok_or("there is no claim")?;
        let told = |member: &str| resource["status"][member].as_str().unwrap_or_default().to_owned();
        let Some(secret) = facts.secret else {
            return Err("no Secret for a live resource".into());
        };
        let Some(client) = ours.iter().find(|c| c.client_id().0 == secret.client_id) else {
            return Err("the Secret names another client".into());
        };
        let marker = Some(claim.marker(NAMESPACE, NAME)).filter(|_| self.platform.capabilities.marks);
        let all = [
            (client.registration.marker == marker, "the client lacks our marker"),
            (facts.works, "the Secret does not work"),
            (told("clientId") == client.client_id().0, "status names another client"),
            (told("applicationId") == client.id.0, "status names another application"),
            (facts.ready, "the resource is not Ready"),
            (
                resource["status"]["registration"]["outcome"] == "Registered",
                "the resource is Ready, and tells another outcome than Registered",
            ),
        ];
        all.iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, what)| Err((*what).to_owned()))
    }

    /// The Secret names a client that status does not.
    pub fn is_told_by_the_secret_alone(&self) -> bool {
        let resource = self.cluster.get(&resource_key());
        let told = resource.and_then(|resource| resource["status"]["clientId"].as_str());
        self.facts()
            .secret
            .is_some_and(|secret| told != Some(&secret.client_id))
    }

    /// Where nothing can be looked up: clients that may be left, of those that are counted, but never more than answers
    /// were lost. Nowhere else any.
    fn possible_orphans(&self, uncounted: usize) -> usize {
        if !self.platform.capabilities.is_blind() {
            return 0;
        }
        let versions = self.cluster.versions(&resource_key());
        let last = versions.iter().rev().find(|version| !version.is_null());
        let told = last.and_then(|version| version["status"]["registration"]["lost"].as_u64());
        let claimed = last.and_then(claim_of).map_or(0, |claim| u64::from(claim.lost));
        let counted = usize::try_from(told.unwrap_or_default().max(claimed)).unwrap_or_default();
        let uid = last.map_or(&Value::Null, |version| &version["metadata"]["uid"]);
        self.unheard.min(counted + uncounted + self.recorded_before(uid))
    }

    /// Clients that may be left of earlier resources of the same name, as their records say.
    fn recorded_before(&self, uid: &Value) -> usize {
        let maps = self
            .cluster
            .objects()
            .filter(|(key, _)| key.resource.plural == "configmaps");
        let earlier = maps.filter(|(_, record)| record["data"]["uid"] != *uid);
        let possible = earlier.filter_map(|(_, record)| record["data"]["possible"].as_str()?.parse::<usize>().ok());
        possible.sum()
    }

    /// The platform replaces no secret, the published one was lost, and the resource says so.
    fn is_given_up(&self, resource: &Value, facts: &Facts) -> bool {
        let never = self.platform.capabilities.rotation == Rotation::Never;
        let lost = self.unheard > 0 || self.may_be_lost;
        never && lost && !facts.works && !facts.ready && reason(resource, "Stalled") == Some("UnsupportedByPlatform")
    }
}

fn claim_of(resource: &Value) -> Option<Claim> {
    serde_json::from_str(resource["metadata"]["annotations"][CLAIM].as_str()?).ok()
}
