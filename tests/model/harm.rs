//! What must never happen, looked for at every commit.

use base64::Engine;
use oauth_registrar::api::well_known::ATTEMPT;
use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{Proof, Rotation, Unique};
use serde_json::Value;

use super::gate::Effect;
use super::platform::Client;
use super::world::{NAME, World, resource_key, secret_key};

/// What must never happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Somebody else's client was changed or removed.
    ForeignClientTouched,
    /// Somebody else's Secret was changed or removed.
    ForeignSecretTouched,
    /// A published, working secret was invalidated by a step that nobody asked for.
    PublishedKilled,
    /// A secret was published that the platform does not accept.
    DeadPublished,
    /// A Secret of a higher attempt was overwritten.
    NewerOverwritten,
    /// Two clients carry the same marker.
    Doubled,
    /// `Ready=True` was written while the Secret did not work.
    FalseReady,
}

/// What matters of a world, before and after a commit.
pub struct Facts {
    /// The resource lives: it exists and is not being deleted.
    pub live: bool,
    pub ready: bool,
    pub secret: Option<Published>,
    pub works: bool,
}

#[derive(PartialEq)]
pub struct Published {
    pub owner: String,
    attempt: i64,
    pub client_id: String,
    client_secret: String,
}

impl World {
    /// Carries a request out, and looks whether that did harm. The answer's texts come back.
    pub fn commit(&mut self, effect: &mut Effect) -> (String, Value) {
        let before = self.facts();
        let told = effect(self);
        let after = self.facts();
        self.look_for_harm(&before, &after);
        told
    }

    fn look_for_harm(&mut self, before: &Facts, after: &Facts) {
        let same = before.secret == after.secret;
        let mut found = vec![];
        if before.live && after.live && before.works && same && !after.works {
            found.push(Harm::PublishedKilled);
        }
        if after.live && !same && after.secret.is_some() && !after.works && !self.by_hand {
            found.push(Harm::DeadPublished);
        }
        if let (Some(before), Some(after)) = (&before.secret, &after.secret)
            && before.owner == after.owner
            && before.attempt > after.attempt
        {
            found.push(Harm::NewerOverwritten);
        }
        if after.live && after.ready && !before.ready && !after.works {
            found.push(Harm::FalseReady);
        }
        // Both are in the order of their registration.
        let mut there = self.platform.clients.iter();
        let untouched = |client: &Client| there.any(|c| c == client);
        if !self.foreign_clients.iter().all(untouched) {
            found.push(Harm::ForeignClientTouched);
        }
        if self
            .foreign_secrets
            .iter()
            .any(|(key, secret)| self.cluster.get(key) != Some(secret))
        {
            found.push(Harm::ForeignSecretTouched);
        }
        let mut markers: Vec<&Marker> = self
            .platform
            .clients
            .iter()
            .filter_map(|c| c.registration.marker.as_ref())
            .collect();
        markers.sort();
        let can = &self.platform.capabilities;
        // Where a client takes the place of another, both are there for a while.
        let takes_turns = can.unique == Unique::Nothing && can.rotation == Rotation::Recreate;
        if !takes_turns && markers.windows(2).any(|pair| pair[0] == pair[1]) {
            found.push(Harm::Doubled);
        }
        found.retain(|harm| !self.harms.contains(harm) && !self.excused.contains(harm));
        self.harms.extend(found);
    }

    /// What matters of it now.
    pub fn facts(&self) -> Facts {
        let resource = self.cluster.get(&resource_key());
        let live = resource.is_some_and(|r| r["metadata"].get("deletionTimestamp").is_none());
        let ready = resource.is_some_and(|r| condition(r, "Ready").is_some_and(|c| c["status"] == "True"));
        let uid = resource.and_then(|r| r["metadata"]["uid"].as_str()).unwrap_or_default();
        let secret = self
            .cluster
            .get(&secret_key(NAME))
            .map(published)
            .filter(|s| s.owner == uid);
        let works = secret.as_ref().is_some_and(|s| self.proves(s));
        Facts {
            live,
            ready,
            secret,
            works,
        }
    }

    fn proves(&self, secret: &Published) -> bool {
        let client_secret = SecretText::new(secret.client_secret.clone());
        let client_id = secret.client_id.clone();
        self.platform.prove(&Credentials {
            client_id,
            client_secret,
            method: AuthMethod::ClientSecretBasic,
        }) == Proof::Works
    }
}

fn published(secret: &Value) -> Published {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let data = |key: &str| {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text(&secret["data"][key]))
            .unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let metadata = &secret["metadata"];
    Published {
        owner: text(&metadata["ownerReferences"][0]["uid"]),
        attempt: metadata["annotations"][ATTEMPT]
            .as_str()
            .and_then(|a| a.parse().ok())
            .unwrap_or_default(),
        client_id: data("client_id"),
        client_secret: data("client_secret"),
    }
}

/// The reason of a condition.
pub fn reason<'a>(resource: &'a Value, wanted: &str) -> Option<&'a str> {
    condition(resource, wanted)?["reason"].as_str()
}

fn condition<'a>(resource: &'a Value, wanted: &str) -> Option<&'a Value> {
    let conditions = resource["status"]["conditions"].as_array()?;
    conditions.iter().find(|c| c["type"] == wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::api_server::{Form, Request, Target, Verb};
    use crate::model::run::{Run, with_paused_clock};
    use oauth_registrar::domain::rules::Rules;

    /// What is found when this is done to a world in which all is well.
    fn found(offence: impl FnOnce(&mut World) + Send + 'static) -> Vec<Harm> {
        with_paused_clock(async {
            let mut run = Run::new(World::with_neighbours(), 1, Rules::FIXED);
            run.outcome().await.unwrap();
            let mut offence = Some(offence);
            let offence = move |world: &mut World| {
                offence.take().expect("it is committed once")(world);
                (String::new(), Value::Null)
            };
            let mut effect: Effect = Box::new(offence);
            run.commit("", "an offence", &mut effect, "");
            run.gate.world().harms.clone()
        })
    }

    fn patch(world: &mut World, plural: &str, body: Value) {
        let group = if plural == "secrets" {
            "api/v1"
        } else {
            "apis/oauthregistrar.io/v1alpha1"
        };
        let mut target = Target::parse(&format!("/{group}/namespaces/billing/{plural}/{NAME}")).unwrap();
        target.subresource = body.get("status").map(|_| "status".to_owned());
        let reply = world.cluster.handle(&Request {
            verb: Verb::Patch(Form::Merge),
            target,
            metadata_only: false,
            body,
        });
        assert_eq!(reply.code, 200);
    }

    #[test]
    fn a_rotation_that_nobody_asked_for_is_found() {
        let offence = |world: &mut World| drop(world.platform.rotate(&"app-2".into()).unwrap());
        assert_eq!(found(offence), [Harm::PublishedKilled]);
    }

    #[test]
    fn a_dead_secret_and_an_older_attempt_are_found() {
        let secret = json!({ "data": { "client_secret": "b2xk" }, "metadata": { "annotations": { ATTEMPT: "0" } } });
        let offence = |world: &mut World| patch(world, "secrets", secret);
        assert_eq!(found(offence), [Harm::DeadPublished, Harm::NewerOverwritten]);
    }

    #[test]
    fn a_false_ready_is_found() {
        let ready = |status: &str| json!({ "status": { "conditions": [{ "type": "Ready", "status": status }] } });
        let harms = with_paused_clock(async {
            let mut run = Run::new(World::default(), 1, Rules::FIXED);
            let offence = move |world: &mut World| {
                patch(world, "oauthapplications", ready("True"));
                (String::new(), Value::Null)
            };
            let mut effect: Effect = Box::new(offence);
            run.commit("", "an offence", &mut effect, "");
            run.gate.world().harms.clone()
        });
        assert_eq!(harms, [Harm::FalseReady]);
    }

    #[test]
    fn a_touched_neighbour_and_a_second_client_are_found() {
        let offence = |world: &mut World| {
            let twin = world.platform.clients[1].registration.clone();
            world.platform.deregister(&"app-1".into()).unwrap();
            world.platform.capabilities.unique = Unique::Nothing;
            world.platform.register(&twin).unwrap();
            world
                .foreign_secrets
                .values_mut()
                .for_each(|secret| *secret = Value::Null);
        };
        assert_eq!(
            found(offence),
            [Harm::ForeignClientTouched, Harm::ForeignSecretTouched, Harm::Doubled]
        );
    }
}
