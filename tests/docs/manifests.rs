//! The manifests in pages and examples against the kinds: no field that they do not have, no rule that refuses them.

use kube::core::cel::ValidationErrors;
use oauth_registrar::api::{ClusterOAuthPlatform, OAuthApplication, OAuthPlatform, TenantInstallation};
use serde_json::{Value, json};

use crate::pages::{all, blocks};

/// Asks the type, then its rules; what the type has no place for is lost on the way.
macro_rules! answer {
    ($kind:ty, $object:expr) => {{
        let typed: $kind = serde_json::from_value($object.clone()).map_err(|error| vec![error.to_string()])?;
        let refused = typed
            .validate_cel()
            .err()
            .map(ValidationErrors::into_vec)
            .unwrap_or_default();
        let refused = refused
            .into_iter()
            .map(|error| format!("{}: {}", error.field_path, error.message));
        let mut wrong: Vec<String> = refused.collect();
        lost("", $object, &serde_json::to_value(&typed).unwrap(), &mut wrong);
        wrong
    }};
}

fn check(object: &Value) -> Result<(), Vec<String>> {
    let wrong = match object["kind"].as_str().unwrap_or_default() {
        "ClusterOAuthPlatform" => answer!(ClusterOAuthPlatform, object),
        "OAuthPlatform" => answer!(OAuthPlatform, object),
        "OAuthApplication" => answer!(OAuthApplication, object),
        "TenantInstallation" => answer!(TenantInstallation, object),
        other => vec![format!("the group has no kind {other:?}")],
    };
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn lost(path: &str, written: &Value, understood: &Value, wrong: &mut Vec<String>) {
    match (written, understood) {
        (Value::Object(written), Value::Object(understood)) => {
            for (name, value) in written {
                let path = format!("{path}.{name}");
                match understood.get(name) {
                    Some(there) => lost(&path, value, there, wrong),
                    None if is_default(value) => {}
                    None => wrong.push(format!("{path}: there is no such field")),
                }
            }
        }
        (Value::Array(written), Value::Array(understood)) => {
            let pairs = written.iter().zip(understood).enumerate();
            pairs.for_each(|(index, (one, other))| lost(&format!("{path}[{index}]"), one, other, wrong));
        }
        _ => {}
    }
}

/// Written although it says nothing, and not repeated by the type.
fn is_default(value: &Value) -> bool {
    [json!(null), json!(false), json!(""), json!([]), json!({})].contains(value)
}

/// Each manifest of our group, with where it stands.
fn manifests() -> Vec<(String, Value)> {
    let pages = all("", "md").into_iter().flat_map(|page| {
        let yaml = blocks(&page.text).into_iter().filter(|block| block.language == "yaml");
        let path = page.path.display().to_string();
        yaml.map(move |block| (path.clone(), block.text)).collect::<Vec<_>>()
    });
    let files = all("examples", "yaml").into_iter();
    let files = files.map(|page| (page.path.display().to_string(), page.text));
    let ours = pages
        .chain(files)
        .filter(|(_, text)| text.contains("apiVersion: oauthregistrar.io/"));
    let mut all = Vec::new();
    for (path, text) in ours {
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        let ours = documents.into_iter().filter(|object| {
            let version = object["apiVersion"].as_str().unwrap_or_default();
            version.starts_with("oauthregistrar.io/")
        });
        all.extend(ours.map(|object| (path.clone(), object)));
    }
    all
}

#[test]
fn every_manifest_in_pages_and_examples_is_one_that_the_kinds_accept() {
    let manifests = manifests();
    assert!(manifests.len() > 15, "only {} manifests were found", manifests.len());
    let wrong: Vec<String> = manifests
        .iter()
        .filter_map(|(path, object)| {
            let why = check(object).err()?.join("\n  ");
            Some(format!(
                "{path}, {} {}:\n  {why}",
                object["kind"], object["metadata"]["name"]
            ))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_field_that_does_not_exist_and_a_rule_that_refuses_are_found() {
    let installation = |change: Value| {
        let mut object = json!({
            "apiVersion": "oauthregistrar.io/v1alpha1",
            "kind": "TenantInstallation",
            "metadata": { "name": "one" },
            "spec": {
                "applicationRef": { "name": "one" },
                "tenantId": "22222222-2222-4222-8222-222222222222",
                "comment": "",
            },
        });
        json_patch::merge(&mut object, &json!({ "spec": change }));
        check(&object)
    };
    assert_eq!(installation(json!({})), Ok(()));
    let unknown = installation(json!({ "applicationRef": { "namespace": "x" } }));
    assert_eq!(
        unknown,
        Err(vec![
            ".spec.applicationRef.namespace: there is no such field".to_owned()
        ])
    );
    let refused = installation(json!({ "consent": "Listed" })).unwrap_err();
    assert!(
        refused[0].contains("permissions and consent: Listed go together"),
        "{refused:?}"
    );
    assert!(installation(json!({ "tenantId": "north" })).is_err());
}
