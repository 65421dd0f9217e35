//! Cases of `secret`: those of an application, and again for an installation what holds there, too.

use serde_json::{Value, json};

use super::{Case, Expected, Kind, with};

const NAME: &str = "must be a Secret's name: lower-case letters, digits, - and ., such as billing-sync-oauth";
const RENAMED: &str =
    "secret.name cannot be changed, workloads mount it: apply a second OAuthApplication and delete this one";
const LABELS: &str =
    "labels under oauthregistrar.io/ and app.kubernetes.io/managed-by are the operator's own: choose others";
const LABEL: &str = "each name and value must be as Kubernetes wants labels, such as example.com/team: billing";
const ANNOTATIONS: &str = "annotations under oauthregistrar.io/ are the operator's own: choose others";
const ANNOTATION: &str = "each name must be as Kubernetes wants annotations, such as example.com/team";
const SHARED_KEY: &str = "two values cannot share one key: give clientId, clientSecret, tokenEndpoint, issuer, \
                          applicationId and publicClientId different names";
const TEMPLATE: &str = "each name must be a key of a Secret: letters, digits, -, _ and ., such as config.ini";
const TEMPLATE_KEY: &str = "template holds a key that keys holds too: give one of the two another name";

pub(super) fn cases() -> Vec<Case> {
    let of_application = [names(), keys(), shared_keys(), templates(), labels(), annotations()].concat();
    let of_tenant: Vec<Case> = of_application.iter().filter_map(for_a_tenant).collect();
    [of_application, of_tenant].concat()
}

/// The same for an installation, unless only the application has the rule.
fn for_a_tenant(case: &Case) -> Option<Case> {
    let alone = matches!(case.expected, Expected::Refused { message: RENAMED, .. });
    let moved = |object: &Value| with(Kind::Installation, &secret(&object["spec"]["secret"]));
    (!alone && case.before.is_none()).then(|| Case {
        kind: Kind::Installation,
        object: moved(&case.object),
        ..case.clone()
    })
}

fn secret(change: &Value) -> Value {
    json!({ "spec": { "secret": change } })
}

fn accepted(sentence: &'static str, change: &Value) -> Case {
    Case::accepted(Kind::Application, sentence, &secret(change))
}

fn refused(sentence: &'static str, change: &Value, field: &'static str, message: &'static str) -> Case {
    Case::refused(Kind::Application, sentence, &secret(change), field, message)
}

fn names() -> Vec<Case> {
    let named = json!({ "name": "billing.oauth-1" });
    vec![
        accepted("a Secret's name with a dot", &named),
        refused(
            "a Secret's name in upper case",
            &json!({ "name": "Billing" }),
            "spec.secret.name",
            NAME,
        ),
        refused(
            "a Secret's name with a hyphen at its end",
            &json!({ "name": "billing-" }),
            "spec.secret.name",
            NAME,
        ),
        refused("another Secret's name", &json!({ "name": "other" }), "spec", RENAMED).coming_from(&secret(&named)),
        refused("a Secret's name where there was none", &named, "spec", RENAMED).coming_from(&json!({})),
        refused("no Secret's name where there was one", &json!({}), "spec", RENAMED).coming_from(&secret(&named)),
        accepted(
            "another key in the same Secret",
            &json!({ "name": "billing.oauth-1", "keys": { "clientId": "ID" } }),
        )
        .coming_from(&secret(&named)),
    ]
}

fn keys() -> Vec<Case> {
    let out = |sentence, member: &str, field, message| {
        refused(sentence, &json!({ "keys": { member: "a/b" } }), field, message)
    };
    vec![
        refused(
            "a tenant's id in the client id's key",
            &json!({ "keys": { "clientId": "ID", "tenantId": "ID" } }),
            "spec.secret.keys",
            "two values cannot share one key: give tenantId a name of its own",
        ),
        refused(
            "a key for the tenant's id with a slash",
            &json!({ "keys": { "tenantId": "a/b" } }),
            "spec.secret.keys.tenantId",
            "must be a key of a Secret: letters, digits, -, _ and ., such as tenant_id",
        ),
        accepted(
            "keys with all that keys may hold",
            &json!({ "keys": {
                "clientId": "CLIENT_ID", "clientSecret": "client-secret", "tokenEndpoint": "token.url",
                "issuer": "ISSUER", "applicationId": "1", "publicClientId": "SPA",
            } }),
        ),
        out(
            "a key of the client id with a slash",
            "clientId",
            "spec.secret.keys.clientId",
            "must be a key of a Secret: letters, digits, -, _ and ., such as client_id",
        ),
        out(
            "a key of the client secret with a slash",
            "clientSecret",
            "spec.secret.keys.clientSecret",
            "must be a key of a Secret: letters, digits, -, _ and ., such as client_secret",
        ),
        out(
            "a key of the token endpoint with a slash",
            "tokenEndpoint",
            "spec.secret.keys.tokenEndpoint",
            "must be a key of a Secret: letters, digits, -, _ and ., such as token_endpoint",
        ),
        out(
            "a key of the issuer with a slash",
            "issuer",
            "spec.secret.keys.issuer",
            "must be a key of a Secret: letters, digits, -, _ and ., such as issuer",
        ),
        out(
            "a key of the application's id with a slash",
            "applicationId",
            "spec.secret.keys.applicationId",
            "must be a key of a Secret: letters, digits, -, _ and ., such as application_id",
        ),
        out(
            "a key of the public client's id with a slash",
            "publicClientId",
            "spec.secret.keys.publicClientId",
            "must be a key of a Secret: letters, digits, -, _ and ., such as public_client_id",
        ),
    ]
}

const MEMBERS: [&str; 6] = [
    "clientId",
    "clientSecret",
    "tokenEndpoint",
    "issuer",
    "applicationId",
    "publicClientId",
];

/// Each pair, since the rule names each pair.
fn shared_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, first) in MEMBERS.iter().enumerate() {
        for second in &MEMBERS[index + 1..] {
            let both = json!({ "keys": { *first: "same", *second: "same" } });
            cases.push(refused("one key for two values", &both, "spec.secret.keys", SHARED_KEY));
        }
    }
    cases.push(accepted(
        "two keys that swap names",
        &json!({ "keys": { "clientId": "issuer", "issuer": "client_id" } }),
    ));
    cases
}

fn templates() -> Vec<Case> {
    let mut cases = vec![
        accepted(
            "a template",
            &json!({ "template": { "config.ini": "id={{ clientId }}\n" } }),
        ),
        accepted(
            "a template under a default key whose value has another",
            &json!({ "keys": { "clientId": "ID" }, "template": { "client_id": "{{ clientId }}" } }),
        ),
        refused(
            "a template with a slash in its key",
            &json!({ "template": { "etc/config.ini": "" } }),
            "spec.secret.template",
            TEMPLATE,
        ),
    ];
    for member in MEMBERS {
        let both = json!({ "keys": { member: "same" }, "template": { "same": "" } });
        cases.push(refused(
            "one key for a value and a template",
            &both,
            "spec.secret",
            TEMPLATE_KEY,
        ));
    }
    cases
}

fn labels() -> Vec<Case> {
    let out = |sentence, name: &str, value: &str, message| {
        refused(
            sentence,
            &json!({ "labels": { name: value } }),
            "spec.secret.labels",
            message,
        )
    };
    vec![
        accepted(
            "labels of tools",
            &json!({ "labels": { "example.com/team": "billing", "tier": "", "app_1.x": "A_b.c-1" } }),
        ),
        out(
            "a label that is the operator's",
            "oauthregistrar.io/secret",
            "credential",
            LABELS,
        ),
        out(
            "the label that names the operator",
            "app.kubernetes.io/managed-by",
            "helm",
            LABELS,
        ),
        out("a label with a space in its name", "my team", "billing", LABEL),
        out("a label with two slashes in its name", "a/b/c", "billing", LABEL),
        out("a label with a space in its value", "team", "my team", LABEL),
    ]
}

fn annotations() -> Vec<Case> {
    let out = |sentence, name: &str, message| {
        refused(
            sentence,
            &json!({ "annotations": { name: "x" } }),
            "spec.secret.annotations",
            message,
        )
    };
    vec![
        accepted(
            "an annotation with any text",
            &json!({ "annotations": { "example.com/note": "{\"a\": \"b c\"}" } }),
        ),
        out(
            "an annotation that is the operator's",
            "oauthregistrar.io/attempt",
            ANNOTATIONS,
        ),
        out("an annotation with a space in its name", "my note", ANNOTATION),
    ]
}
