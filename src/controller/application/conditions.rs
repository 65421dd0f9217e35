//! Conditions of an application, computed from the last decision and from what is true by now.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use crate::api::conditions::{ConditionType, is_true};
use crate::controller::status;
use crate::domain::decide::{Decision, Stage, Trouble};
use crate::domain::observed::Seen;
use crate::domain::port::Proof;

/// What is true by now.
pub(super) struct Facts {
    /// The platform has the client as wanted.
    pub registered: bool,
    /// The Secret holds credentials.
    pub published: bool,
    /// They were proved.
    pub verified: bool,
}

impl Facts {
    pub(super) fn of(seen: &Seen, decision: &Decision) -> Self {
        if *decision == Decision::Converged {
            return Self {
                registered: true,
                published: true,
                verified: true,
            };
        }
        let known = seen.known.as_ref().is_some_and(|k| !seen.is_gone(&k.application_id));
        let same_version = seen
            .output()
            .is_some_and(|s| seen.told.secret_version.as_ref() == Some(&s.resource_version));
        // To be worth a closer look contradicts nothing that was told.
        let told = seen.told.applied_generation == Some(seen.object.generation);
        let only_suspected = seen.suspected && told && !seen.published.registered;
        Self {
            registered: known && (seen.applied || only_suspected),
            published: seen.output().is_some_and(|s| s.client_secret.is_some()) && known,
            verified: matches!(seen.proof, Some((Proof::Works, _)))
                || (same_version && seen.told.verified && seen.proof.is_none()),
        }
    }

    pub(super) fn told(conditions: &[Condition]) -> Self {
        let holds = |type_| is_true(conditions, type_);
        Self {
            registered: holds(ConditionType::Registered),
            published: holds(ConditionType::SecretPublished),
            verified: holds(ConditionType::CredentialsVerified),
        }
    }
}

/// All conditions.
pub(super) fn conditions(
    before: &[Condition],
    decision: &Decision,
    facts: &Facts,
    generation: Option<i64>,
    leaving: bool,
) -> Vec<Condition> {
    let stages = [
        (
            Stage::Accepted,
            ConditionType::Accepted,
            true,
            "The spec is valid, supported and granted.",
        ),
        (
            Stage::Registered,
            ConditionType::Registered,
            facts.registered,
            "The platform has the client as the spec wants it.",
        ),
        (
            Stage::SecretPublished,
            ConditionType::SecretPublished,
            facts.published,
            "The Secret holds the credentials.",
        ),
        (
            Stage::CredentialsVerified,
            ConditionType::CredentialsVerified,
            facts.verified,
            "The credentials obtained a token.",
        ),
    ];
    let ready = status::ready(leaving, "Registered, published and proved.");
    let lines = status::lines(trouble(decision), matches!(decision, Decision::Wait(..)), ready, stages);
    status::conditions(before, lines, generation)
}

fn trouble(decision: &Decision) -> Option<&Trouble> {
    match decision {
        Decision::Wait(_, trouble) | Decision::Refuse(trouble, _) => Some(trouble),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::conditions::Reason;
    use crate::domain::decide::Recheck;
    use crate::domain::observed::scene::{NOW, seen};

    const NOTHING: Facts = Facts {
        registered: false,
        published: false,
        verified: false,
    };
    const ALL: Facts = Facts {
        registered: true,
        published: true,
        verified: true,
    };

    /// Each condition as `Type=Status/Reason`, in order.
    fn lines(decision: &Decision, facts: &Facts, leaving: bool) -> Vec<String> {
        let all = conditions(&[], decision, facts, Some(4), leaving);
        assert!(all.iter().all(|c| c.observed_generation == Some(4)));
        all.iter()
            .map(|c| format!("{}={}/{}", c.type_, c.status, c.reason))
            .collect()
    }

    fn trouble(stage: Stage, reason: Reason) -> Trouble {
        Trouble::new(stage, reason, "why")
    }

    #[test]
    fn converged_is_ready_and_everything_is_true() {
        assert_eq!(
            lines(&Decision::Converged, &ALL, false),
            [
                "Ready=True/Ready",
                "Accepted=True/Ready",
                "Registered=True/Ready",
                "SecretPublished=True/Ready",
                "CredentialsVerified=True/Ready",
            ]
        );
    }

    #[test]
    fn a_wait_is_reconciling_and_what_is_not_known_yet_is_unknown() {
        let wait = Decision::Wait(NOW, trouble(Stage::Registered, Reason::RateLimited));
        assert_eq!(
            lines(&wait, &NOTHING, false),
            [
                "Ready=False/RateLimited",
                "Accepted=True/Ready",
                "Registered=False/RateLimited",
                "SecretPublished=Unknown/Reconciling",
                "CredentialsVerified=Unknown/Reconciling",
                "Reconciling=True/RateLimited",
            ]
        );
    }

    #[test]
    fn what_is_still_true_stays_true_beside_the_trouble() {
        let refused = Decision::Refuse(trouble(Stage::Registered, Reason::NameConflict), Recheck::Later);
        assert_eq!(
            lines(&refused, &ALL, false),
            [
                "Ready=False/NameConflict",
                "Accepted=True/Ready",
                "Registered=False/NameConflict",
                "SecretPublished=True/Ready",
                "CredentialsVerified=True/Ready",
            ]
        );
    }

    #[test]
    fn a_refusal_of_the_spec_is_not_accepted() {
        let refused = Decision::Refuse(trouble(Stage::Accepted, Reason::NotGranted), Recheck::Later);
        let lines = lines(&refused, &ALL, false);
        assert_eq!(lines[..2], ["Ready=False/NotGranted", "Accepted=False/NotGranted"]);
    }

    #[test]
    fn what_needs_a_person_is_stalled_and_not_reconciling() {
        let stalled = Trouble {
            stalled: true,
            ..trouble(Stage::SecretPublished, Reason::SecretContested)
        };
        let lines = lines(&Decision::Refuse(stalled, Recheck::Later), &NOTHING, false);
        assert_eq!(lines.last().map(String::as_str), Some("Stalled=True/SecretContested"));
        assert!(!lines.iter().any(|line| line.starts_with("Reconciling")));
    }

    #[test]
    fn what_leaves_is_never_ready() {
        assert_eq!(lines(&Decision::Converged, &ALL, true)[0], "Ready=False/Reconciling");
    }

    #[test]
    fn the_message_of_the_trouble_is_told_where_it_stands() {
        let wait = Decision::Wait(NOW, trouble(Stage::Registered, Reason::RateLimited));
        let all = conditions(&[], &wait, &NOTHING, None, false);
        let told = |wanted: &str| all.iter().find(|c| c.type_ == wanted).map(|c| c.message.as_str());
        assert_eq!(
            (told("Ready"), told("Registered"), told("Reconciling")),
            (Some("why"), Some("why"), Some("why"))
        );
        assert_eq!(told("SecretPublished"), Some("Not known yet."));
    }

    #[test]
    fn only_what_was_seen_is_a_fact() {
        let wait = Decision::Wait(NOW, trouble(Stage::Registered, Reason::RateLimited));
        let facts = |seen: &Seen| {
            let facts = Facts::of(seen, &wait);
            (facts.registered, facts.published, facts.verified)
        };
        let published = || seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
        assert_eq!(facts(&seen()), (false, false, false));
        assert_eq!(facts(&published()), (true, true, true));
        assert_eq!(facts(&published().changed()), (false, true, true));
        assert_eq!(facts(&published().without_client("app-1")), (false, false, true));
        assert_eq!(facts(&published().with_no_secret()), (true, false, false));
        assert_eq!(facts(&published().proved(Proof::WrongSecret)), (true, true, false));
        let mut other_version = published();
        other_version.told.secret_version = Some("6".into());
        assert_eq!(facts(&other_version), (true, true, false));
        assert_eq!(facts(&other_version.proved(Proof::Works)), (true, true, true));
        let mut suspected = published().changed();
        suspected.suspected = true;
        assert_eq!(facts(&suspected), (true, true, true), "a look contradicts nothing");
        suspected.told.applied_generation = Some(0);
        assert!(!facts(&suspected).0);
    }

    #[test]
    fn converged_makes_all_facts_true() {
        let facts = Facts::of(&seen(), &Decision::Converged);
        assert!(facts.registered && facts.published && facts.verified);
    }

    #[test]
    fn without_a_look_the_facts_are_those_that_were_told() {
        let before = conditions(
            &[],
            &Decision::Wait(NOW, trouble(Stage::SecretPublished, Reason::SecretNotOwned)),
            &Facts {
                registered: true,
                ..NOTHING
            },
            None,
            false,
        );
        let facts = Facts::told(&before);
        assert_eq!(
            (facts.registered, facts.published, facts.verified),
            (true, false, false)
        );
    }
}
