//! Takes secrets out of texts that came from outside, before anybody may see them: a platform may repeat what was sent, or
//! tell of a client more than it was asked; an admission webhook may quote the Secret that it refuses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use super::credentials::SecretText;

const REPLACEMENT: &str = "[secret]";
const LONGEST_EXCERPT: usize = 256;
/// A shorter rest at the end of a cut text is no secret, and may well be ordinary text.
const SHORTEST_REST: usize = 4;

/// In bytes. What is shorter than any secret would garble the text.
const SHORTEST_VALUE: usize = 8;

/// The secrets that a text may hold.
#[derive(Clone, Debug, Default)]
pub struct Scrub(Vec<SecretText>);

impl Scrub {
    /// Those among the values of a Secret, whatever they are.
    #[must_use]
    pub fn of_values<'a>(values: impl IntoIterator<Item = &'a SecretText>) -> Self {
        let mut scrub = Self::default();
        let long = values
            .into_iter()
            .filter(|value| value.expose().len() >= SHORTEST_VALUE);
        long.for_each(|value| scrub.hide(value));
        scrub
    }

    /// Remembers a secret in each form in which it may come back: plain, in a form body, in JSON, in base64.
    pub fn hide(&mut self, secret: &SecretText) {
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
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
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
    fn of_the_values_of_a_secret_those_that_may_be_one_are_replaced() {
        let values = ["a-refresh-token", "a"].map(|value| SecretText::new(value.into()));
        let why = format!("denied: a-refresh-token, {}", STANDARD.encode("a-refresh-token"));
        assert_eq!(Scrub::of_values(&values).clean(&why), "denied: [secret], [secret]");
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(scrub("").clean("text"), "text");
    }
}
