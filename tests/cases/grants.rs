//! Cases of the grants of a `ClusterOAuthPlatform`.

use serde_json::{Value, json};

use super::platform::{accepted, refused};
use super::{Case, TENANT};

const GRANTED: &str =
    "each must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222, or \"*\" for any";
const REQUIREMENT: &str = "spec.grants[0].namespaces.selector.matchExpressions[0]";
const VALUES: &str = "In and NotIn need values, Exists and DoesNotExist have none";

pub(super) fn cases() -> Vec<Case> {
    [grants(), selectors(), places()].concat()
}

fn grants() -> Vec<Case> {
    let grant = |grant: Value| json!({ "spec": { "grants": [grant] } });
    vec![
        accepted(
            "a grant of one tenant and one permission",
            &grant(json!({
                "namespaces": { "names": ["billing"] }, "tenantIds": [TENANT], "permissions": ["devices_base_data:read"],
            })),
        ),
        accepted(
            "a grant of everything",
            &grant(json!({ "namespaces": { "names": ["billing"] }, "tenantIds": ["*"], "permissions": ["*"] })),
        ),
        refused(
            "a grant for no namespace",
            &grant(json!({ "namespaces": {} })),
            "spec.grants[0].namespaces",
            "must say which namespaces: set names, selector, or both",
        ),
        refused(
            "a grant of a tenant by its name",
            &grant(json!({ "namespaces": { "names": ["billing"] }, "tenantIds": ["north"] })),
            "spec.grants[0].tenantIds",
            GRANTED,
        ),
        refused(
            "a grant of a tenant in upper case",
            &grant(json!({
                "namespaces": { "names": ["billing"] }, "tenantIds": ["AAAAAAAA-2222-4222-8222-222222222222"],
            })),
            "spec.grants[0].tenantIds",
            GRANTED,
        ),
    ]
}

fn selectors() -> Vec<Case> {
    let grant = |selector: Value| json!({ "spec": { "grants": [{ "namespaces": { "selector": selector } }] } });
    let requires = |requirement: Value| grant(json!({ "matchExpressions": [requirement] }));
    vec![
        accepted(
            "a grant for a label",
            &grant(json!({ "matchLabels": { "team": "billing" } })),
        ),
        accepted("a grant for every namespace", &grant(json!({}))),
        accepted(
            "a grant for one of two labels",
            &requires(json!({ "key": "team", "operator": "In", "values": ["billing", "shipping"] })),
        ),
        accepted(
            "a grant for a key",
            &requires(json!({ "key": "team", "operator": "Exists" })),
        ),
        refused(
            "a selector with a sign for its operator",
            &requires(json!({ "key": "team", "operator": "==", "values": ["billing"] })),
            "spec.grants[0].namespaces.selector.matchExpressions[0].operator",
            "must be In, NotIn, Exists or DoesNotExist",
        ),
        refused(
            "a selector without values",
            &requires(json!({ "key": "team", "operator": "In" })),
            REQUIREMENT,
            VALUES,
        ),
        refused(
            "a selector with values too many",
            &requires(json!({ "key": "team", "operator": "Exists", "values": ["billing"] })),
            REQUIREMENT,
            VALUES,
        ),
    ]
}

fn places() -> Vec<Case> {
    let grant = |places: i64| json!({ "spec": { "grants": [{ "namespaces": { "names": ["billing"] }, "maxApplications": places }] } });
    let field = "spec.grants[0].maxApplications";
    let bounds = "must be 0 to 1000000, such as 20";
    vec![
        accepted("a grant of no application", &grant(0)),
        accepted("a grant of a million", &grant(1_000_000)),
        refused("a grant of less than none", &grant(-1), field, bounds),
        refused("a grant of more than a million", &grant(1_000_001), field, bounds),
    ]
}
