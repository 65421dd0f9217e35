//! Every secret is a canary: when a test ends, all that its platform ever issued are looked for wherever people look, and
//! none may be there. Nobody can forget it, because the end of a [`TestSpace`] does it.

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::objects::Objects;
use super::space::TestSpace;

/// A place where people look, and what is written there.
pub struct Place {
    /// Its name.
    pub name: String,
    /// All that is written there.
    pub text: String,
}

impl TestSpace<'_> {
    /// Where a secret of this space's platform can be read that does not belong there; the secrets are not told.
    pub async fn leaks(&self) -> Vec<String> {
        leaks(&self.platform.issued(), &self.places().await)
    }

    async fn places(&self) -> Vec<Place> {
        let mut places = vec![
            place("the operators' logs", self.cluster.operator_logs()),
            place("the audit log", self.cluster.audit_text()),
        ];
        for kind in [
            "OAuthApplication",
            "TenantInstallation",
            "OAuthPlatform",
            "ClusterOAuthPlatform",
            "Event",
        ] {
            places.extend(self.list(kind).await.iter().map(shown));
        }
        // Events about what has no namespace are kept in `default`.
        let elsewhere = Objects::new(self.client(), "default");
        places.extend(elsewhere.list("Event").await.iter().map(shown));
        // Secrets hold secrets; their labels and annotations must not.
        let metadata = |secret: &Value| serde_json::json!({ "kind": "Secret", "metadata": secret["metadata"] });
        places.extend(
            self.list("Secret")
                .await
                .iter()
                .map(metadata)
                .map(|secret| shown(&secret)),
        );
        places
    }
}

fn place(name: &str, text: String) -> Place {
    Place {
        name: name.to_owned(),
        text,
    }
}

fn shown(object: &Value) -> Place {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    Place {
        name: format!("{} {}", word(&object["kind"]), word(&object["metadata"]["name"])),
        text: object.to_string(),
    }
}

/// The places that hold one of the secrets, as it is or in base64 of a text that it is part of.
pub fn leaks(secrets: &[String], places: &[Place]) -> Vec<String> {
    let forms: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
    // One pass over each text, however many secrets there are.
    let any = AhoCorasick::new(&forms).unwrap();
    let tells = |place: &&Place| any.is_match(&place.text);
    places.iter().filter(tells).map(|place| place.name.clone()).collect()
}

/// In base64 three letters stand for four, so a text has one form for each place where it may begin; the letters at its ends
/// also depend on its neighbours.
fn forms(secret: &str) -> Vec<String> {
    let encoded = |before: usize, alphabet: &dyn Fn(Vec<u8>) -> String| {
        let text = alphabet([vec![b' '; before].as_slice(), secret.as_bytes()].concat());
        let first = (before * 8).div_ceil(6);
        let last = (before + secret.len()) * 8 / 6;
        text[first..last].to_owned()
    };
    let plain = |bytes| BASE64_STANDARD_NO_PAD.encode(bytes);
    let in_urls = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let all = (0..3).flat_map(|before| [encoded(before, &plain), encoded(before, &in_urls)]);
    all.chain([secret.to_owned()]).collect()
}
