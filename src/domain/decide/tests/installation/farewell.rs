//! An installation that goes: access ends first, and only what this resource did is undone.

use super::{after, allowed, begun, farewell, installed, parting, seen};
use crate::domain::decide::installation::Decision;
use crate::domain::installation::{Fact, Farewell, Step};

#[test]
fn access_ends_first_then_the_row_then_the_finalizer() {
    assert_eq!(
        parting(farewell(), &installed()),
        Decision::Act(Step::Uninstall("app-1".into()))
    );
    let seen = after(installed(), [Fact::Uninstalled]);
    let disallows = Step::Disallow("app-1".into(), "t1".into());
    assert_eq!(parting(farewell(), &seen), Decision::Act(disallows));
    let seen = after(seen, [Fact::Disallowed]);
    assert_eq!(parting(farewell(), &seen), Decision::Act(Step::Release));
    let seen = after(seen, [Fact::Released]);
    assert_eq!(parting(farewell(), &seen), Decision::Converged);
}

#[test]
fn what_was_there_before_us_stays() {
    let mut seen = allowed();
    seen.told.installed_by_us = Some(false);
    let disallows = Step::Disallow("app-1".into(), "t1".into());
    assert_eq!(parting(farewell(), &seen), Decision::Act(disallows));
    seen.told.allowed_by_us = Some(false);
    assert_eq!(parting(farewell(), &seen), Decision::Act(Step::Release));
}

#[test]
fn what_is_not_told_may_have_been_done_and_is_undone() {
    assert_eq!(
        parting(farewell(), &begun()),
        Decision::Act(Step::Uninstall("app-1".into()))
    );
    let uninstalled = after(begun(), [Fact::Uninstalled]);
    let disallows = Step::Disallow("app-1".into(), "t1".into());
    assert_eq!(parting(farewell(), &uninstalled), Decision::Act(disallows));
}

#[test]
fn a_row_that_somebody_still_wants_stays() {
    let row_wanted = true;
    let farewell = Farewell {
        row_wanted,
        ..farewell()
    };
    let uninstalled = after(installed(), [Fact::Uninstalled]);
    assert_eq!(parting(farewell, &uninstalled), Decision::Act(Step::Release));
}

#[test]
fn with_the_application_gone_there_is_nothing_to_undo() {
    let application_id = None;
    let farewell = Farewell {
        application_id,
        ..farewell()
    };
    assert_eq!(parting(farewell, &installed()), Decision::Act(Step::Release));
}

#[test]
fn without_our_finalizer_there_is_nothing_to_do() {
    assert_eq!(parting(farewell(), &seen()), Decision::Converged);
}

#[test]
fn with_a_client_that_is_left_there_its_installations_are() {
    let orphan = true;
    let farewell = || Farewell { orphan, ..farewell() };
    assert_eq!(parting(farewell(), &installed()), Decision::Act(Step::Release));
    assert_eq!(parting(farewell(), &begun()), Decision::Act(Step::Release));
    assert_eq!(parting(farewell(), &seen()), Decision::Converged);
    let secret = true;
    let with_secret = || Farewell { secret, ..farewell() };
    assert_eq!(parting(with_secret(), &installed()), Decision::Act(Step::Disown));
    let disowned = after(installed(), [Fact::Disowned]);
    assert_eq!(parting(with_secret(), &disowned), Decision::Act(Step::Release));
}
