//! The chart's values: what is refused and how, and that each is described and does something.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::helm::{args, at, chart, deployment, merge, render, run, template};

fn file(name: &str) -> String {
    fs::read_to_string(chart().join(name)).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&file("values.schema.json")).unwrap()
}

fn defaults() -> Value {
    serde_saphyr::from_str(&file("values.yaml")).unwrap()
}

/// Every value that is no block of values, as `image.tag`, with its schema. Checks each block on the way.
fn leaves(schema: &Value, path: &str, into: &mut Vec<(String, Value)>) {
    let blocks = |value: &Value| value["properties"].is_object() && value["additionalProperties"] == false;
    for (name, value) in schema["properties"].as_object().unwrap() {
        let path = format!("{path}{name}");
        if blocks(value) && !["resources", "affinity"].contains(&name.as_str()) {
            leaves(value, &format!("{path}."), into);
        } else {
            into.push((path, value.clone()));
        }
    }
}

fn all_leaves() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    leaves(&schema(), "", &mut all);
    all
}

#[test]
fn the_lint_finds_nothing_also_with_the_defaults() {
    for values in [json!({}), json!({ "namespaces": ["billing"] })] {
        run(&["lint", "--strict"], Some(&chart()), &values).unwrap();
    }
}

#[test]
fn a_wrong_value_is_refused_by_its_name() {
    let wrong = [
        (json!({ "replica": 2 }), "'replica'"),
        (json!({ "replicas": 0 }), "'/replicas'"),
        (json!({ "priorityClassName": 7 }), "'/priorityClassName'"),
        (json!({ "namespaces": ["Not_A_Name"] }), "'/namespaces/0'"),
        (json!({ "namespaces": ["a", "a"] }), "'/namespaces'"),
        (json!({ "namespaces": "a" }), "'/namespaces'"),
        (json!({ "clusterWide": "yes" }), "'/clusterWide'"),
        (json!({ "image": { "tagg": "x" } }), "'tagg'"),
        (json!({ "image": { "digest": "sha256:12" } }), "'/image/digest'"),
        (json!({ "image": { "pullPolicy": "Sometimes" } }), "'/image/pullPolicy'"),
        (json!({ "imagePullSecrets": ["registry"] }), "'/imagePullSecrets/0'"),
        (json!({ "instance": "two words" }), "'/instance'"),
        (
            json!({ "allowInsecureHosts": ["http://127.0.0.1"] }),
            "'/allowInsecureHosts/0'",
        ),
        (json!({ "allowHosts": ["https://api.example.com"] }), "'/allowHosts/0'"),
        (json!({ "env": [{ "value": "http://proxy" }] }), "'/env/0'"),
        (json!({ "recheckInterval": "5 minutes" }), "'/recheckInterval'"),
        (json!({ "resyncInterval": "often" }), "'/resyncInterval'"),
        (json!({ "watchSecrets": "never" }), "'/watchSecrets'"),
        (json!({ "settle": "40" }), "'/settle'"),
        (json!({ "logFormat": "xml" }), "'/logFormat'"),
        (
            json!({ "serviceAccount": { "create": false } }),
            "'/serviceAccount/name'",
        ),
        (json!({ "resources": { "request": {} } }), "'request'"),
        (json!({ "podLabels": { "team": 1 } }), "'/podLabels/team'"),
        (
            json!({ "podLabels": { "helm.sh/chart": "x" } }),
            "'/podLabels/helm.sh~1chart'",
        ),
        (json!({ "podAnnotations": ["a"] }), "'/podAnnotations'"),
        (json!({ "nodeSelector": { "disk": true } }), "'/nodeSelector/disk'"),
        (json!({ "tolerations": [{ "keys": "x" }] }), "'keys'"),
        (json!({ "affinity": { "node": {} } }), "'node'"),
    ];
    let mut untried: BTreeSet<String> = schema()["properties"].as_object().unwrap().keys().cloned().collect();
    for (change, named) in wrong {
        untried.remove(change.as_object().unwrap().keys().next().unwrap());
        let mut values = json!({ "namespaces": ["billing"] });
        merge(&mut values, change.clone());
        let said = template(&values).unwrap_err();
        assert!(said.contains(named), "{change} is refused without {named}: {said}");
    }
    assert_eq!(untried, BTreeSet::new(), "no wrong value is tried for these");
}

#[test]
fn each_value_is_described_and_has_a_default_and_a_line_in_the_manual() {
    let (defaults, manual) = (defaults(), file("README.md"));
    for (path, schema) in all_leaves() {
        let default = defaults.pointer(&format!("/{}", path.replace('.', "/")));
        assert!(default.is_some(), "values.yaml has no {path}");
        let described = schema["description"].as_str().is_some_and(|text| text.ends_with('.'));
        assert!(described, "values.schema.json does not describe {path}");
        assert!(
            manual.contains(&format!("| `{path}` |")),
            "README.md has no row for {path}"
        );
    }
}

#[test]
fn each_value_changes_what_is_applied() {
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let changes = [
        ("namespaces", json!(["billing", "shipping"])),
        ("image.repository", json!("registry.example.com/team/oauth-registrar")),
        ("image.tag", json!("1.2.3")),
        ("image.digest", json!(digest)),
        ("image.pullPolicy", json!("Always")),
        ("imagePullSecrets", json!([{ "name": "registry" }])),
        ("instance", json!("north")),
        ("allowInsecureHosts", json!(["127.0.0.1"])),
        ("allowHosts", json!(["*.example.com", "10.0.0.0/8"])),
        ("env", json!([{ "name": "HTTPS_PROXY", "value": "http://proxy:3128" }])),
        ("recheckInterval", json!("1m")),
        ("resyncInterval", json!("1h")),
        ("watchSecrets", json!(false)),
        ("replicas", json!(1)),
        ("priorityClassName", json!("system-cluster-critical")),
        ("settle", json!("2m")),
        ("logFormat", json!("json")),
        ("serviceAccount.create", json!(false)),
        ("serviceAccount.name", json!("another")),
        ("serviceAccount.annotations", json!({ "a/b": "c" })),
        ("resources", json!({ "limits": { "memory": "1Gi" } })),
        ("podLabels", json!({ "team": "platform" })),
        ("podAnnotations", json!({ "a/b": "c" })),
        ("nodeSelector", json!({ "disk": "fast" })),
        ("tolerations", json!([{ "key": "a", "operator": "Exists" }])),
        ("affinity", json!({ "nodeAffinity": {} })),
    ];
    let before = json!({ "namespaces": ["billing"], "serviceAccount": { "name": "given" } });
    let unchanged = render(&before);
    for (path, value) in &changes {
        let mut values = before.clone();
        merge(&mut values, at(path, value.clone()));
        assert_ne!(render(&values), unchanged, "{path}: {value} does nothing");
    }
    let tried: BTreeSet<String> = changes.iter().map(|(path, _)| (*path).to_owned()).collect();
    let mut known: BTreeSet<String> = all_leaves().into_iter().map(|(path, _)| path).collect();
    // It cannot stand beside `namespaces`, and has a test of its own.
    known.remove("clusterWide");
    assert_eq!(tried, known);
}

#[test]
fn an_image_is_named_by_tag_digest_or_both() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let version = env!("CARGO_PKG_VERSION");
    for (tag, pin, expected) in [
        ("", "", format!("r/o:{version}")),
        ("1", "", "r/o:1".to_owned()),
        ("", &*digest, format!("r/o@{digest}")),
        ("1", &*digest, format!("r/o:1@{digest}")),
    ] {
        let image = json!({ "repository": "r/o", "tag": tag, "digest": pin });
        let objects = render(&json!({ "namespaces": ["billing"], "image": image }));
        let container = &deployment(&objects)["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["image"], expected);
    }
}

#[test]
fn the_defaults_are_those_of_the_program() {
    let output = Command::new(env!("CARGO_BIN_EXE_oauth-registrar"))
        .args(["run", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let given = args(&render(&json!({ "namespaces": ["billing"] })));
    for flag in [
        "--recheck-interval",
        "--resync-interval",
        "--settle",
        "--log-format",
        "--watch-secrets",
    ] {
        let about = help.split(&format!("      {flag}")).nth(1).unwrap();
        let (_, default) = about.split_once("[default: ").unwrap();
        let (default, _) = default.split_once(']').unwrap();
        assert!(
            given.contains(&format!("{flag}={default}")),
            "{flag} {default}: {given:?}"
        );
    }
}
