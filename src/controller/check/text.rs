//! The findings in words.

use std::fmt::Write;

use super::Findings;
use super::needs::Need;
use super::rights::Beyond;

/// Lines for a person: what is wrong first, and what to do.
#[must_use]
pub fn text(findings: &Findings) -> String {
    let mut text = format!("rights of {}\n", findings.who);
    // A String takes whatever is written to it.
    for need in &findings.missing {
        let _ = writeln!(text, "  MISSING  {}: {}", needed(need), need.why);
    }
    for beyond in &findings.beyond {
        let _ = writeln!(text, "  beyond   {}", surplus(beyond));
    }
    let _ = match (findings.missing.len(), findings.beyond.len()) {
        (0, 0) => writeln!(text, "  all that is needed, and nothing else"),
        (0, _) => writeln!(
            text,
            "  all that is needed; what is beyond is never used and should be taken away"
        ),
        (missing, _) => writeln!(
            text,
            "  {missing} missing: bind the roles of the chart, or of examples/install/rbac.yaml, for this account"
        ),
    };
    text
}

fn needed(need: &Need) -> String {
    let place = need
        .namespace
        .as_ref()
        .map_or("the whole cluster".to_owned(), |name| format!("namespace {name}"));
    format!("{} {} in {place}", need.verb, with_group(need.resource, need.group))
}

fn surplus(beyond: &Beyond) -> String {
    let verbs: Vec<&str> = beyond.verbs.iter().map(String::as_str).collect();
    let what = with_group(&beyond.resource, &beyond.group);
    format!("{} {what} in namespace {}", verbs.join(", "), beyond.namespace)
}

/// As kubectl names it: `oauthapplications.oauthregistrar.io/status`.
fn with_group(resource: &str, group: &str) -> String {
    match resource.split_once('/') {
        _ if group.is_empty() => resource.to_owned(),
        Some((resource, subresource)) => format!("{resource}.{group}/{subresource}"),
        None => format!("{resource}.{group}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_says_where_and_what_for() {
        let missing = Need {
            namespace: Some("billing".into()),
            group: "oauthregistrar.io",
            resource: "oauthapplications/status",
            name: None,
            verb: "patch",
            why: "Reports what was found.",
        };
        let findings = Findings {
            who: "somebody".into(),
            missing: vec![missing],
            ..Findings::default()
        };
        let text = text(&findings);
        assert!(
            text.contains("MISSING  patch oauthapplications.oauthregistrar.io/status in namespace billing: Reports"),
            "{text}"
        );
        assert!(text.contains("1 missing: bind the roles"), "{text}");
    }

    #[test]
    fn nothing_to_say_is_said() {
        assert!(text(&Findings::default()).contains("all that is needed, and nothing else"));
    }
}
