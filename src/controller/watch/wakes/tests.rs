//! Whom a credential wakes: whoever names it, and has not read it as it is now.

use serde_json::json;

use super::*;
use crate::controller::platform::kind::readers;

/// A platform whose credential is the Secret `token`, and which has this in `spec.tls`.
fn caches_with(tls: serde_json::Value) -> Caches {
    let (caches, mut writers) = Caches::new(&[]);
    let mut platform = json!({
        "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "ClusterOAuthPlatform", "metadata": {"name": "olt", "uid": "p"},
        "spec": {"olt": {
            "apiUrl": "https://api.example.com", "issuerUrl": "https://id.example.com",
            "credentials": {"apiToken": {"secretRef": {"name": "token"}}},
        }},
    });
    if !tls.is_null() {
        platform["spec"]["tls"] = tls;
    }
    let platform = serde_json::from_value(platform).unwrap();
    writers.platforms.apply_watcher_event(&Event::Apply(platform));
    caches
}

fn caches() -> Caches {
    caches_with(json!(null))
}

fn secret(name: &str, version: &str) -> SecretMeta {
    serde_json::from_value(json!({"metadata": {"name": name, "resourceVersion": version}})).unwrap()
}

#[test]
fn a_credential_wakes_its_platform_unless_it_is_the_one_that_was_read() {
    let (caches, memories) = (caches(), Memories::default());
    let woken = |name, version| platforms_of(&secret(name, version), false, &caches, &memories).len();
    assert_eq!(woken("token", "7"), 1, "nothing was read yet");
    memories.read_credential("p", Some("7".into()));
    assert_eq!(
        (woken("token", "7"), woken("token", "8"), woken("other", "8")),
        (0, 1, 0)
    );
    memories.read_credential("p", None);
    assert_eq!(woken("token", "7"), 1, "it was missing, and is there again");
}

#[test]
fn a_credential_that_went_unseen_wakes_whoever_had_read_it() {
    let (caches, memories) = (caches(), Memories::default());
    let woken = |listed: &[&str]| {
        let listed = listed.iter().map(ToString::to_string).collect();
        platforms_without(&listed, &caches, &memories).len()
    };
    assert_eq!(woken(&[]), 0, "it waits for one anyway");
    memories.read_credential("p", Some("7".into()));
    assert_eq!((woken(&["token"]), woken(&["other"])), (0, 1));
}

#[test]
fn certificates_wake_their_platform_as_its_credential_does() {
    let caches = caches_with(json!({
        "caBundleRef": {"kind": "Secret", "name": "authorities"}, "clientCertificateRef": {"name": "shown"},
    }));
    let memories = Memories::default();
    let woken = |name, deleted| platforms_of(&secret(name, "7"), deleted, &caches, &memories).len();
    let [credential, authorities, certificate] = readers("p");
    memories.read_credential(&credential, Some("7".into()));
    assert_eq!(
        (
            woken("token", false),
            woken("authorities", false),
            woken("shown", false)
        ),
        (0, 1, 1)
    );
    memories.read_credential(&authorities, Some("7".into()));
    memories.read_credential(&certificate, Some("7".into()));
    assert_eq!((woken("authorities", false), woken("shown", false)), (0, 0));
    assert_eq!(
        (woken("token", true), woken("authorities", true), woken("shown", true)),
        (1, 1, 1)
    );
    let listed = ["token", "authorities"].map(str::to_owned).into();
    assert_eq!(platforms_without(&listed, &caches, &memories).len(), 1);
}

#[test]
fn authorities_in_a_config_map_wake_nobody_by_a_secret_of_that_name() {
    let caches = caches_with(json!({"caBundleRef": {"name": "authorities"}}));
    assert!(platforms_of(&secret("authorities", "7"), false, &caches, &Memories::default()).is_empty());
}
