//! A platform that installs without consent: no rule about consent holds, and what cannot be kept to is refused.

use super::{after, allowed, begun, decided_for, declares, permissions, refuses, seen, there, wanted};
use crate::api::conditions::Reason;
use crate::domain::decide::Stage;
use crate::domain::decide::installation::Decision;
use crate::domain::installation::{Consent, Declared, Fact, Seen, Step, Wanted};
use crate::domain::port::Proof;
use crate::domain::registration::Permissions;

fn plain(seen: Seen) -> Seen {
    Seen {
        consents: Some(false),
        ..seen
    }
}

/// The application declares permissions, of which this platform asks nobody.
fn declaring(consent: Consent) -> Wanted {
    Wanted {
        declares: Some(permissions(&["p1"])),
        consent,
        consent_request: Some("please".into()),
        ..wanted()
    }
}

fn installs() -> Decision {
    Decision::Act(Step::Install("app-1".into(), Permissions::default()))
}

#[test]
fn it_is_installed_without_a_word_about_permissions() {
    let reads = Decision::Act(Step::ReadDeclared("app-1".into()));
    let seen = plain(allowed());
    for consent in [Consent::Once, Consent::Always] {
        let wanted = || declaring(consent.clone());
        assert_eq!(decided_for(wanted(), &seen), reads);
        let asked = after(seen.clone(), [declares(&[])]);
        assert_eq!(decided_for(wanted(), &asked), installs());
        let there = after(asked, [Fact::Installed(there())]);
        assert_eq!(decided_for(wanted(), &there), Decision::Act(Step::Prove));
        let proved = after(there, [Fact::Proved(Proof::Works)]);
        assert_eq!(decided_for(wanted(), &proved), Decision::Converged);
    }
}

#[test]
fn a_list_is_refused_before_anything_is_done_and_also_when_it_is_found_out_late() {
    let refused = refuses(Stage::Accepted, Reason::UnsupportedByPlatform);
    let listed = || declaring(Consent::Listed(permissions(&["p1"])));
    assert_eq!(decided_for(listed(), &plain(seen())), refused);
    assert_eq!(
        decided_for(listed(), &plain(after(allowed(), [declares(&[])]))),
        refused
    );
    assert_eq!(decided_for(listed(), &seen()), Decision::Act(Step::Finalize));
}

#[test]
fn without_a_grant_of_any_permission_nothing_is_installed() {
    let declared = Declared {
        permissions: Permissions::default(),
        refused: Some("why".into()),
        names: std::collections::BTreeMap::new(),
    };
    let seen = plain(after(allowed(), [Fact::Declared(declared)]));
    let refused = refuses(Stage::Accepted, Reason::NotGranted);
    assert_eq!(decided_for(declaring(Consent::Once), &seen), refused);
}

#[test]
fn at_rest_neither_declared_permissions_nor_a_request_for_consent_wake_it() {
    let mut rest = begun();
    (rest.told.ready, rest.told.application_id) = (true, Some("app-1".into()));
    rest.told.installed_by_us = Some(true);
    // Also when nobody has found out the contract again since the process began.
    for consents in [None, Some(false)] {
        rest.consents = consents;
        assert_eq!(decided_for(declaring(Consent::Once), &rest), Decision::Converged);
    }
}

#[test]
fn a_suspicion_looks_at_what_was_installed_and_what_is_gone_is_installed_again() {
    let mut seen = plain(allowed());
    (seen.told.application_id, seen.told.installed_by_us) = (Some("app-1".into()), Some(true));
    seen.suspected = true;
    let reads = Decision::Act(Step::ReadInstallation("app-1".into()));
    assert_eq!(decided_for(declaring(Consent::Once), &seen), reads);
    let gone = after(seen, [Fact::Found(None)]);
    assert!(gone.gone);
    let asked = after(gone, [declares(&[])]);
    assert_eq!(decided_for(declaring(Consent::Once), &asked), installs());
}
