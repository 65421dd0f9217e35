//! Cases of `TenantInstallation`.

use serde_json::{Value, json};

use super::{Case, Kind, ONE_WAY, REFRESH_KEY, SECRET_NAME, TENANT};

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
    [credentials(), consent(), secrets(), moves()].concat()
}

fn credentials() -> Vec<Case> {
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
            ONE_WAY,
        ),
        accepted(
            "an installation with the refresh token of a user of the tenant",
            &json!({ "credentials": { "refreshToken": { "secretRef": { "name": "north" } } } }),
        ),
        accepted(
            "an installation with a client that the tenant lets in",
            &json!({ "credentials": { "clientCredentials": { "secretRef": { "name": "north" } } } }),
        ),
        refused(
            "two ways to authenticate",
            &json!({ "credentials": {
                "apiToken": { "secretRef": { "name": "north" } },
                "refreshToken": { "secretRef": { "name": "north" } },
            } }),
            "spec.credentials",
            ONE_WAY,
        ),
        refused(
            "the Secret of a refresh token in upper case",
            &json!({ "credentials": { "refreshToken": { "secretRef": { "name": "North" } } } }),
            "spec.credentials.refreshToken.secretRef.name",
            SECRET_NAME,
        ),
        refused(
            "the key of a refresh token with a slash",
            &json!({ "credentials": { "refreshToken": { "secretRef": { "name": "north", "key": "a/b" } } } }),
            "spec.credentials.refreshToken.secretRef.key",
            REFRESH_KEY,
        ),
        refused(
            "the Secret of a client in upper case",
            &json!({ "credentials": { "clientCredentials": { "secretRef": { "name": "North" } } } }),
            "spec.credentials.clientCredentials.secretRef.name",
            SECRET_NAME,
        ),
    ]
}

fn consent() -> Vec<Case> {
    vec![
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
    ]
}

fn secrets() -> Vec<Case> {
    vec![
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
    ]
}

fn moves() -> Vec<Case> {
    vec![
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
