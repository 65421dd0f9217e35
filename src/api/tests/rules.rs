//! Every CEL rule refuses what it is there for, with its message, and nothing beside it.

use std::collections::BTreeSet;

use kube::core::cel::ValidationErrors;
use serde_json::Value;

use super::super::cases::{Case, Expected, Kind, all};
use super::super::{ClusterOAuthPlatform, OAuthApplication, OAuthPlatform, TenantInstallation};
use super::{KINDS, schema, walk};

/// Asks `validate_cel`, or for a change `validate_cel_update`.
macro_rules! answer {
    ($kind:ty, $case:expr) => {{
        let typed = |object: &Value| serde_json::from_value::<$kind>(object.clone()).unwrap();
        let object = typed(&$case.object);
        match &$case.before {
            Some(before) => object.validate_cel_update(&typed(before)),
            None => object.validate_cel(),
        }
    }};
}

fn refusals(case: &Case) -> Vec<(String, String)> {
    let answer: Result<(), ValidationErrors> = match case.kind {
        Kind::Platform => answer!(ClusterOAuthPlatform, case),
        Kind::NamespacePlatform => answer!(OAuthPlatform, case),
        Kind::Application => answer!(OAuthApplication, case),
        Kind::Installation => answer!(TenantInstallation, case),
    };
    let errors = answer.err().map(ValidationErrors::into_vec).unwrap_or_default();
    errors
        .into_iter()
        .map(|error| (error.field_path, error.message))
        .collect()
}

#[test]
fn every_case_is_answered_as_the_table_says() {
    for case in all() {
        let expected = match case.expected {
            Expected::Accepted => vec![],
            Expected::Refused { field, message } => vec![(field.to_owned(), message.to_owned())],
        };
        assert_eq!(
            refusals(&case),
            expected,
            "{} ({:?}): {}",
            case.sentence,
            case.kind,
            case.object
        );
    }
}

/// `[0]` of a path, as a schema has it.
fn of_schema(field: &str) -> String {
    field.replace("[0]", "[]")
}

#[test]
fn every_rule_is_refused_by_a_case() {
    let refused: BTreeSet<(String, String)> = all()
        .into_iter()
        .filter_map(|case| match case.expected {
            Expected::Refused { field, message } => {
                Some((format!("{:?} {}", case.kind, of_schema(field)), message.to_owned()))
            }
            Expected::Accepted => None,
        })
        .collect();
    let mut rules = BTreeSet::new();
    for kind in KINDS {
        walk("", &schema(kind), &mut |path, schema| {
            for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
                let message = rule["message"].as_str().unwrap_or_default();
                rules.insert((format!("{kind:?} {}", path.trim_start_matches('.')), message.to_owned()));
            }
        });
    }
    // The types of credentials are shared by two kinds: a rule inside is shown once.
    let shown: BTreeSet<&String> = refused.iter().map(|(_, message)| message).collect();
    let shown_elsewhere = |(field, message): &(String, String)| field.contains("secretRef") && shown.contains(message);
    let missing: Vec<_> = rules
        .iter()
        .filter(|rule| !refused.contains(*rule) && !shown_elsewhere(rule))
        .collect();
    assert!(rules.len() > 20, "the walk found only {} rules", rules.len());
    assert!(
        missing.is_empty(),
        "no case in tests/cases shows what these refuse: {missing:#?}"
    );
}

#[test]
fn every_rule_says_what_would_be_right() {
    for kind in KINDS {
        walk("", &schema(kind), &mut |path, schema| {
            for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
                let message = rule["message"].as_str().unwrap_or_default();
                assert!(message.len() > 20, "{path}: {rule} has no message");
            }
            assert!(
                schema["pattern"].is_null(),
                "{path}: a pattern's message shows only the pattern; use a CEL rule"
            );
        });
    }
}
