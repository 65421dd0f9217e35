//! What the table must not hold, and the objects made from it.

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use serde::{Serialize, de::DeserializeOwned};

use super::*;

fn of(scope: Scope) -> impl Iterator<Item = &'static Right> {
    RIGHTS.iter().filter(move |right| right.scope == scope)
}

#[test]
fn nothing_is_granted_by_wildcard() {
    for right in RIGHTS {
        let words = [right.resources, right.names, right.verbs].concat();
        assert!(
            !right.group.contains('*') && words.iter().all(|word| !word.contains('*')),
            "{right:?}"
        );
    }
}

#[test]
fn nothing_but_its_own_records_is_deleted_and_nothing_impersonated_or_escalated() {
    let allowed = ["get", "list", "watch", "create", "patch"];
    for right in RIGHTS {
        let records = right.scope == Scope::OperatorNamespace && right.resources == ["configmaps"];
        let may = |verb: &&str| allowed.contains(verb) || (records && *verb == "delete");
        assert!(right.verbs.iter().all(may), "{right:?}");
        assert!(!right.group.starts_with("rbac."), "{right:?}");
    }
}

#[test]
fn secrets_are_never_reached_cluster_wide() {
    assert!(of(Scope::Cluster).all(|right| !right.resources.contains(&"secrets")));
    let wide: Vec<Value> = manifests("ops", &["a"])
        .into_iter()
        .filter(|o| o["kind"] == "ClusterRoleBinding")
        .collect();
    assert_eq!(wide.len(), 1);
    assert_eq!(
        wide[0]["roleRef"]["name"], ACCOUNT,
        "the role of namespaces is bound per namespace only"
    );
}

#[test]
fn in_the_operators_namespace_secrets_and_records_are_kept() {
    let writes = |right: &&Right| right.verbs.iter().any(|verb| !["get", "list", "watch"].contains(verb));
    let written: Vec<_> = of(Scope::OperatorNamespace)
        .filter(writes)
        .map(|right| (right.resources, right.verbs))
        .collect();
    let secrets = (&["secrets"][..], &["get", "create", "patch"][..]);
    let records = (&["configmaps"][..], &["get", "list", "create", "patch", "delete"][..]);
    let held = (&["leases"][..], &["get", "patch"][..]);
    let made = (&["leases"][..], &["create"][..]);
    assert_eq!(written, [secrets, records, held, made]);
}

#[test]
fn without_the_watch_nobody_can_list_or_watch_secrets() {
    for object in manifests_for(&[Feature::Core], "ops", &["a"]) {
        for rule in object["rules"].as_array().into_iter().flatten() {
            let about_secrets = rule["resources"] == json!(["secrets"]);
            assert!(
                !about_secrets || rule["verbs"] == json!(["get", "create", "patch"]),
                "{object}"
            );
        }
    }
}

#[test]
fn namespaces_are_only_read() {
    let namespaces: Vec<&Right> = RIGHTS
        .iter()
        .filter(|right| right.resources.contains(&"namespaces"))
        .collect();
    assert_eq!(namespaces.len(), 1);
    assert_eq!(namespaces[0].verbs, ["get", "list", "watch"]);
}

#[test]
fn repeated_events_can_be_patched() {
    let events = RIGHTS.iter().filter(|right| right.resources.contains(&"events"));
    let verbs: Vec<_> = events.map(|right| (right.group, right.verbs)).collect();
    assert_eq!(verbs, vec![("events.k8s.io", &["create", "patch"][..]); 2]);
}

#[test]
fn every_right_says_what_it_is_for() {
    assert!(
        RIGHTS
            .iter()
            .all(|right| right.why.len() > 20 && right.why.ends_with('.'))
    );
}

#[test]
fn every_kind_and_its_status_can_be_reached_also_in_a_namespace_that_has_lost_its_bindings() {
    for crd in super::super::crds() {
        let plural = crd.spec.names.plural.as_str();
        for resource in [plural.to_owned(), format!("{plural}/status")] {
            assert!(
                of(Scope::Cluster).any(|right| right.resources.contains(&resource.as_str())),
                "{resource}"
            );
        }
    }
}

#[test]
fn each_watched_namespace_gets_one_binding_and_no_other_does() {
    let bound: Vec<Value> = manifests("ops", &["a", "b"])
        .into_iter()
        .filter(|object| object["roleRef"]["name"] == NAMESPACE_ROLE)
        .map(|object| object["metadata"]["namespace"].clone())
        .collect();
    assert_eq!(bound, [json!("a"), json!("b")]);
}

#[test]
fn all_bindings_name_the_operators_account() {
    for object in manifests("ops", &["a"])
        .iter()
        .filter(|object| object.get("roleRef").is_some())
    {
        assert_eq!(
            object["subjects"],
            json!([{ "kind": "ServiceAccount", "name": "oauth-registrar", "namespace": "ops" }])
        );
    }
}

/// Fails when a member is misspelt: the type would drop it.
fn survives<T: Serialize + DeserializeOwned>(object: &Value) {
    let typed: T = serde_json::from_value(object.clone()).unwrap();
    assert_eq!(&serde_json::to_value(typed).unwrap(), object);
}

#[test]
fn the_objects_are_those_of_kubernetes() {
    for object in manifests("ops", &["a", "b"]) {
        match object["kind"].as_str().unwrap() {
            "ServiceAccount" => survives::<ServiceAccount>(&object),
            "ClusterRole" => survives::<ClusterRole>(&object),
            "ClusterRoleBinding" => survives::<ClusterRoleBinding>(&object),
            "Role" => survives::<Role>(&object),
            "RoleBinding" => survives::<RoleBinding>(&object),
            "ValidatingAdmissionPolicy" => survives::<ValidatingAdmissionPolicy>(&object),
            "ValidatingAdmissionPolicyBinding" => survives::<ValidatingAdmissionPolicyBinding>(&object),
            other => panic!("unexpected kind {other}"),
        }
    }
}

#[test]
fn people_reach_every_kind_of_a_namespace_and_no_status() {
    let plurals: Vec<_> = super::super::crds()
        .into_iter()
        .filter(|crd| crd.spec.scope == "Namespaced")
        .map(|crd| crd.spec.names.plural)
        .collect();
    for role in [people::VIEW_ROLE, people::EDIT_ROLE] {
        let rules = people::rules(role);
        let mut resources: Vec<String> = serde_json::from_value(rules[0]["resources"].clone()).unwrap();
        resources.sort();
        let mut expected = plurals.clone();
        expected.sort();
        assert_eq!(resources, expected, "{role}");
    }
}

#[test]
fn a_role_of_people_is_bound_to_nobody() {
    let bound = manifests("ops", &["a"]);
    let mut bound = bound.iter().filter(|object| object.get("roleRef").is_some());
    assert!(bound.all(|binding| {
        let role = &binding["roleRef"]["name"];
        *role != people::VIEW_ROLE && *role != people::EDIT_ROLE
    }));
}
