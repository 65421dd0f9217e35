//! Cases of `OAuthApplication`, without those of its Secret.

use serde_json::{Value, json};

use super::{Case, Kind, TENANT};

const METADATA_NAME: &str = "metadata.name does not fit as the client's name on OLT (3 to 32 letters, digits, - and \
                             _): set spec.clientName";
const CLIENT_NAME: &str = "clientName must be 3 to 32 letters, digits, spaces, - and _ on OLT, such as billing-sync";
const DESCRIPTION: &str =
    "description must be at most 140 characters on OLT, which leaves room for the operator's marker";
const MARKER: &str = "description must not contain \"[reg:\", which begins the operator's marker";
const REDIRECT: &str = "each must be an absolute URI without * and #, such as https://billing.example.com/callback";
const CLIENT_URI: &str = "must be an absolute URL with http or https, such as https://billing.example.com";

pub(super) fn cases() -> Vec<Case> {
    [
        names(),
        descriptions(),
        uris(),
        grant_types(),
        platform(),
        tenants(),
        deletions(),
    ]
    .concat()
}

fn spec(change: &Value) -> Value {
    json!({ "spec": change })
}

fn accepted(sentence: &'static str, change: &Value) -> Case {
    Case::accepted(Kind::Application, sentence, &spec(change))
}

fn refused(sentence: &'static str, change: &Value, field: &'static str, message: &'static str) -> Case {
    Case::refused(Kind::Application, sentence, &spec(change), field, message)
}

fn names() -> Vec<Case> {
    let named = |name: &str, change: &Value| json!({ "metadata": { "name": name }, "spec": change });
    let out = |sentence, name: &str| refused(sentence, &json!({ "clientName": name }), "spec", CLIENT_NAME);
    vec![
        accepted("the smallest application", &json!({})),
        Case::refused(
            Kind::Application,
            "a resource name with a dot, taken as the client's name",
            &named("billing.sync", &json!({})),
            "",
            METADATA_NAME,
        ),
        Case::refused(
            Kind::Application,
            "a resource name of two characters, taken as the client's name",
            &named("ab", &json!({})),
            "",
            METADATA_NAME,
        ),
        Case::accepted(
            Kind::Application,
            "a resource name with a dot beside a client name",
            &named("billing.sync", &json!({ "clientName": "billing-sync" })),
        ),
        Case::accepted(
            Kind::Application,
            "a resource name with a dot on another platform",
            &named("billing.sync", &json!({ "olt": null })),
        ),
        accepted(
            "a client name with all that it may hold",
            &json!({ "clientName": "Billing sync_2-3" }),
        ),
        out("a client name of two characters", "ab"),
        out("a client name of 33 characters", "a23456789012345678901234567890123"),
        out("a client name with a dot", "billing.sync"),
        accepted(
            "a client name with a dot on another platform",
            &json!({ "clientName": "billing.sync", "olt": null }),
        ),
    ]
}

fn descriptions() -> Vec<Case> {
    let long = "a".repeat(140);
    let too_long = "a".repeat(141);
    vec![
        accepted("a description of 140 characters", &json!({ "description": long })),
        refused(
            "a description of 141 characters",
            &json!({ "description": too_long }),
            "spec",
            DESCRIPTION,
        ),
        accepted(
            "a description of 141 characters on another platform",
            &json!({ "description": too_long, "olt": null }),
        ),
        accepted(
            "a description with brackets",
            &json!({ "description": "nightly [reg] export" }),
        ),
        refused(
            "a description with a marker",
            &json!({ "description": "nightly [reg:AAAAAAAAAAAAAAAA]" }),
            "spec",
            MARKER,
        ),
    ]
}

fn uris() -> Vec<Case> {
    let redirect = |sentence, uri: &str| {
        refused(
            sentence,
            &json!({ "redirectUris": [uri] }),
            "spec.redirectUris",
            REDIRECT,
        )
    };
    let home = |sentence, uri: &str| refused(sentence, &json!({ "clientUri": uri }), "spec.clientUri", CLIENT_URI);
    vec![
        accepted(
            "a home page",
            &json!({ "clientUri": "http://billing.example.com/a?b#c" }),
        ),
        home("a home page without a scheme", "billing.example.com"),
        home("a home page with another scheme", "ftp://billing.example.com"),
        home("a home page with a space", "https://billing.example.com/a b"),
        accepted(
            "redirect URIs of the web, of loopback and of an app",
            &json!({ "redirectUris": ["https://billing.example.com/cb?a=b", "http://127.0.0.1:1/cb", "com.example.app:/cb"] }),
        ),
        redirect("a relative redirect URI", "/callback"),
        redirect("a redirect URI with a wildcard", "https://*.example.com/cb"),
        redirect("a redirect URI with a fragment", "https://billing.example.com/cb#a"),
        redirect("a redirect URI with a space", "https://billing.example.com/a b"),
    ]
}

fn grant_types() -> Vec<Case> {
    let flow = json!(["client_credentials", "authorization_code"]);
    vec![
        accepted(
            "the authorization code flow with a redirect URI",
            &json!({ "grantTypes": flow, "redirectUris": ["https://billing.example.com/cb"] }),
        ),
        refused(
            "the authorization code flow without a redirect URI",
            &json!({ "grantTypes": flow }),
            "spec",
            "grantTypes holds authorization_code, which needs at least one entry in redirectUris",
        ),
    ]
}

fn platform() -> Vec<Case> {
    vec![
        accepted("a new description", &json!({ "description": "new" })).coming_from(&json!({})),
        refused(
            "a move to another platform",
            &json!({ "platformRef": { "name": "other" } }),
            "spec.platformRef",
            "platformRef cannot be changed: create a new OAuthApplication",
        )
        .coming_from(&json!({})),
    ]
}

fn tenants() -> Vec<Case> {
    let allowed = |id: &str| json!({ "olt": { "allowedTenants": [{ "tenantId": id }] } });
    let out = |sentence, id| {
        refused(
            sentence,
            &allowed(id),
            "spec.olt.allowedTenants[0].tenantId",
            "must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222",
        )
    };
    vec![
        accepted("an allowed tenant", &allowed(TENANT)),
        out("an allowed tenant by its name", "north"),
        out(
            "an allowed tenant in upper case",
            "AAAAAAAA-2222-4222-8222-222222222222",
        ),
    ]
}

fn deletions() -> Vec<Case> {
    let after = |time: &str| json!({ "deletion": { "orphanAfter": time } });
    let out = |sentence, time| {
        refused(
            sentence,
            &after(time),
            "spec.deletion.orphanAfter",
            "must be a duration from 1s to 8760h in s, m or h, such as 24h",
        )
    };
    vec![
        accepted("a deletion that waits a day", &after("24h")),
        accepted("a deletion that waits a second", &after("1s")),
        accepted("a deletion that waits a year", &after("8760h")),
        accepted("a deletion that waits less than before", &after("1h")).coming_from(&spec(&after("24h"))),
        out("a deletion that waits for no time", "0s"),
        out("a deletion that waits for more than a year", "8761h"),
        out("a deletion that waits for days", "1d"),
        out("a deletion that waits for a number", "60"),
    ]
}
