//! Patterns for paths: `*` stands for one segment, `**` for any number of them.

/// Whether `path` fits `pattern` from beginning to end.
pub fn fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments_fit(&pattern, &path)
}

fn segments_fit(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|taken| segments_fit(rest, &path[taken..])),
        Some((first, rest)) => path
            .split_first()
            .is_some_and(|(segment, behind)| (*first == "*" || first == segment) && segments_fit(rest, behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_one_segment_and_two_are_any_number() {
        let fitting = [
            ("/v1/a", "/v1/a"),
            ("/v1/*", "/v1/a"),
            ("/v1/*/x", "/v1/a/x"),
            ("/v1/**", "/v1/a/b"),
        ];
        for (pattern, path) in fitting
            .into_iter()
            .chain([("/v1/**", "/v1"), ("**", "/"), ("/**/x", "/a/b/x")])
        {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/v1/*", "/v1/a/b"),
            ("/v1/*", "/v1"),
            ("/v1", "/v1/a"),
            ("/**/x", "/x/y"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }
}
