//! Whom a credential wakes: whoever names it, and has not read it as it is now.

use serde_json::json;

use super::*;

/// A platform whose credential is the Secret `token`.
fn caches() -> Caches {
    let (caches, mut writers) = Caches::new(&[]);
    let platform = json!({
        "apiVersion": "oauthregistrar.io/v1alpha1", "kind": "ClusterOAuthPlatform", "metadata": {"name": "olt", "uid": "p"},
        "spec": {"olt": {
            "apiUrl": "https://api.example.com", "issuerUrl": "https://id.example.com",
            "credentials": {"apiToken": {"secretRef": {"name": "token"}}},
        }},
    });
    let platform = serde_json::from_value(platform).unwrap();
    writers.platforms.apply_watcher_event(&Event::Apply(platform));
    caches
}

fn secret(name: &str, version: &str) -> SecretMeta {
    serde_json::from_value(json!({"metadata": {"name": name, "resourceVersion": version}})).unwrap()
}

#[test]
fn a_credential_wakes_its_platform_unless_it_is_the_one_that_was_read() {
    let (caches, memories) = (caches(), Memories::default());
    let woken = |name, version| platforms_with_other(&secret(name, version), &caches, &memories).len();
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
