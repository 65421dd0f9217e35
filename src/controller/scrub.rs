//! What the API server says of a Secret that it refuses, without anything that the Secret holds or was to hold.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::credentials::SecretText;

/// In bytes; the platforms' secrets are longer.
const SHORTEST_SECRET: usize = 8;

/// An admission webhook may quote what it refuses: no value of ours may reach status through it.
#[must_use]
pub fn scrubbed<'a>(why: &str, values: impl IntoIterator<Item = &'a SecretText>) -> String {
    let mut text = why.to_owned();
    // The longest first: a rendered template holds the others. What is shorter than any secret would garble the text.
    let mut values: Vec<_> = values.into_iter().collect();
    values.retain(|value| value.expose().len() >= SHORTEST_SECRET);
    values.sort_by_key(|value| std::cmp::Reverse(value.expose().len()));
    for value in values {
        for form in [value.expose().to_owned(), STANDARD.encode(value.expose())] {
            text = text.replace(&form, "[…]");
        }
    }
    text.chars().take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_webhook_quotes_is_left_out_plain_and_encoded() {
        let token = SecretText::new("a-refresh-token".into());
        let short = SecretText::new("a".into());
        let why = format!(
            "denied: a-refresh-token, {}, and more",
            STANDARD.encode("a-refresh-token")
        );
        assert_eq!(scrubbed(&why, [&token, &short]), "denied: […], […], and more");
        assert_eq!(scrubbed(&"x".repeat(300), [&token]).len(), 256);
    }
}
