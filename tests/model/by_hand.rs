//! What anybody else but the operator does: the user, the administrator, somebody at the platform.

use serde_json::{Value, json};

use super::api_server::{Form, Request, Target, Verb};
use super::run::Run;
use super::world::{NAME, NAMESPACE, World};

impl Run {
    fn user(&mut self, verb: Verb, name: &str, body: Value) {
        let path = format!("/apis/oauthregistrar.io/v1alpha1/namespaces/{NAMESPACE}/oauthapplications{name}");
        let target = Target::parse(&path).expect("a path");
        let request = Request {
            verb,
            target,
            metadata_only: false,
            body,
        };
        let mut world = self.gate.world();
        // What is refused to the operator is not refused to users.
        let refused = std::mem::take(&mut world.cluster.refused);
        let reply = world.cluster.handle(&request);
        world.cluster.refused = refused;
        drop(world);
        self.wake();
        self.note("", &format!("the user: {verb:?} -> {}", reply.code));
    }

    /// The user creates the resource.
    pub fn create(&mut self) {
        self.user(Verb::Create, "", application());
    }

    /// The user deletes the resource.
    pub fn delete(&mut self) {
        self.user(Verb::Delete, &format!("/{NAME}"), Value::Null);
    }

    /// The user changes the description, so that everything is looked at again.
    pub fn describe(&mut self, description: &str) {
        let body = json!({ "spec": { "description": description } });
        self.user(Verb::Patch(Form::Merge), &format!("/{NAME}"), body);
    }

    /// The user gives the client another name.
    pub fn rename(&mut self, name: &str) {
        let body = json!({ "spec": { "clientName": name } });
        self.user(Verb::Patch(Form::Merge), &format!("/{NAME}"), body);
    }

    /// An admission controller refuses Secrets, or does so no longer.
    pub fn refuse_secrets(&mut self, refused: bool) {
        self.note(
            "",
            if refused {
                "Secrets are refused"
            } else {
                "Secrets are accepted"
            },
        );
        let mut world = self.gate.world();
        if refused {
            world.cluster.refused.insert("secrets".into());
        } else {
            world.cluster.refused.clear();
        }
    }

    /// The user deletes the Secret.
    pub fn remove_secret(&mut self) {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/{NAME}");
        let target = Target::parse(&path).expect("a path");
        let mut world = self.gate.world();
        let reply = world.cluster.handle(&Request {
            verb: Verb::Delete,
            target,
            metadata_only: false,
            body: Value::Null,
        });
        (world.may_be_lost, world.nudges) = (true, world.nudges + 1);
        drop(world);
        self.wake();
        self.note("", &format!("the user deletes the Secret -> {}", reply.code));
    }

    /// Somebody removes at the platform what the operator registered.
    pub fn remove_clients(&mut self) {
        self.by_hand("the client is removed", |world| {
            let foreign = world.foreign_clients.clone();
            world.platform.clients.retain(|client| foreign.contains(client));
        });
    }

    /// Somebody deletes the Secret.
    pub fn delete_secret(&mut self) {
        self.with_secret("the Secret is deleted", Verb::Delete, Value::Null);
    }

    /// Somebody writes another value into the Secret.
    pub fn alter_secret(&mut self) {
        let body = json!({ "data": { "client_secret": "b3RoZXI=" } });
        self.with_secret("the Secret is altered", Verb::Patch(Form::Merge), body);
    }

    fn with_secret(&mut self, what: &str, verb: Verb, body: Value) {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/{NAME}");
        let target = Target::parse(&path).expect("a path");
        let request = Request {
            verb,
            target,
            metadata_only: false,
            body,
        };
        self.by_hand(what, |world| {
            world.unheard += usize::from(world.is_told_by_the_secret_alone());
            world.cluster.handle(&request);
            world.may_be_lost = true;
        });
    }

    fn by_hand(&mut self, what: &str, act: impl FnOnce(&mut World)) {
        self.note("", what);
        let mut world = self.gate.world();
        act(&mut world);
        (world.by_hand, world.nudges) = (true, world.nudges + 1);
        drop(world);
        self.wake();
    }
}

fn application() -> Value {
    json!({
        "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "OAuthApplication",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {
            "platformRef": {"kind": "ClusterOAuthPlatform", "name": "olt"},
            "grantTypes": ["client_credentials"],
            "tokenEndpointAuthMethod": "client_secret_basic",
            "olt": {},
        },
    })
}
