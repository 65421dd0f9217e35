//! The ownership marker: 16 characters at the platform which prove that a client is ours.
//!
//! Bound to instance, registration id, namespace and name, so that an id copied from somebody else's resource opens
//! nothing. Names, times and equal content never prove ownership: two clusters may apply the same manifests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Length of a marker in characters.
pub const LENGTH: usize = 16;
const INSTANCE_LENGTH: usize = 4;

/// A marker; compared byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marker(String);

impl Marker {
    /// The marker of one registration: 4 characters of base64url from SHA-256(`instance`), then 12 from
    /// SHA-256(`id`, `namespace`, `name`), the three joined by zero bytes, which none of them can hold.
    #[must_use]
    pub fn of(instance: &str, id: &str, namespace: &str, name: &str) -> Self {
        let whose = URL_SAFE_NO_PAD.encode(Sha256::digest(instance));
        let which = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{id}\0{namespace}\0{name}")));
        Self(format!(
            "{}{}",
            &whose[..INSTANCE_LENGTH],
            &which[..LENGTH - INSTANCE_LENGTH]
        ))
    }

    /// A marker read from a platform; `None` unless it is 16 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == LENGTH
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        valid.then(|| Self(text.to_owned()))
    }

    /// Whether it is one of this installation's: its first characters say so.
    #[must_use]
    pub fn is_of(&self, instance: &str) -> bool {
        let whose = URL_SAFE_NO_PAD.encode(Sha256::digest(instance));
        self.0.as_bytes()[..INSTANCE_LENGTH] == whose.as_bytes()[..INSTANCE_LENGTH]
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_has_sixteen_characters_and_parses() {
        let marker = Marker::of("instance", "id", "billing", "sync");
        assert_eq!(marker.as_str().len(), LENGTH);
        assert_eq!(Marker::parse(marker.as_str()), Some(marker));
    }

    #[test]
    fn the_first_four_characters_tell_the_instance_alone() {
        let one = Marker::of("a", "id", "ns", "n");
        let two = Marker::of("a", "other", "ns", "n");
        assert_eq!(one.as_str()[..4], two.as_str()[..4]);
        assert!(one.is_of("a") && !one.is_of("b"));
        assert_ne!(one, two);
    }

    #[test]
    fn the_same_id_under_another_name_or_namespace_is_another_marker() {
        let ours = Marker::of("i", "id", "ns", "name");
        assert_ne!(ours, Marker::of("i", "id", "ns", "copy"));
        assert_ne!(ours, Marker::of("i", "id", "other", "name"));
        assert_ne!(ours, Marker::of("j", "id", "ns", "name"));
    }

    #[test]
    fn foreign_text_is_no_marker() {
        assert_eq!(Marker::parse("too short"), None);
        assert_eq!(Marker::parse("sixteen chars.!!"), None);
    }
}
