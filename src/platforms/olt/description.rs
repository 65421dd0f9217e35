//! `teaserDescription`, the one free text of an OLT application: the user's words, then our marker.
//!
//! The field holds 170 characters; admission leaves the user 140, and the marker takes 23 at most.

use crate::domain::marker::Marker;

const OPENING: &str = "[reg:";
const CLOSING: char = ']';
const SEPARATOR: char = ' ';

/// The field for this text and marker: `nightly export [reg:…]`, or the marker alone.
#[must_use]
pub fn compose(text: &str, marker: Option<&Marker>) -> String {
    match marker {
        None => text.to_owned(),
        Some(marker) if text.is_empty() => format!("{OPENING}{}{CLOSING}", marker.as_str()),
        Some(marker) => format!("{text}{SEPARATOR}{OPENING}{}{CLOSING}", marker.as_str()),
    }
}

/// The reverse of [`compose`]. Whatever that cannot have written is text, whole.
#[must_use]
pub fn parse(field: &str) -> (String, Option<Marker>) {
    match marked(field) {
        Some((text, marker)) => (text.to_owned(), Some(marker)),
        None => (field.to_owned(), None),
    }
}

fn marked(field: &str) -> Option<(&str, Marker)> {
    let (before, marker) = field.strip_suffix(CLOSING)?.rsplit_once(OPENING)?;
    let marker = Marker::parse(marker)?;
    match before {
        "" => Some(("", marker)),
        text => text
            .strip_suffix(SEPARATOR)
            .filter(|text| !text.is_empty())
            .map(|text| (text, marker)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker::of("instance", "id", "billing", "sync")
    }

    #[test]
    fn what_was_composed_is_parsed_again() {
        for text in [
            "",
            "nightly export",
            " ",
            "trailing ",
            "ends like one [reg:AAAAAAAAAAAAAAAA]",
            "ü [reg:",
        ] {
            for marker in [None, Some(marker())] {
                if marker.is_none() && parse(text).1.is_some() {
                    continue; // Such a text needs a marker of ours behind it; without markers nothing is parsed.
                }
                assert_eq!(
                    parse(&compose(text, marker.as_ref())),
                    (text.to_owned(), marker),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn a_marker_stands_behind_the_text_or_alone() {
        let marker = marker();
        assert_eq!(compose("", Some(&marker)), format!("[reg:{}]", marker.as_str()));
        assert_eq!(
            compose("text", Some(&marker)),
            format!("text [reg:{}]", marker.as_str())
        );
        assert_eq!(compose(&"x".repeat(140), Some(&marker)).len(), 163);
    }

    #[test]
    fn what_we_cannot_have_written_is_text() {
        let marker = marker();
        let marker = marker.as_str();
        let foreign = [
            format!("text[reg:{marker}]"),
            format!(" [reg:{marker}]"),
            format!("text [reg:{marker}] "),
            format!("text [REG:{marker}]"),
            format!("[reg:{marker}x]"),
            "[reg:]".to_owned(),
            String::new(),
        ];
        for field in foreign {
            assert_eq!(parse(&field), (field.clone(), None));
        }
    }
}
