//! Takes the secrets of a request out of texts that came back, before anybody may see them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::domain::credentials::SecretText;

const REPLACEMENT: &str = "[secret]";
const LONGEST_EXCERPT: usize = 256;
/// A shorter rest at the end of a cut text is no secret, and may well be ordinary text.
const SHORTEST_REST: usize = 4;

/// The secrets that one request carries.
#[derive(Clone, Debug, Default)]
pub(super) struct Scrub(Vec<SecretText>);

impl Scrub {
    /// Remembers a secret in each form in which it may come back: plain, in a form body, in JSON, in base64.
    pub(super) fn hide(&mut self, secret: &SecretText) {
        if secret.is_empty() {
            return;
        }
        let plain = secret.expose();
        let quoted = serde_json::Value::from(plain).to_string();
        let forms = [
            plain.to_owned(),
            byte_serialize(plain.as_bytes()).collect(),
            quoted.trim_matches('"').to_owned(),
            STANDARD.encode(plain),
        ];
        self.0.extend(forms.map(SecretText::new));
        // Longest first: a shorter form may be part of a longer one.
        self.0.sort_by_key(|form| std::cmp::Reverse(form.expose().len()));
    }

    /// `text` on one line, without the secrets, at most 256 characters.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.0 {
            clean = clean.replace(secret.expose(), REPLACEMENT);
        }
        for secret in &self.0 {
            cut_begun_secret(&mut clean, secret.expose());
        }
        let line = clean
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty());
        line.collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(LONGEST_EXCERPT)
            .collect()
    }
}

/// An answer that was cut off may end within a secret.
fn cut_begun_secret(text: &mut String, secret: &str) {
    let begun = (SHORTEST_REST..secret.len())
        .rev()
        .find(|&length| secret.is_char_boundary(length) && text.ends_with(&secret[..length]));
    if let Some(length) = begun {
        text.truncate(text.len() - length);
        text.push_str(REPLACEMENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub(secret: &str) -> Scrub {
        let mut scrub = Scrub::default();
        scrub.hide(&SecretText::new(secret.to_owned()));
        scrub
    }

    #[test]
    fn a_secret_is_replaced_in_every_form_it_may_come_back_in() {
        let scrub = scrub("a b\"c/ü");
        for echo in [
            "a b\"c/ü",
            "a+b%22c%2F%C3%BC",
            "a b\\\"c/ü",
            &STANDARD.encode("a b\"c/ü"),
        ] {
            assert_eq!(scrub.clean(&format!("bad {echo}!")), "bad [secret]!");
        }
    }

    #[test]
    fn the_beginning_of_a_secret_at_the_end_of_a_cut_text_is_replaced() {
        assert_eq!(scrub("canary-7d1f-canary").clean("token canary-7d1f"), "token [secret]");
        assert_eq!(scrub("canary-7d1f").clean("a tropical ca"), "a tropical ca");
    }

    #[test]
    fn a_secret_is_replaced_before_the_text_is_cut() {
        let text = format!("{}canary-7d1f", "x".repeat(250));
        assert_eq!(scrub("canary-7d1f").clean(&text), format!("{}[secre", "x".repeat(250)));
    }

    #[test]
    fn a_text_becomes_one_line() {
        assert_eq!(scrub("s").clean("one\r\n\t two\u{7}three"), "one two three");
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(scrub("").clean("text"), "text");
    }
}
