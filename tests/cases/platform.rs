//! Cases of `ClusterOAuthPlatform` and `OAuthPlatform`.

use serde_json::{Value, json};

use super::{Case, Kind, ONE_WAY, REFRESH_KEY, SECRET_NAME, TENANT, grants};

const URL: &str =
    "must be an absolute URL without user, query, fragment and trailing slash, such as https://api.example.com/v1";
const ISSUER: &str = "must be an absolute URL without user, query, fragment and trailing slash, such as \
                      https://id.example.com/v1/id/auth/realms/olt";
const TIMEOUT: &str = "must be a duration from 100ms to 30s in ms or s, such as 10s";

pub(super) fn cases() -> Vec<Case> {
    let shared = [blocks(), urls(), credentials(), own_tokens(), tls(), limits()].concat();
    let of_namespace = shared.clone().into_iter().map(of_namespace).collect();
    [shared, of_namespace, grants::cases()].concat()
}

/// The same of the other kind, which shares all that is said of the connection.
fn of_namespace(case: Case) -> Case {
    let mut object = case.object;
    object["kind"] = "OAuthPlatform".into();
    Case {
        kind: Kind::NamespacePlatform,
        object,
        ..case
    }
}

fn tls() -> Vec<Case> {
    let bundle = |change: &Value| json!({ "spec": { "tls": { "caBundleRef": change } } });
    vec![
        accepted(
            "the authorities of a company",
            &bundle(&json!({ "name": "corporate-ca" })),
        ),
        refused(
            "tls that says nothing",
            &json!({ "spec": { "tls": {} } }),
            "spec.tls",
            "tls must say which authorities to trust or what to show: set caBundleRef, clientCertificateRef or both",
        ),
        accepted(
            "a certificate to show",
            &json!({ "spec": { "tls": { "clientCertificateRef": { "name": "operator-tls" } } } }),
        ),
        refused(
            "a certificate in something that can have no such name",
            &json!({ "spec": { "tls": { "clientCertificateRef": { "name": "Operator TLS" } } } }),
            "spec.tls.clientCertificateRef.name",
            "must be a Secret's name: lower-case letters, digits, - and ., such as operator-tls",
        ),
        refused(
            "authorities in something that can have no such name",
            &bundle(&json!({ "name": "Corporate CA" })),
            "spec.tls.caBundleRef.name",
            "must be an object's name: lower-case letters, digits, - and ., such as corporate-ca",
        ),
        refused(
            "authorities under something that can be no key",
            &bundle(&json!({ "name": "corporate-ca", "key": "ca/crt" })),
            "spec.tls.caBundleRef.key",
            "must be a key: letters, digits, -, _ and ., such as ca.crt",
        ),
    ]
}

fn olt(change: &Value) -> Value {
    json!({ "spec": { "olt": change } })
}

pub(super) fn accepted(sentence: &'static str, change: &Value) -> Case {
    Case::accepted(Kind::Platform, sentence, change)
}

pub(super) fn refused(sentence: &'static str, change: &Value, field: &'static str, message: &'static str) -> Case {
    Case::refused(Kind::Platform, sentence, change, field, message)
}

fn blocks() -> Vec<Case> {
    vec![
        accepted("the smallest platform", &json!({})),
        refused(
            "a platform of no kind",
            &json!({ "spec": { "olt": null } }),
            "spec",
            "spec must hold exactly one platform block: set spec.olt",
        ),
    ]
}

fn urls() -> Vec<Case> {
    let api = |sentence, url: &str| refused(sentence, &olt(&json!({ "apiUrl": url })), "spec.olt.apiUrl", URL);
    let issuer = |sentence, url: &str| {
        refused(
            sentence,
            &olt(&json!({ "issuerUrl": url })),
            "spec.olt.issuerUrl",
            ISSUER,
        )
    };
    vec![
        accepted(
            "an API on loopback",
            &olt(&json!({ "apiUrl": "http://127.0.0.1:8700/v1" })),
        ),
        accepted(
            "an API without a path",
            &olt(&json!({ "apiUrl": "https://api.example.com" })),
        ),
        api("an API URL without a scheme", "api.example.com/v1"),
        api("an API URL with another scheme", "ftp://api.example.com/v1"),
        api("an API URL with a user", "https://me@api.example.com/v1"),
        api("an API URL with a query", "https://api.example.com/v1?a=b"),
        api("an API URL with a fragment", "https://api.example.com/v1#a"),
        api("an API URL with a slash at its end", "https://api.example.com/v1/"),
        accepted(
            "an issuer on loopback",
            &olt(&json!({ "issuerUrl": "http://127.0.0.1:8700/v1/id/auth/realms/olt" })),
        ),
        issuer("an issuer without a scheme", "id.example.com"),
        issuer("an issuer with a slash at its end", "https://id.example.com/"),
        issuer("an issuer with a query", "https://id.example.com?a=b"),
    ]
}

fn credentials() -> Vec<Case> {
    let secret = |change: &Value| olt(&json!({ "credentials": { "apiToken": { "secretRef": change } } }));
    vec![
        refused(
            "credentials without a way to authenticate",
            &olt(&json!({ "credentials": { "apiToken": null } })),
            "spec.olt.credentials",
            ONE_WAY,
        ),
        accepted(
            "a Secret with dots in its name",
            &secret(&json!({ "name": "olt.operator-1" })),
        ),
        refused(
            "a Secret's name in upper case",
            &secret(&json!({ "name": "OLT" })),
            "spec.olt.credentials.apiToken.secretRef.name",
            SECRET_NAME,
        ),
        accepted(
            "a key with all that keys may hold",
            &secret(&json!({ "key": "API-token_1.txt" })),
        ),
        refused(
            "a key with a slash",
            &secret(&json!({ "key": "a/b" })),
            "spec.olt.credentials.apiToken.secretRef.key",
            "must be a key of a Secret: letters, digits, -, _ and ., such as token",
        ),
    ]
}

/// Credentials with which the operator obtains its tokens itself.
fn own_tokens() -> Vec<Case> {
    let olt = |tenant: Value, credentials: Value| {
        let mut all = credentials;
        all["apiToken"] = Value::Null;
        olt(&json!({ "tenantId": tenant, "credentials": all }))
    };
    let secret = |name: &str| json!({ "secretRef": { "name": name } });
    vec![
        accepted(
            "a refresh token, for the tenant that it is for",
            &olt(Value::Null, json!({ "refreshToken": secret("olt-operator") })),
        ),
        accepted(
            "a refresh token of a known client, for a tenant",
            &olt(
                json!(TENANT),
                json!({ "refreshToken": { "secretRef": { "name": "olt-operator", "key": "token" }, "clientId": "portal" } }),
            ),
        ),
        accepted(
            "client credentials for a tenant",
            &olt(json!(TENANT), json!({ "clientCredentials": secret("olt-operator") })),
        ),
        refused(
            "client credentials for no tenant",
            &olt(Value::Null, json!({ "clientCredentials": secret("olt-operator") })),
            "spec.olt",
            "clientCredentials act for no tenant by themselves: set tenantId to the tenant that shall own what is \
             registered",
        ),
        refused(
            "a tenant by its name",
            &olt(json!("north"), json!({ "refreshToken": secret("olt-operator") })),
            "spec.olt.tenantId",
            "must be a tenant's id, a lower-case UUID such as 11111111-1111-4111-8111-111111111111",
        ),
        refused(
            "two ways to authenticate",
            &olt(
                json!(TENANT),
                json!({ "refreshToken": secret("one"), "clientCredentials": secret("two") }),
            ),
            "spec.olt.credentials",
            ONE_WAY,
        ),
        refused(
            "the Secret of a refresh token in upper case",
            &olt(Value::Null, json!({ "refreshToken": secret("OLT") })),
            "spec.olt.credentials.refreshToken.secretRef.name",
            SECRET_NAME,
        ),
        refused(
            "the key of a refresh token with a slash",
            &olt(
                Value::Null,
                json!({ "refreshToken": { "secretRef": { "name": "olt-operator", "key": "a/b" } } }),
            ),
            "spec.olt.credentials.refreshToken.secretRef.key",
            REFRESH_KEY,
        ),
        refused(
            "the Secret of a client in upper case",
            &olt(json!(TENANT), json!({ "clientCredentials": secret("OLT") })),
            "spec.olt.credentials.clientCredentials.secretRef.name",
            SECRET_NAME,
        ),
    ]
}

fn limits() -> Vec<Case> {
    let limit = |timeout: &str| json!({ "spec": { "limits": { "timeout": timeout } } });
    let out = |sentence, timeout| refused(sentence, &limit(timeout), "spec.limits.timeout", TIMEOUT);
    let number = |sentence, field: &'static str, number: i64, message| {
        let path = match field {
            "requestsPerSecond" => "spec.limits.requestsPerSecond",
            "burst" => "spec.limits.burst",
            _ => "spec.limits.maxInFlight",
        };
        refused(
            sentence,
            &json!({ "spec": { "limits": { field: number } } }),
            path,
            message,
        )
    };
    let all = |number: i64| json!({ "requestsPerSecond": number, "burst": number, "maxInFlight": number });
    let (rate, burst) = ("must be 1 to 10000, such as 50", "must be 1 to 10000, such as 100");
    let in_flight = "must be 1 to 1000, such as 32";
    vec![
        accepted("the lowest limits", &json!({ "spec": { "limits": all(1) } })),
        accepted("high limits", &json!({ "spec": { "limits": all(1000) } })),
        number("no calls at all", "requestsPerSecond", 0, rate),
        number("a rate that is too high", "requestsPerSecond", 10_001, rate),
        number("an empty burst", "burst", 0, burst),
        number("a negative burst", "burst", -1, burst),
        number("a burst that is too large", "burst", 10_001, burst),
        number("no call under way", "maxInFlight", 0, in_flight),
        number("too many calls under way", "maxInFlight", 1001, in_flight),
        accepted("the shortest time-out", &limit("100ms")),
        accepted("the longest time-out", &limit("30s")),
        out("a time-out that is too short", "99ms"),
        out("a time-out that is too long", "31s"),
        out("a time-out in minutes", "1m"),
        out("a time-out without a unit", "10"),
        out("a negative time-out", "-1s"),
    ]
}
