//! What the API server says of a Secret that it refuses, without anything that the Secret holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::secret_store::Content;

/// In bytes; the platforms' secrets are longer.
const SHORTEST_SECRET: usize = 8;

/// An admission webhook may quote what it refuses: no value of ours may reach status through it.
#[must_use]
pub fn scrubbed(why: &str, content: &Content<'_>) -> String {
    let mut text = why.to_owned();
    // The longest first: a rendered template holds the others. What is shorter than any secret would garble the text.
    let mut values: Vec<_> = content.data.iter().map(|(_, value)| value).collect();
    values.retain(|value| value.expose().len() >= SHORTEST_SECRET);
    values.sort_by_key(|value| std::cmp::Reverse(value.expose().len()));
    for value in values {
        for form in [value.expose().to_owned(), STANDARD.encode(value.expose())] {
            text = text.replace(&form, "[…]");
        }
    }
    text.chars().take(256).collect()
}
