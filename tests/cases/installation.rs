//! Cases of `TenantInstallation`.

use serde_json::{Value, json};

use super::{Case, Kind, TENANT};

const ID: &str = "must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222";

const LISTED: &str = "permissions and consent: Listed go together: give both, or neither";

const KEPT: &str = "secret cannot be removed nor its name changed, workloads mount it: delete this TenantInstallation and apply another";

fn accepted(sentence: &'static str, change: &Value) -> Case {
    Case::accepted(Kind::Installation, sentence, &json!({ "spec": change }))
}

fn refused(sentence: &'static str, change: &Value, field: &'static str, message: &'static str) -> Case {
    Case::refused(Kind::Installation, sentence, &json!({ "spec": change }), field, message)
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        accepted("the smallest installation", &json!({})),
        accepted(
            "an installation with the tenant's credentials",
            &json!({ "credentials": { "apiToken": { "secretRef": { "name": "north-token", "key": "token" } } } }),
        ),
        refused(
            "credentials without a way to authenticate",
            &json!({ "credentials": {} }),
            "spec.credentials",
            "credentials must name one way to authenticate: set apiToken",
        ),
        refused(
            "a tenant by its name",
            &json!({ "tenantId": "north" }),
            "spec.tenantId",
            ID,
        ),
        refused(
            "a tenant in upper case",
            &json!({ "tenantId": TENANT.replace('2', "A") }),
            "spec.tenantId",
            ID,
        ),
        accepted("any consent", &json!({ "consent": "Always" })),
        accepted(
            "a consent to what is listed",
            &json!({ "consent": "Listed", "permissions": { "client": ["devices_base_data:read"] } }),
        ),
        refused(
            "a list of permissions that nobody reads",
            &json!({ "permissions": {} }),
            "spec",
            LISTED,
        ),
        refused(
            "a list that is not there",
            &json!({ "consent": "Listed" }),
            "spec",
            LISTED,
        ),
        accepted("a Secret for the tenant", &json!({ "secret": {} })),
        accepted(
            "a Secret with a key for the tenant's id",
            &json!({ "secret": { "name": "north", "keys": { "tenantId": "TENANT" }, "template": { "tenant_id": "{{ tenantId }}" } } }),
        ),
        accepted("a Secret that comes later", &json!({ "secret": {} })).coming_from(&json!({})),
        refused("a Secret that goes", &json!({}), "spec", KEPT).coming_from(&json!({ "spec": { "secret": {} } })),
        refused("another Secret", &json!({ "secret": { "name": "b" } }), "spec", KEPT)
            .coming_from(&json!({ "spec": { "secret": { "name": "a" } } })),
        refused(
            "a key that the tenant's id has already",
            &json!({ "secret": { "keys": { "clientId": "tenant_id" } } }),
            "spec",
            "secret.keys: two values cannot share one key: tenant_id holds the tenant's id, give tenantId another name",
        ),
        refused(
            "a template for the key of the tenant's id",
            &json!({ "secret": { "template": { "tenant_id": "x" } } }),
            "spec",
            "secret.template holds the key of the tenant's id: give one of the two another name",
        ),
        accepted("a new comment", &json!({ "comment": "new" })).coming_from(&json!({})),
        refused(
            "a move to another tenant",
            &json!({ "tenantId": "33333333-3333-4333-8333-333333333333" }),
            "spec.tenantId",
            "tenantId cannot be changed: create a new TenantInstallation",
        )
        .coming_from(&json!({})),
        refused(
            "a move to another application",
            &json!({ "applicationRef": { "name": "other" } }),
            "spec.applicationRef",
            "applicationRef cannot be changed: create a new TenantInstallation",
        )
        .coming_from(&json!({})),
    ]
}
