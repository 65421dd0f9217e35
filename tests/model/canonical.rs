//! Texts without what differs from run to run: random ids by who drew them, markers by their ids, times not at all,
//! versions of the resource by their distance from the newest.

use std::hash::{DefaultHasher, Hash, Hasher};

use oauth_registrar::api::well_known::CLAIM;
use oauth_registrar::domain::claim::Claim;

use super::world::{NAME, NAMESPACE, World, resource_key};

/// The replacements that hold in one world.
#[derive(Default)]
pub struct Canonical {
    names: Vec<(String, String)>,
}

/// A text, as good as it can be compared with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    plain: u64,
    /// The same with the names of the two processes exchanged.
    mirrored: u64,
    /// The version of the resource that it shows, if it shows one.
    version: Option<usize>,
}

impl Digest {
    /// As seen from a world with so many versions of the resource.
    pub fn hash(&self, mirrored: bool, versions: usize, hasher: &mut impl Hasher) {
        (
            if mirrored { self.mirrored } else { self.plain },
            self.version.map(|v| versions.saturating_sub(v)),
        )
            .hash(hasher);
    }
}

impl Canonical {
    /// Every id that was ever claimed with.
    pub fn of(world: &World) -> Self {
        let mut canonical = Self::default();
        for version in world.cluster.versions(&resource_key()) {
            let text = version["metadata"]["annotations"][CLAIM].as_str().unwrap_or_default();
            let Ok(claim) = serde_json::from_str::<Claim>(text) else {
                continue;
            };
            if canonical.names.iter().all(|(id, _)| *id != claim.id) {
                let name = format!("{}#{}", claim.holder, claim.attempt);
                let marker = claim.marker(NAMESPACE, NAME);
                canonical.names.push((claim.id, format!("id {name}")));
                canonical
                    .names
                    .push((marker.as_str().to_owned(), format!("marker {name}")));
            }
        }
        canonical
    }

    /// What is left of a text after the replacements.
    pub fn digest(&self, text: &str) -> Digest {
        let named = self
            .names
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let (text, version) = without_version(without_times(&named));
        let mirrored = text
            .replace("process-A", "process-\0")
            .replace("process-B", "process-A");
        Digest {
            plain: hash(&text),
            mirrored: hash(&mirrored.replace("process-\0", "process-B")),
            version,
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The JSON of a resource without its own version, which is the first in it; and that version.
fn without_version(text: String) -> (String, Option<usize>) {
    const VERSION: &str = "\"resourceVersion\":\"";
    if !text.contains("\"kind\":\"OAuthApplication\",\"metadata\"") {
        return (text, None);
    }
    let split = text
        .split_once(VERSION)
        .and_then(|(before, after)| Some((before, after.split_once('"')?)));
    let Some((before, (version, after))) = split else {
        return (text, None);
    };
    (format!("{before}{after}"), version.parse().ok())
}

/// Without what looks like a time of RFC 3339.
fn without_times(text: &str) -> String {
    let mut left = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(t) = left.find('T') {
        let before = left.as_bytes()[..t].iter().rev().take(10).rev();
        let is_date = t >= 10
            && before.enumerate().all(|(i, b)| {
                if i == 4 || i == 7 {
                    *b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if let Some(z) = left[t..].find('Z').filter(|_| is_date) {
            kept.push_str(&left[..t - 10]);
            left = &left[t + z + 1..];
        } else {
            kept.push_str(&left[..=t]);
            left = &left[t + 1..];
        }
    }
    kept + left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_left_out_and_nothing_else_is() {
        assert_eq!(
            without_times(r#"{"at":"2026-01-01T00:00:00.123Z","T":"2026-01-01"}"#),
            r#"{"at":"","T":"2026-01-01"}"#
        );
        assert_eq!(without_times("T2026"), "T2026");
    }

    #[test]
    fn a_mirrored_text_is_the_text_with_the_processes_exchanged() {
        let canonical = Canonical::default();
        let (one, other) = (
            canonical.digest("process-A.1 then process-B.1"),
            canonical.digest("process-B.1 then process-A.1"),
        );
        assert_eq!((one.plain, one.mirrored), (other.mirrored, other.plain));
        assert_ne!(one.plain, one.mirrored);
    }

    #[test]
    fn a_resource_is_known_by_how_far_its_version_is_behind() {
        let json = |version| format!(r#"{{"kind":"OAuthApplication","metadata":{{"resourceVersion":"{version}"}}}}"#);
        let seen = |version, versions| {
            let mut hasher = DefaultHasher::new();
            Canonical::default()
                .digest(&json(version))
                .hash(false, versions, &mut hasher);
            hasher.finish()
        };
        assert_eq!(seen(3, 4), seen(5, 6));
        assert_ne!(seen(3, 4), seen(3, 5));
    }
}
