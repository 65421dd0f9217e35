//! Texts with a rule of their own (contract section 3.1).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error};
use url::Url;

const MAX_URL_LENGTH: usize = 2000;

/// A text that keeps the rule `R`.
pub struct Text<R>(String, PhantomData<R>);

/// What a text must be like.
pub trait Rule {
    /// The rule in words.
    const SAYS: &'static str;
    /// Whether `text` keeps it.
    fn holds(text: &str) -> bool;
}

/// An application's name.
pub struct Name;
/// An application's description.
pub struct Teaser;
/// An application's home page.
pub struct WebUrl;
/// Where a login may return to.
pub struct RedirectUri;
/// A note beside an allowed tenant.
pub struct Comment;

impl Rule for Name {
    const SAYS: &'static str = "name has 3 to 32 letters, digits, spaces, hyphens or underscores";
    fn holds(text: &str) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
        (3..=32).contains(&text.len()) && text.chars().all(fits)
    }
}

impl Rule for Teaser {
    const SAYS: &'static str = "teaserDescription has at most 170 characters";
    fn holds(text: &str) -> bool {
        text.chars().count() <= 170
    }
}

impl Rule for WebUrl {
    const SAYS: &'static str = "url has a protocol and at most 2000 characters";
    fn holds(text: &str) -> bool {
        text.contains("://") && text.chars().count() <= MAX_URL_LENGTH && Url::parse(text).is_ok()
    }
}

impl Rule for RedirectUri {
    const SAYS: &'static str = "redirectUris are absolute URIs without wildcards";
    fn holds(text: &str) -> bool {
        !text.contains('*') && Url::parse(text).is_ok()
    }
}

impl Rule for Comment {
    const SAYS: &'static str = "comment has at most 255 characters";
    fn holds(text: &str) -> bool {
        text.chars().count() <= 255
    }
}

impl<R> Text<R> {
    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<R> From<Text<R>> for String {
    fn from(text: Text<R>) -> Self {
        text.0
    }
}

impl<R> fmt::Debug for Text<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de, R: Rule> Deserialize<'de> for Text<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if R::holds(&text) {
            Ok(Self(text, PhantomData))
        } else {
            Err(D::Error::custom(R::SAYS))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Comment, Name, RedirectUri, Rule, Teaser, WebUrl};

    #[test]
    fn names_have_3_to_32_plain_characters() {
        for good in ["abc", "A_b-c 9", &"x".repeat(32)] {
            assert!(Name::holds(good), "{good}");
        }
        for bad in ["ab", "a.b", "a/b", "größe", "a\nb", "", &"x".repeat(33)] {
            assert!(!Name::holds(bad), "{bad}");
        }
    }

    #[test]
    fn limits_count_characters() {
        assert!(Teaser::holds(&"ü".repeat(170)) && !Teaser::holds(&"ü".repeat(171)));
        assert!(Comment::holds("") && Comment::holds(&"ü".repeat(255)) && !Comment::holds(&"ü".repeat(256)));
    }

    #[test]
    fn urls_need_a_protocol_and_redirects_no_wildcard() {
        assert!(WebUrl::holds("https://ex.io") && !WebUrl::holds("ex.io") && !WebUrl::holds(""));
        assert!(!WebUrl::holds(&format!("https://ex.io/{}", "x".repeat(1990))));
        assert!(RedirectUri::holds("http://localhost/cb") && RedirectUri::holds("app:/cb"));
        assert!(!RedirectUri::holds("https://*.ex.io/cb") && !RedirectUri::holds("/cb"));
    }
}
