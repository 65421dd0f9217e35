//! Which grants are meant for a namespace: by its name, or by its labels.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use kube::core::{Selector, SelectorExt};

use crate::api::grant::{Grant, NamespaceRequirement, NamespaceSelector};
use crate::controller::labels::Labels;

/// Longest name in a label's key, and longest value.
const LONGEST: usize = 63;
/// Longest prefix in a label's key, which is a DNS name.
const LONGEST_PREFIX: usize = 253;

/// Whether a grant is meant for a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// Only the labels of the namespace can tell, and they are not known.
    Undecided,
}

pub(super) fn matches(grant: &Grant, namespace: &str, labels: &Labels) -> Match {
    let namespaces = &grant.namespaces;
    if namespaces.names.iter().any(|name| name == namespace) {
        return Match::Yes;
    }
    // A selector that is refused at the platform chooses nobody.
    let Some(Ok(selector)) = namespaces.selector.as_ref().map(selector) else {
        return Match::No;
    };
    match labels {
        Labels::Known(labels) if selector.matches(labels) => Match::Yes,
        Labels::Known(_) => Match::No,
        Labels::Unread | Labels::Refused(_) => Match::Undecided,
    }
}

/// Says what is wrong with the first selector that cannot be used, field first. Admission refuses most of it before; what a
/// key and a value may look like is the API server's own rule, and is checked here.
pub fn check(grants: &[Grant]) -> Result<(), String> {
    for (index, grant) in grants.iter().enumerate() {
        if let Some(Err(why)) = grant.namespaces.selector.as_ref().map(selector) {
            return Err(format!("spec.grants[{index}].namespaces.selector.{why}"));
        }
    }
    Ok(())
}

fn selector(spec: &NamespaceSelector) -> Result<Selector, String> {
    labels(&spec.match_labels)?;
    for (index, requirement) in spec.match_expressions.iter().enumerate() {
        required(requirement).map_err(|why| format!("matchExpressions[{index}].{why}"))?;
    }
    let expressions = spec.match_expressions.iter().map(|r| LabelSelectorRequirement {
        key: r.key.clone(),
        operator: r.operator.clone(),
        values: Some(r.values.clone()).filter(|values| !values.is_empty()),
    });
    let selector = LabelSelector {
        match_labels: Some(spec.match_labels.clone()),
        match_expressions: Some(expressions.collect()),
    };
    Selector::try_from(selector).map_err(|error| format!("matchExpressions: {error}"))
}

fn labels(wanted: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, text) in wanted {
        key(name).map_err(|why| format!("matchLabels: {why}"))?;
        value(text).map_err(|why| format!("matchLabels[{name}]: {why}"))?;
    }
    Ok(())
}

fn required(requirement: &NamespaceRequirement) -> Result<(), String> {
    let NamespaceRequirement {
        key: name,
        operator,
        values,
    } = requirement;
    key(name).map_err(|why| format!("key: {why}"))?;
    match (operator.as_str(), values.is_empty()) {
        ("In" | "NotIn", false) | ("Exists" | "DoesNotExist", true) => {}
        ("In" | "NotIn", true) => return Err(format!("values: {operator} needs at least one value")),
        ("Exists" | "DoesNotExist", false) => return Err(format!("values: {operator} has no values")),
        _ => {
            return Err(format!(
                "operator: {operator:?} is none of In, NotIn, Exists and DoesNotExist"
            ));
        }
    }
    for text in values {
        value(text).map_err(|why| format!("values: {why}"))?;
    }
    Ok(())
}

/// A label's key: a name, and perhaps a DNS name and a slash before it.
fn key(text: &str) -> Result<(), String> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let dns = |prefix: &str| {
        let label = |part: &str| is_word(part, "-") && part.bytes().all(|b| !b.is_ascii_uppercase());
        prefix.len() <= LONGEST_PREFIX && prefix.split('.').all(label)
    };
    if is_word(name, "-_.") && name.len() <= LONGEST && prefix.is_none_or(dns) {
        return Ok(());
    }
    Err(format!("{text:?} can be no label's key, such as example.com/team"))
}

fn value(text: &str) -> Result<(), String> {
    if text.is_empty() || is_word(text, "-_.") && text.len() <= LONGEST {
        return Ok(());
    }
    Err(format!("{text:?} can be no label's value, such as billing"))
}

/// Letters and digits, and in the middle also these.
fn is_word(text: &str, also: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;

    fn grant(namespaces: &Value) -> Grant {
        serde_json::from_value(json!({ "namespaces": namespaces })).unwrap()
    }

    fn known(labels: &Value) -> Labels {
        Labels::Known(Arc::new(serde_json::from_value(labels.clone()).unwrap()))
    }

    #[test]
    fn a_namespace_is_meant_by_its_name_or_by_its_labels() {
        let both = grant(&json!({ "names": ["billing"], "selector": { "matchLabels": { "team": "billing" } } }));
        let team = known(&json!({ "team": "billing", "stage": "test" }));
        let other = known(&json!({ "team": "shipping" }));
        assert_eq!(matches(&both, "billing", &other), Match::Yes);
        assert_eq!(matches(&both, "billing-test", &team), Match::Yes);
        assert_eq!(matches(&both, "shipping", &other), Match::No);
        let named = grant(&json!({ "names": ["billing"] }));
        assert_eq!(matches(&named, "billing-test", &team), Match::No);
    }

    #[test]
    fn labels_that_are_not_known_match_nothing_and_exclude_nothing() {
        let both = grant(&json!({ "names": ["billing"], "selector": {} }));
        for labels in [Labels::Unread, Labels::Refused("forbidden".into())] {
            assert_eq!(matches(&both, "billing", &labels), Match::Yes);
            assert_eq!(matches(&both, "shipping", &labels), Match::Undecided);
            assert_eq!(
                matches(&grant(&json!({ "names": ["billing"] })), "shipping", &labels),
                Match::No
            );
        }
        assert_eq!(
            matches(&both, "shipping", &known(&json!({}))),
            Match::Yes,
            "{{}} is every namespace"
        );
    }

    #[test]
    fn each_operator_means_what_it_means_elsewhere() {
        let holds = |requirement: Value, labels: Value| {
            let grant = grant(&json!({ "selector": { "matchExpressions": [requirement] } }));
            matches(&grant, "any", &known(&labels)) == Match::Yes
        };
        let one_of = json!({ "key": "team", "operator": "In", "values": ["a", "b"] });
        assert!(holds(one_of.clone(), json!({ "team": "b" })) && !holds(one_of.clone(), json!({ "team": "c" })));
        assert!(!holds(one_of, json!({})));
        let none_of = json!({ "key": "team", "operator": "NotIn", "values": ["a"] });
        assert!(holds(none_of.clone(), json!({})) && !holds(none_of, json!({ "team": "a" })));
        let there = json!({ "key": "team", "operator": "Exists" });
        assert!(holds(there.clone(), json!({ "team": "" })) && !holds(there, json!({})));
        let absent = json!({ "key": "team", "operator": "DoesNotExist" });
        assert!(holds(absent.clone(), json!({})) && !holds(absent, json!({ "team": "a" })));
    }

    #[test]
    fn what_no_selector_can_be_is_told_with_its_field_and_chooses_nobody() {
        let told = |selector: Value| {
            let bad = grant(&json!({ "selector": selector }));
            assert_eq!(matches(&bad, "any", &known(&json!({ "a": "b" }))), Match::No);
            check(&[grant(&json!({ "selector": {} })), bad]).unwrap_err()
        };
        let requirement = |value: Value| told(json!({ "matchExpressions": [value] }));
        let field = "spec.grants[1].namespaces.selector.";
        for (message, end) in [
            (
                requirement(json!({ "key": "a", "operator": "Equals", "values": ["b"] })),
                "matchExpressions[0].operator: \"Equals\" is none of In, NotIn, Exists and DoesNotExist",
            ),
            (
                requirement(json!({ "key": "a", "operator": "In" })),
                "matchExpressions[0].values: In needs at least one value",
            ),
            (
                requirement(json!({ "key": "a", "operator": "Exists", "values": ["b"] })),
                "matchExpressions[0].values: Exists has no values",
            ),
            (
                requirement(json!({ "key": "a", "operator": "In", "values": ["b c"] })),
                "matchExpressions[0].values: \"b c\" can be no label's value, such as billing",
            ),
            (
                requirement(json!({ "key": "-a", "operator": "Exists" })),
                "matchExpressions[0].key: \"-a\" can be no label's key, such as example.com/team",
            ),
            (
                told(json!({ "matchLabels": { "Example.com/a": "b" } })),
                "matchLabels: \"Example.com/a\" can be no label's key, such as example.com/team",
            ),
            (
                told(json!({ "matchLabels": { "a": "b/c" } })),
                "matchLabels[a]: \"b/c\" can be no label's value, such as billing",
            ),
        ] {
            assert_eq!(message, format!("{field}{end}"));
        }
    }
}
