//! An application that declares something else by now: who consents to it, and who is asked first.

use super::{after, begun, declares, permissions, refuses, silent, wanted};
use crate::api::conditions::Reason;
use crate::domain::decide::Stage;
use crate::domain::decide::installation::{Decision, decide};
use crate::domain::installation::{Consent, Fact, Seen, Step, Wanted, Wish};
use crate::domain::port::{Installation, Proof};

/// At rest, with a consent to `p1`.
fn at_rest() -> Seen {
    let mut seen = begun();
    (seen.told.ready, seen.told.application_id) = (true, Some("app-1".into()));
    (seen.told.allowed_by_us, seen.told.comment) = (Some(true), Some("north".into()));
    seen.told.consent = Some(permissions(&["p1"]));
    seen
}

/// The application declares `p1` and `p2` by now.
fn more(consent: Consent) -> Wanted {
    Wanted {
        declares: Some(permissions(&["p1", "p2"])),
        consent,
        ..wanted()
    }
}

fn there(status: &str, consented: &[&str]) -> Installation {
    Installation {
        status: status.into(),
        permissions: permissions(consented),
        created_at: String::new(),
    }
}

fn outdated() -> Seen {
    let found = Fact::Found(Some(there("outdated", &["p1"])));
    after(at_rest(), [found, declares(&["p1", "p2"])])
}

fn decided(wanted: &Wanted, seen: &Seen) -> Decision {
    silent(decide(&Wish::Present(wanted.clone()), seen))
}

fn reconsents(ids: &[&str]) -> Decision {
    Decision::Act(Step::Reconsent("app-1".into(), permissions(ids)))
}

fn not_granted() -> Decision {
    refuses(Stage::Accepted, Reason::NotGranted)
}

fn told(wanted: &Wanted, seen: &Seen) -> String {
    match decide(&Wish::Present(wanted.clone()), seen) {
        Decision::Refuse(trouble, _) => trouble.message,
        other => panic!("nothing is told: {other:?}"),
    }
}

#[test]
fn the_same_declaration_costs_nothing() {
    let same = Wanted {
        declares: Some(permissions(&["p1"])),
        ..wanted()
    };
    assert_eq!(decided(&same, &at_rest()), Decision::Converged);
    assert_eq!(decided(&wanted(), &at_rest()), Decision::Converged, "not known yet");
}

#[test]
fn another_declaration_is_looked_at_before_anything_is_said() {
    for consent in [Consent::Once, Consent::Always] {
        let reads = Decision::Act(Step::ReadInstallation("app-1".into()));
        assert_eq!(decided(&more(consent.clone()), &at_rest()), reads);
        let found = after(at_rest(), [Fact::Found(Some(there("outdated", &["p1"])))]);
        let reads = Decision::Act(Step::ReadDeclared("app-1".into()));
        assert_eq!(decided(&more(consent), &found), reads);
    }
}

#[test]
fn once_waits_for_a_person_and_says_what_is_new_by_name() {
    let wanted = more(Consent::Once);
    assert_eq!(decided(&wanted, &outdated()), not_granted());
    let message = told(&wanted, &outdated());
    assert!(message.contains("consented to: + p2 (client)."), "{message}");
    assert!(message.contains("oauthregistrar.io/consent"), "{message}");
    let fewer = after(
        at_rest(),
        [Fact::Found(Some(there("outdated", &["p1"]))), declares(&[])],
    );
    assert!(told(&wanted, &fewer).contains("- devices:read (client)."));
}

#[test]
fn a_new_request_consents_and_one_that_was_served_does_not() {
    let asked = |value: &str| Wanted {
        consent_request: Some(value.into()),
        ..more(Consent::Once)
    };
    let mut served = outdated();
    served.told.consent_request = Some("1".into());
    assert_eq!(decided(&asked("1"), &served), not_granted());
    assert_eq!(decided(&asked("2"), &served), reconsents(&["p1", "p2"]));
}

#[test]
fn a_request_with_nothing_to_consent_to_is_served_by_looking() {
    let asked = Wanted {
        consent_request: Some("1".into()),
        ..wanted()
    };
    let reads = Decision::Act(Step::ReadInstallation("app-1".into()));
    assert_eq!(decided(&asked, &at_rest()), reads);
    let found = Fact::Found(Some(there("ok", &["p1"])));
    let seen = after(at_rest(), [found, Fact::Proved(Proof::Works)]);
    assert_eq!(decided(&asked, &seen), Decision::Converged);
}

#[test]
fn always_consents_and_proves_again() {
    let wanted = more(Consent::Always);
    assert_eq!(decided(&wanted, &outdated()), reconsents(&["p1", "p2"]));
    let consented = after(outdated(), [Fact::Consented(there("ok", &["p1", "p2"]))]);
    assert_eq!(decided(&wanted, &consented), Decision::Act(Step::Prove));
    let proved = after(consented, [Fact::Proved(Proof::Works)]);
    assert_eq!(decided(&wanted, &proved), Decision::Converged);
}

#[test]
fn a_consent_that_changes_nothing_is_not_sent_again_and_again() {
    let consented = after(outdated(), [Fact::Consented(there("outdated", &["p1", "p2"]))]);
    let looked_at_later = refuses(Stage::SecretPublished, Reason::Reconciling);
    assert_eq!(decided(&more(Consent::Always), &consented), looked_at_later);
}

#[test]
fn what_is_listed_is_consented_to_only_if_it_is_what_is_declared() {
    let listed = |ids: &[&str]| more(Consent::Listed(permissions(ids)));
    assert_eq!(decided(&listed(&["p1", "p2"]), &outdated()), reconsents(&["p1", "p2"]));
    assert_eq!(decided(&listed(&["p1"]), &outdated()), not_granted());
    let message = told(&listed(&["p2", "p3"]), &outdated());
    assert!(
        message.contains("lists: + devices:read (client), - p3 (client)."),
        "{message}"
    );
}

#[test]
fn a_list_is_held_against_the_declaration_before_the_tenant_installs() {
    let listed = |ids: &[&str]| Wanted {
        consent: Consent::Listed(permissions(ids)),
        ..wanted()
    };
    let seen = after(begun(), [Fact::Allowed("north".into()), declares(&["p1"])]);
    assert_eq!(decided(&listed(&[]), &seen), not_granted());
    let installs = Decision::Act(Step::Install("app-1".into(), permissions(&["p1"])));
    assert_eq!(decided(&listed(&["p1"]), &seen), installs);
}

#[test]
fn an_installation_that_is_gone_is_installed_anew() {
    let gone = after(at_rest(), [Fact::Found(None)]);
    let reads = Decision::Act(Step::ReadDeclared("app-1".into()));
    assert_eq!(decided(&more(Consent::Once), &gone), reads);
    let same = after(gone.clone(), [declares(&["p1"])]);
    let installs = |ids: &[&str]| Decision::Act(Step::Install("app-1".into(), permissions(ids)));
    assert_eq!(decided(&more(Consent::Once), &same), installs(&["p1"]));
    let more_by_now = after(gone, [declares(&["p1", "p2"])]);
    assert_eq!(decided(&more(Consent::Once), &more_by_now), not_granted());
    assert!(told(&more(Consent::Once), &more_by_now).contains("It is not installed."));
    assert_eq!(decided(&more(Consent::Always), &more_by_now), installs(&["p1", "p2"]));
    let asked = Wanted {
        consent_request: Some("yes".into()),
        ..more(Consent::Once)
    };
    assert_eq!(decided(&asked, &more_by_now), installs(&["p1", "p2"]));
}
