//! What a record may show of a request: tokens and secrets only as their SHA-256. In doubt, a text is hashed whole.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use url::form_urlencoded;

/// Members and fields that hold a secret.
const SECRET_NAMES: [&str; 10] = [
    "client_secret",
    "secret",
    "refresh_token",
    "access_token",
    "id_token",
    "token",
    "code",
    "password",
    "assertion",
    "client_assertion",
];

/// A text as its hash.
pub fn hashed(text: &[u8]) -> String {
    let hash = digest(&SHA256, text);
    hash.as_ref()
        .iter()
        .fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// An `Authorization` header: the scheme stays, and the user name of HTTP Basic.
pub fn authorization(header: &str) -> String {
    match header.split_once(' ') {
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("basic") => format!("{scheme} {}", basic(value)),
        Some((scheme, value)) => format!("{scheme} {}", hashed(value.as_bytes())),
        None => hashed(header.as_bytes()),
    }
}

/// A body: JSON and forms keep their shape.
pub fn body(bytes: &[u8], is_form: bool) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return hashed(bytes);
    };
    match serde_json::from_str::<Value>(text) {
        Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
            // What holds no secret is shown byte for byte.
            if hash_members(&mut value) {
                value.to_string()
            } else {
                text.to_owned()
            }
        }
        _ if is_form || text.is_empty() => form(text),
        _ => hashed(bytes),
    }
}

/// A query or a form.
pub fn form(text: &str) -> String {
    let fields: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    // A name that is no plain word may be a mislabelled text of any kind.
    if fields
        .iter()
        .any(|(name, _)| !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'))
    {
        return hashed(text.as_bytes());
    }
    if !fields.iter().any(|(name, _)| is_secret(name)) {
        return text.to_owned();
    }
    let mut shown = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &fields {
        let value = if is_secret(name) {
            hashed(value.as_bytes())
        } else {
            value.to_string()
        };
        shown.append_pair(name, &value);
    }
    shown.finish()
}

fn basic(encoded: &str) -> String {
    let decoded = BASE64_STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((client_id, secret)) => format!("{client_id}:{}", hashed(secret.as_bytes())),
        None => hashed(encoded.as_bytes()),
    }
}

/// Hashes secret members at any depth, and says whether there were any.
fn hash_members(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |found, (name, member)| match member {
            Value::String(text) if is_secret(name) => {
                *text = hashed(text.as_bytes());
                true
            }
            other => hash_members(other) | found,
        }),
        Value::Array(items) => items.iter_mut().fold(false, |found, item| hash_members(item) | found),
        _ => false,
    }
}

fn is_secret(name: &str) -> bool {
    SECRET_NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{authorization, body, form, hashed};

    const CANARY: &str = "-Canary_Secret01";

    #[test]
    fn a_secret_is_nowhere_plain_whatever_carries_it() {
        let encoded = "YTotQ2FuYXJ5X1NlY3JldDAx";
        let shown = [
            authorization(&format!("Bearer {CANARY}")),
            authorization(CANARY),
            authorization(&format!("Basic {encoded}")),
            form(&format!("client_id=a&client_secret={CANARY}")),
            body(
                format!(r#"{{"a":[{{"secret":"{CANARY}"}}],"client_secret":"{CANARY}"}}"#).as_bytes(),
                false,
            ),
            body(format!(r#"{{"client_secret":"{CANARY}""#).as_bytes(), false),
            body(format!(r#"{{"client_secret":"{CANARY}""#).as_bytes(), true),
            body(format!("client_secret={CANARY}").as_bytes(), false),
        ];
        for text in shown {
            assert!(!text.contains(CANARY) && !text.contains(encoded), "{text}");
            assert!(text.contains("sha256"), "{text}");
        }
        assert_eq!(
            authorization(&format!("Basic {encoded}")),
            format!("Basic a:{}", hashed(CANARY.as_bytes()))
        );
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_was() {
        assert_eq!(body(br#"{ "name":"x" }"#, false), r#"{ "name":"x" }"#);
        assert_eq!(body(b"", false), "");
        assert_eq!(form("page=0&pageSize=100"), "page=0&pageSize=100");
        assert_eq!(
            hashed(b""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
