//! One table of accepted and refused objects. The unit tests of `src/api` ask the client-side CEL library about them,
//! `tests/admit_kinds.rs` a real API server, so neither can drift from the other.

mod application;
mod grants;
mod installation;
mod platform;
mod secret;

use serde_json::{Value, json};

/// A tenant's id.
pub const TENANT: &str = "22222222-2222-4222-8222-222222222222";

/// Kind of the object that a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `ClusterOAuthPlatform`.
    Platform,
    /// `OAuthPlatform`.
    NamespacePlatform,
    /// `OAuthApplication`.
    Application,
    /// `TenantInstallation`.
    Installation,
}

/// What is said of credentials that name no way to authenticate, or two.
const ONE_WAY: &str =
    "credentials must name exactly one way to authenticate: set one of apiToken, refreshToken and clientCredentials";

/// What is said of a key that no Secret can have.
const REFRESH_KEY: &str = "must be a key of a Secret: letters, digits, -, _ and ., such as refresh_token";

/// What is said of a Secret that cannot have this name.
const SECRET_NAME: &str = "must be a Secret's name: lower-case letters, digits, - and ., such as olt-operator";

/// What the case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No rule refuses it.
    Accepted,
    /// Exactly this rule refuses it.
    Refused {
        /// Path of the field, `spec.…`; empty: the whole object.
        field: &'static str,
        /// The message a user sees.
        message: &'static str,
    },
}

/// One object, or one change of an object, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is tried, as a sentence.
    pub sentence: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// For a change: the object before it.
    pub before: Option<Value>,
    /// The object that is asked about.
    pub object: Value,
    /// The answer.
    pub expected: Expected,
}

impl Case {
    fn accepted(kind: Kind, sentence: &'static str, change: &Value) -> Self {
        Self {
            sentence,
            kind,
            before: None,
            object: with(kind, change),
            expected: Expected::Accepted,
        }
    }

    fn refused(kind: Kind, sentence: &'static str, change: &Value, field: &'static str, message: &'static str) -> Self {
        Self {
            expected: Expected::Refused { field, message },
            ..Self::accepted(kind, sentence, change)
        }
    }

    /// Makes the case a change of the object that `before` describes.
    fn coming_from(self, before: &Value) -> Self {
        Self {
            before: Some(with(self.kind, before)),
            ..self
        }
    }
}

/// All cases.
pub fn all() -> Vec<Case> {
    [
        platform::cases(),
        application::cases(),
        secret::cases(),
        installation::cases(),
    ]
    .concat()
}

/// The smallest object of a kind that is accepted.
pub fn smallest(kind: Kind) -> Value {
    let platform = json!({ "olt": {
        "apiUrl": "https://api.example.com/v1",
        "issuerUrl": "https://id.example.com/v1/id/auth/realms/olt",
        "credentials": { "apiToken": { "secretRef": { "name": "olt-operator" } } },
    } });
    let (name, spec) = match kind {
        Kind::Platform => ("ClusterOAuthPlatform", platform),
        Kind::NamespacePlatform => ("OAuthPlatform", platform),
        Kind::Application => (
            "OAuthApplication",
            json!({ "platformRef": { "kind": "ClusterOAuthPlatform", "name": "olt" }, "olt": {} }),
        ),
        Kind::Installation => (
            "TenantInstallation",
            json!({ "applicationRef": { "name": "billing-sync" }, "tenantId": TENANT }),
        ),
    };
    json!({
        "apiVersion": "oauthregistrar.io/v1alpha1",
        "kind": name,
        "metadata": { "name": "billing-sync" },
        "spec": spec,
    })
}

/// The smallest object of a kind, changed by a JSON merge patch (RFC 7386).
pub fn with(kind: Kind, change: &Value) -> Value {
    let mut object = smallest(kind);
    merge(&mut object, change);
    object
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}
