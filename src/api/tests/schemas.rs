//! What holds for the schemas of all kinds.

use serde_json::Value;

use super::super::crds;
use super::{KINDS, schema, walk};

#[test]
fn every_field_is_described() {
    for kind in KINDS {
        walk("", &schema(kind), &mut |path, schema| {
            let field = path.starts_with(".spec.") || path.starts_with(".status");
            if field && !path.ends_with("[]") && !path.ends_with("{}") {
                assert!(
                    schema["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{kind:?} {path}"
                );
            }
        });
    }
}

/// Without bounds the API server takes the worst case for the cost of a rule, and one object may fill etcd.
#[test]
fn every_text_and_list_that_users_write_is_bounded() {
    let mut unbounded = Vec::new();
    for kind in KINDS {
        walk(".spec", &schema(kind)["properties"]["spec"], &mut |path, schema| {
            let bounded = match schema["type"].as_str() {
                Some("string") => !schema["maxLength"].is_null() || !schema["enum"].is_null(),
                Some("array") => !schema["maxItems"].is_null(),
                Some("object") if schema["additionalProperties"].is_object() => !schema["maxProperties"].is_null(),
                _ => true,
            };
            if !bounded {
                unbounded.push(format!("{kind:?} {path}"));
            }
        });
    }
    assert!(unbounded.is_empty(), "{unbounded:#?}");
}

#[test]
fn every_list_that_users_write_is_a_set_a_map_or_has_an_order() {
    let mut plain = Vec::new();
    for kind in KINDS {
        walk(".spec", &schema(kind)["properties"]["spec"], &mut |path, schema| {
            if schema["type"] == "array" && schema["x-kubernetes-list-type"].is_null() {
                plain.push(path.to_owned());
            }
        });
    }
    assert_eq!(plain, [".spec.grants"], "grants are united, and have no key");
}

/// A default or a value below the minimum would be refused, and `uint64` is unknown to the API server.
#[test]
fn no_number_is_unsigned() {
    for kind in KINDS {
        walk("", &schema(kind), &mut |path, schema| {
            let format = schema["format"].as_str().unwrap_or_default();
            assert!(
                !format.starts_with('u') && schema["minimum"].is_null(),
                "{kind:?} {path}"
            );
        });
    }
}

#[test]
fn nothing_but_what_a_kind_needs_is_required() {
    let mut required = Vec::new();
    for kind in KINDS {
        walk("", &schema(kind), &mut |path, schema| {
            let names = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            required.extend(
                names
                    .map(|name| format!("{kind:?} {path}.{name}"))
                    .filter(|path| !path.contains(" .status")),
            );
        });
    }
    // Both kinds of platforms share all but the grants.
    let of_namespace: Vec<String> = required
        .extract_if(.., |path| path.starts_with("NamespacePlatform"))
        .collect();
    let shared = required
        .iter()
        .filter(|path| path.starts_with("Platform ") && !path.contains("grants"));
    assert!(shared.map(|path| format!("Namespace{path}")).eq(of_namespace));
    required.sort();
    let expected = [
        "Application .spec",
        "Application .spec.olt.allowedTenants[].tenantId",
        "Application .spec.platformRef",
        "Application .spec.platformRef.kind",
        "Application .spec.platformRef.name",
        "Installation .spec",
        "Installation .spec.applicationRef",
        "Installation .spec.applicationRef.name",
        "Installation .spec.credentials.apiToken.secretRef",
        "Installation .spec.credentials.apiToken.secretRef.name",
        "Installation .spec.credentials.clientCredentials.secretRef",
        "Installation .spec.credentials.clientCredentials.secretRef.name",
        "Installation .spec.credentials.refreshToken.secretRef",
        "Installation .spec.credentials.refreshToken.secretRef.name",
        "Installation .spec.tenantId",
        "Platform .spec",
        "Platform .spec.grants[].namespaces",
        "Platform .spec.grants[].namespaces.selector.matchExpressions[].key",
        "Platform .spec.grants[].namespaces.selector.matchExpressions[].operator",
        "Platform .spec.olt.apiUrl",
        "Platform .spec.olt.credentials",
        "Platform .spec.olt.credentials.apiToken.secretRef",
        "Platform .spec.olt.credentials.apiToken.secretRef.name",
        "Platform .spec.olt.credentials.clientCredentials.secretRef",
        "Platform .spec.olt.credentials.clientCredentials.secretRef.name",
        "Platform .spec.olt.credentials.refreshToken.secretRef",
        "Platform .spec.olt.credentials.refreshToken.secretRef.name",
        "Platform .spec.olt.issuerUrl",
        "Platform .spec.tls.caBundleRef.name",
        "Platform .spec.tls.clientCertificateRef.name",
    ];
    assert_eq!(required, expected);
}

#[test]
fn all_kinds_are_listed_together_and_have_a_short_name() {
    let names: Vec<_> = crds().into_iter().map(|crd| crd.spec.names).collect();
    for names in &names {
        assert_eq!(
            names.categories.as_deref(),
            Some(&["oauthregistrar".to_owned()][..]),
            "{}",
            names.kind
        );
    }
    let short: Vec<_> = names
        .into_iter()
        .flat_map(|names| names.short_names.unwrap_or_default())
        .collect();
    assert_eq!(short, ["coplat", "oplat", "oapp", "tinst"]);
}

#[test]
fn every_kind_shows_ready_and_its_reason_first_and_its_age_last() {
    for crd in crds() {
        let columns = crd.spec.versions[0]
            .additional_printer_columns
            .clone()
            .unwrap_or_default();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names[..2], ["Ready", "Reason"], "{}", crd.spec.names.kind);
        assert_eq!(names.last(), Some(&"Age"), "{}", crd.spec.names.kind);
    }
}

#[test]
fn every_kind_has_a_status_that_only_its_subresource_changes() {
    for crd in crds() {
        let subresources = crd.spec.versions[0].subresources.clone();
        assert!(
            subresources.is_some_and(|subresources| subresources.status.is_some()),
            "{}",
            crd.spec.names.kind
        );
    }
}
