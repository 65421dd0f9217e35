//! Deletions that do not wait for ever: what is waited for up to the bound, and what goes on record then.

use std::time::Duration;

use super::{acts, looks, refuses, silent};
use crate::api::conditions::Reason;
use crate::domain::claim::Found;
use crate::domain::decide::{Decision, Recheck, Stage, Trouble};
use crate::domain::failure::{Class, Failure};
use crate::domain::marker::Marker;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{NOW, ago, marked, seen};
use crate::domain::orphan::{Bound, Orphan};
use crate::domain::step::{Doing, Fact, Look, SecretSeen, Step};
use crate::domain::wish::{Farewell, Wish};

const AT: Duration = Duration::from_secs(1);

fn farewell() -> Farewell {
    Farewell {
        orphan: false,
        secret_name: "billing-sync".into(),
        leaving: 0,
        remaining: vec![],
    }
}

fn told(farewell: Farewell, seen: &Seen) -> Decision {
    crate::domain::decide::application::decide(&Wish::Absent(farewell), seen)
}

fn decided(seen: &Seen) -> Decision {
    silent(told(farewell(), seen))
}

/// All was well with it, and the platform is away.
fn away() -> Seen {
    let seen = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    seen.failing(Doing::Reading, Class::Transient)
}

fn bounded(mut seen: Seen, at: Duration) -> Seen {
    let told = "2026-01-01T01:00:00Z".to_owned();
    seen.bound = Bound::At { at, told };
    seen
}

fn passed(seen: Seen) -> Seen {
    bounded(seen, NOW)
}

fn records(seen: &Seen) -> Vec<Orphan> {
    match told(farewell(), seen) {
        Decision::Act(Step::Record(orphans)) => orphans,
        other => panic!("not put on record: {other:?}"),
    }
}

fn ids(orphans: &[Orphan]) -> Vec<&str> {
    let clients = orphans.iter().filter_map(|orphan| orphan.client.as_ref());
    clients.map(|client| client.application_id.0.as_str()).collect()
}

fn elsewhere() -> Seen {
    let mut seen = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    seen.platform.identity.owner = "another tenant".into();
    seen
}

#[test]
fn how_long_is_waited_is_asked_when_something_stands_in_the_way() {
    for mut seen in [away(), elsewhere()] {
        seen.bound = Bound::Unread;
        assert_eq!(decided(&seen), looks(Look::Bound));
    }
    let mut well = seen().with_claim(1).told("app-1", 1);
    well.bound = Bound::Unread;
    assert_eq!(decided(&well), looks(Look::Secret), "nothing stands in the way");
}

#[test]
fn a_wait_ends_at_the_bound_and_says_what_happens_then() {
    let until = |decision| match decision {
        Decision::Wait(until, trouble) => (until, trouble),
        other => panic!("{other:?}"),
    };
    let (time, trouble) = until(told(farewell(), &bounded(away(), NOW + AT)));
    assert_eq!(time, NOW + AT);
    assert!(
        trouble.message.contains("goes at 2026-01-01T01:00:00Z"),
        "{}",
        trouble.message
    );
    let (time, _) = until(told(farewell(), &bounded(away(), NOW + 99 * AT)));
    assert_eq!(time, NOW + Duration::from_secs(2), "the next try comes first");
    let refused = told(farewell(), &bounded(elsewhere(), NOW + AT));
    let Decision::Refuse(Trouble { message, .. }, recheck) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(recheck, Recheck::By(NOW + AT));
    assert!(message.contains("orphans"), "{message}");
}

#[test]
fn once_the_bound_is_passed_the_client_goes_on_record_and_then_the_finalizer() {
    for class in [
        Class::Transient,
        Class::RateLimited(None),
        Class::Unauthorized,
        Class::Forbidden,
        Class::Invalid,
        Class::NotFound,
    ] {
        let mut seen = passed(away());
        seen.failure = seen
            .failure
            .map(|(doing, failure)| (doing, Failure { class, ..failure }));
        let orphans = records(&seen);
        assert_eq!((ids(&orphans), orphans.len()), (vec!["app-1"], 1), "{class:?}");
        let Orphan {
            client,
            marker,
            scan,
            identity,
            ..
        } = &orphans[0];
        assert!(
            client
                .as_ref()
                .is_some_and(|client| client.told && client.client_id.is_some())
        );
        assert_eq!((marker, *scan), (&marked().marker, false));
        let here = seen.platform.identity.clone();
        assert_eq!(*identity, Some((here.issuer, here.owner.0)));
        seen.learn(Fact::Recorded(orphans));
        assert_eq!(decided(&seen), acts(Step::Release));
        seen.stale = true;
        assert_eq!(decided(&seen), Decision::Stale);
    }
}

#[test]
fn a_client_whose_resource_says_where_is_recorded_there_and_not_where_the_platform_is_now() {
    let orphans = records(&passed(elsewhere()));
    assert_eq!(ids(&orphans), ["app-1"]);
    assert_eq!(orphans[0].identity, elsewhere().told.identity);
}

#[test]
fn what_the_secret_names_is_read_before_it_is_left() {
    let mut unread = passed(elsewhere());
    unread.secret = SecretSeen::Unread;
    assert_eq!(decided(&unread), looks(Look::Secret));
    let both = seen().with_claim(2).told("app-2", 2).with_our_secret("app-1", 1);
    let orphans = records(&passed(both.failing(Doing::Reading, Class::Transient)));
    assert_eq!(ids(&orphans), ["app-1", "app-2"]);
    let told: Vec<bool> = orphans.iter().filter_map(|o| Some(o.client.as_ref()?.told)).collect();
    assert_eq!(told, [false, true], "a user could have written the one in the Secret");
}

#[test]
fn a_client_that_is_known_to_be_gone_is_not_left_behind() {
    let both = seen().with_claim(2).told("app-2", 2).with_our_secret("app-1", 1);
    let one = both.without_client("app-1").failing(Doing::Reading, Class::Transient);
    assert_eq!(ids(&records(&passed(one))), ["app-2"]);
}

#[test]
fn a_call_under_way_is_waited_out_before_anything_is_given_up() {
    let lost = || {
        let lost = seen().with_claim(1).with_no_secret();
        passed(lost.failing(Doing::Reading, Class::Transient))
    };
    assert_eq!(decided(&lost()), super::settles());
    let orphans = records(&lost().waited_out());
    assert_eq!((ids(&orphans).len(), orphans.len()), (0, 1));
    assert_eq!((&orphans[0].marker, orphans[0].scan), (&marked().marker, true));
}

#[test]
fn in_doubt_one_record_tells_the_known_client_and_that_there_may_be_another() {
    let open = seen()
        .with_claim(2)
        .open()
        .told("app-1", 1)
        .with_no_secret()
        .waited_out();
    let orphans = records(&passed(open.failing(Doing::Reading, Class::Transient)));
    assert_eq!((ids(&orphans), orphans[0].scan), (vec!["app-1"], true));
}

#[test]
fn a_restored_or_removed_claim_still_tells_the_marker() {
    let carried = |claim: Found| {
        let mut seen = passed(elsewhere());
        seen.claim = claim;
        records(&seen)[0].marker.clone()
    };
    let Found::Here(claim) = seen().with_claim(1).claim else {
        panic!("a claim");
    };
    let ours = Some(claim.marker("billing", "billing-sync"));
    assert_eq!(carried(Found::Carried(claim)), ours);
    assert!(carried(Found::Nothing).is_some());
}

#[test]
fn what_another_installation_claimed_is_let_go_without_a_record() {
    let mut seen = passed(elsewhere());
    seen.claim = Found::Elsewhere("other-cluster".into());
    assert_eq!(decided(&seen), acts(Step::Release));
}

#[test]
fn nothing_known_is_nothing_left() {
    let mut answered = seen().with_claim(1).by_us().answered().with_no_secret();
    answered = answered.failing(Doing::Reading, Class::Transient);
    assert_eq!(decided(&passed(answered)), acts(Step::Release));
}

#[test]
fn without_markers_lost_answers_are_counted() {
    let lost = |lost: u32| {
        let mut seen = seen().unmarked().with_claim(2).with_no_secret().waited_out();
        if let Found::Here(claim) = &mut seen.claim {
            claim.lost = lost;
        }
        seen
    };
    let orphans = records(&lost(2));
    assert_eq!(
        (orphans.len(), orphans[0].possible),
        (1, 3),
        "the last answer is lost, too"
    );
    assert!(orphans[0].marker.is_none() && !orphans[0].scan);
    let mut recorded = lost(2);
    recorded.learn(Fact::Recorded(orphans));
    assert_eq!(decided(&recorded), acts(Step::Release));
    assert_eq!(decided(&lost(0).by_us().answered()), acts(Step::Release));
}

#[test]
fn without_markers_a_known_client_is_left_by_its_id() {
    let seen = seen()
        .unmarked()
        .with_claim(1)
        .told("app-1", 1)
        .with_our_secret("app-9", 1);
    let orphans = records(&passed(seen.failing(Doing::Reading, Class::Transient)));
    assert_eq!(ids(&orphans), ["app-1"], "a user could have written the other");
    assert_eq!(orphans[0].marker, None);
}

#[test]
fn installations_that_cannot_leave_hold_their_application_up_to_the_bound() {
    let leaving = || Farewell {
        leaving: 1,
        ..farewell()
    };
    let well = || seen().with_claim(1).told("app-1", 1);
    let waits = refuses(Stage::Accepted, Reason::Reconciling, Recheck::By(NOW + AT));
    assert_eq!(silent(told(leaving(), &bounded(well(), NOW + AT))), waits);
    assert_eq!(
        silent(told(leaving(), &passed(well()))),
        looks(Look::Secret),
        "without the client there is nothing left to uninstall"
    );
    let remaining = Farewell {
        remaining: vec!["north".into()],
        ..farewell()
    };
    let remains = refuses(Stage::Accepted, Reason::InstallationsRemain, Recheck::OnChange);
    assert_eq!(
        silent(told(remaining, &passed(well()))),
        remains,
        "nobody deletes that one"
    );
}

#[test]
fn a_client_that_the_user_leaves_there_is_not_put_on_record() {
    let orphan = Farewell {
        orphan: true,
        ..farewell()
    };
    assert_eq!(silent(told(orphan.clone(), &passed(elsewhere()))), acts(Step::Disown));
    let mut seen = passed(away());
    seen.bound = Bound::Unread;
    assert!(matches!(told(orphan, &seen), Decision::Wait(..)));
}

#[test]
fn a_secret_that_may_not_be_read_any_more_is_replaced_by_a_scan() {
    let mut seen = seen().with_claim(1).told("app-1", 1);
    seen.learn(Fact::SecretHidden(ago(AT)));
    let resolved = seen.by_us().answered();
    assert_eq!(decided(&resolved), looks(Look::Scan));
    let scanned = resolved.scanned(&["app-2"]);
    assert_eq!(decided(&scanned), looks(Look::Client("app-1".into())));
}

#[test]
fn a_marker_is_recorded_only_where_the_platform_carries_one() {
    let marker: Option<Marker> = records(&passed(away()))[0].marker.clone();
    assert!(marker.is_some());
    assert!(records(&passed(away().unmarked()))[0].marker.is_none());
}
