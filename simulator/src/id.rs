//! Ids as the platform writes them: lower-case hyphenated UUIDs and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An id of a tenant, application, client, permission, user or token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(Uuid);

impl Id {
    /// The id for 16 random bytes, marked as a version 4 UUID.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Reads an id strictly: other spellings of the same UUID are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let uuid = Uuid::try_parse(text).ok()?;
        (uuid.hyphenated().to_string() == text).then_some(Self(uuid))
    }
}

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| "expected a lower-case UUID".to_owned())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn only_the_lower_case_hyphenated_form_is_an_id() {
        let text = "aaaaaaaa-0000-4000-8000-000000000001";
        assert_eq!(Id::parse(text).expect("an id").to_string(), text);
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
            "x".to_owned(),
            String::new(),
        ] {
            assert_eq!(Id::parse(&other), None, "{other}");
        }
    }
}
