//! What is left out has a value, and the API server and the types agree on it.

use kube::core::cel::apply_defaults;
use serde_json::{Value, json};

use super::super::cases::{Kind, smallest};
use super::super::{ClusterOAuthPlatform, OAuthApplication, TenantInstallation};
use super::{KINDS, schema};

/// The smallest object as the API server stores it.
fn stored(kind: Kind) -> Value {
    apply_defaults(&schema(kind), &smallest(kind))
}

#[test]
fn an_unseen_object_says_that_nobody_looked_at_it() {
    for kind in KINDS {
        assert_eq!(stored(kind)["status"], json!({ "observedGeneration": -1 }), "{kind:?}");
    }
}

#[test]
fn a_platform_marks_descriptions_waits_10_s_and_grants_nothing() {
    let spec = stored(Kind::Platform)["spec"].clone();
    assert_eq!(spec["olt"]["marker"], "Description");
    assert_eq!(spec["olt"]["credentials"]["apiToken"]["secretRef"]["key"], "token");
    assert_eq!(
        spec["limits"],
        json!({ "requestsPerSecond": 50, "burst": 100, "maxInFlight": 32, "timeout": "10s" })
    );
    assert_eq!(spec["grants"], Value::Null);
    let mut trusting = smallest(Kind::NamespacePlatform);
    trusting["spec"]["tls"] = json!({ "caBundleRef": { "name": "corporate-ca" } });
    let spec = apply_defaults(&schema(Kind::NamespacePlatform), &trusting)["spec"].clone();
    let bundle = json!({ "kind": "ConfigMap", "name": "corporate-ca", "key": "ca.crt" });
    assert_eq!(spec["tls"]["caBundleRef"], bundle);
}

#[test]
fn an_application_uses_client_credentials_and_is_deregistered() {
    let spec = stored(Kind::Application)["spec"].clone();
    assert_eq!(spec["grantTypes"], json!(["client_credentials"]));
    assert_eq!(spec["tokenEndpointAuthMethod"], "client_secret_basic");
    assert_eq!(spec["deletion"], json!({ "policy": "Delete" }));
    assert_eq!(
        spec["clientName"],
        Value::Null,
        "the default is metadata.name, which no schema can say"
    );
}

#[test]
fn an_installation_consents_once() {
    assert_eq!(stored(Kind::Installation)["spec"]["consent"], "Once");
}

#[test]
fn keys_of_a_secret_have_the_names_of_the_rfcs() {
    let mut object = smallest(Kind::Application);
    object["spec"]["secret"] = json!({});
    let keys = json!({
        "clientId": "client_id", "clientSecret": "client_secret", "tokenEndpoint": "token_endpoint", "issuer": "issuer",
        "applicationId": "application_id", "publicClientId": "public_client_id",
    });
    assert_eq!(
        apply_defaults(&schema(Kind::Application), &object)["spec"]["secret"]["keys"],
        keys
    );
}

/// Members that are empty by default do not come from the API server, nor do the types write them.
#[test]
fn the_types_default_what_the_server_defaults() {
    macro_rules! spec {
        ($kind:ty, $object:expr) => {
            serde_json::to_value(serde_json::from_value::<$kind>($object).unwrap().spec).unwrap()
        };
    }
    let mut with_secret = smallest(Kind::Application);
    with_secret["spec"]["secret"] = json!({});
    let server = |kind, object: &Value| without_empty(apply_defaults(&schema(kind), object)["spec"].clone());
    let platform = smallest(Kind::Platform);
    assert_eq!(
        without_empty(spec!(ClusterOAuthPlatform, platform.clone())),
        server(Kind::Platform, &platform)
    );
    assert_eq!(
        without_empty(spec!(OAuthApplication, with_secret.clone())),
        server(Kind::Application, &with_secret)
    );
    let installation = smallest(Kind::Installation);
    assert_eq!(
        without_empty(spec!(TenantInstallation, installation.clone())),
        server(Kind::Installation, &installation)
    );
}

/// Drops members that hold an empty text, list or map: that is what their absence means.
fn without_empty(value: Value) -> Value {
    let empty = |value: &Value| *value == json!("") || *value == json!([]) || *value == json!({});
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, without_empty(member)))
            .filter(|(_, member)| !empty(member))
            .collect(),
        other => other,
    }
}
