//! Whether a person holds a resource: what the annotation `oauthregistrar.io/paused` says.

/// A resource that is held: nothing is done for it, at the platform or in the cluster, until it is let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// As it was asked for.
    Asked,
    /// The annotation says neither yes nor no. Somebody wanted it to stop, so it stops.
    Unclear(String),
}

/// What the annotation asks for; `None`: to go on.
#[must_use]
pub fn asked(annotation: Option<&str>) -> Option<Pause> {
    match annotation {
        None | Some("false") => None,
        Some("true") => Some(Pause::Asked),
        Some(other) => Some(Pause::Unclear(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_holds_false_lets_go_and_what_is_neither_holds_and_is_unclear() {
        let unclear = |text: &str| Some(Pause::Unclear(text.to_owned()));
        for (annotation, expected) in [
            (None, None),
            (Some("false"), None),
            (Some("true"), Some(Pause::Asked)),
            (Some("True"), unclear("True")),
            (Some("yes"), unclear("yes")),
            (Some(""), unclear("")),
            (Some(" true"), unclear(" true")),
        ] {
            assert_eq!(asked(annotation), expected, "{annotation:?}");
        }
    }
}
