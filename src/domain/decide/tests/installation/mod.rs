//! The table of a tenant's installation.

mod consent;
mod farewell;
mod plain;
mod secret;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::conditions::Reason;
use crate::domain::decide::installation::{Decision, decide};
use crate::domain::decide::{Recheck, Stage, Trouble};
use crate::domain::failure::{Class, Failure};
use crate::domain::installation::{
    Consent, Declared, Doing, Fact, Farewell, SecretSeen, Seen, Step, Told, Wanted, Wish,
};
use crate::domain::observed::scene::{NOW, row};
use crate::domain::port::{Availability, Installation, Proof};
use crate::domain::registration::Permissions;

/// A new installation.
fn seen() -> Seen {
    Seen {
        now: NOW,
        jitter: 0.0,
        failures: 0,
        has_finalizer: false,
        begun_before: false,
        told: Told::default(),
        suspected: false,
        consents: None,
        row: None,
        allowed_now: false,
        declared: None,
        consented: false,
        installed: None,
        already: false,
        gone: false,
        proof: None,
        availability: None,
        secret: SecretSeen::Unread,
        secret_hint: None,
        uninstalled: false,
        disallowed: false,
        released: false,
        disowned: false,
        stale: false,
        failure: None,
    }
}

fn wanted() -> Wanted {
    Wanted {
        application_id: "app-1".into(),
        row: row("t1", "north"),
        row_of_application: false,
        declares: None,
        consent: Consent::Once,
        consent_request: None,
        secret: None,
    }
}

/// The application declares these for itself; the platform has a readable name for `p1`.
fn declares(ids: &[&str]) -> Fact {
    Fact::Declared(Declared {
        permissions: permissions(ids),
        refused: None,
        names: [("p1".into(), "devices:read".to_owned())].into(),
    })
}

fn permissions(client: &[&str]) -> Permissions {
    Permissions {
        client: client.iter().map(|id| (*id).into()).collect(),
        ..Permissions::default()
    }
}

fn farewell() -> Farewell {
    Farewell {
        application_id: Some("app-1".into()),
        tenant_id: "t1".into(),
        row_wanted: false,
        orphan: false,
        secret: false,
    }
}

/// With the finalizer on it.
fn begun() -> Seen {
    let has_finalizer = true;
    Seen {
        has_finalizer,
        ..seen()
    }
}

fn after(mut seen: Seen, facts: impl IntoIterator<Item = Fact>) -> Seen {
    facts.into_iter().for_each(|fact| seen.learn(fact));
    seen
}

fn allowed() -> Seen {
    after(begun(), [Fact::Allowed("north".into())])
}

fn there() -> Installation {
    Installation {
        status: "ok".into(),
        permissions: Permissions::default(),
        created_at: String::new(),
    }
}

fn installed() -> Seen {
    after(allowed(), [Fact::Installed(there())])
}

fn decided(seen: &Seen) -> Decision {
    decided_for(wanted(), seen)
}

fn decided_for(wanted: Wanted, seen: &Seen) -> Decision {
    silent(decide(&Wish::Present(wanted), seen))
}

fn parting(farewell: Farewell, seen: &Seen) -> Decision {
    silent(decide(&Wish::Absent(farewell), seen))
}

fn silent(decision: Decision) -> Decision {
    let silent = |trouble: Trouble| Trouble::new(trouble.stage, trouble.reason, "");
    match decision {
        Decision::Wait(until, trouble) => Decision::Wait(until, silent(trouble)),
        Decision::Refuse(trouble, recheck) => Decision::Refuse(silent(trouble), recheck),
        other => other,
    }
}

fn allows() -> Decision {
    Decision::Act(Step::Allow("app-1".into(), row("t1", "north")))
}

fn refuses(stage: Stage, reason: Reason) -> Decision {
    Decision::Refuse(Trouble::new(stage, reason, ""), Recheck::Later)
}

#[test]
fn step_by_step_to_a_proof() {
    assert_eq!(decided(&seen()), Decision::Act(Step::Finalize));
    let seen = after(seen(), [Fact::Finalized]);
    assert_eq!(decided(&seen), allows());
    let seen = after(seen, [Fact::Allowed("north".into())]);
    assert_eq!(decided(&seen), Decision::Act(Step::ReadDeclared("app-1".into())));
    let seen = after(seen, [declares(&[])]);
    let installs = Step::Install("app-1".into(), Permissions::default());
    assert_eq!(decided(&seen), Decision::Act(installs));
    let seen = after(seen, [Fact::Installed(there())]);
    assert_eq!(seen.told.installed_by_us, Some(true));
    assert_eq!(decided(&seen), Decision::Act(Step::Prove));
    let seen = after(seen, [Fact::Proved(Proof::Works)]);
    assert_eq!(decided(&seen), Decision::Converged);
}

#[test]
fn at_rest_nothing_is_called() {
    let mut rest = begun();
    (rest.told.ready, rest.told.application_id) = (true, Some("app-1".into()));
    assert_eq!(decided(&rest), Decision::Converged);
    rest.has_finalizer = false;
    assert_eq!(decided(&rest), Decision::Act(Step::Finalize));
    rest.has_finalizer = true;
    rest.told.application_id = Some("app-0".into());
    assert_eq!(decided(&rest), allows());
}

#[test]
fn a_suspicion_looks_at_row_and_installation_and_sends_what_is_missing() {
    let mut seen = begun();
    (seen.told.ready, seen.told.application_id) = (true, Some("app-1".into()));
    (seen.told.allowed_by_us, seen.told.comment) = (Some(true), Some("north".into()));
    (seen.told.consent, seen.suspected) = (Some(Permissions::default()), true);
    let reads = Decision::Act(Step::ReadRow("app-1".into(), "t1".into()));
    assert_eq!(decided(&seen), reads);
    for other in [None, Some(row("t1", "south"))] {
        let lost = after(seen.clone(), [Fact::RowRead(other)]);
        assert_eq!(decided(&lost), allows());
        let sent = after(lost, [Fact::Allowed("north".into())]);
        assert_eq!(decided(&sent), Decision::Act(Step::ReadInstallation("app-1".into())));
    }
    let seen = after(seen, [Fact::RowRead(Some(row("t1", "north")))]);
    assert_eq!(decided(&seen), Decision::Act(Step::ReadInstallation("app-1".into())));
    let there = after(seen.clone(), [Fact::Found(Some(there()))]);
    assert_eq!(decided(&there), Decision::Act(Step::Prove));
    let gone = after(seen, [Fact::Found(None)]);
    assert!(gone.gone);
    assert_eq!(decided(&gone), Decision::Act(Step::ReadDeclared("app-1".into())));
}

#[test]
fn the_row_of_the_application_is_the_one_that_counts() {
    let row_of_application = true;
    let wanted = Wanted {
        row_of_application,
        ..wanted()
    };
    assert_eq!(
        decided_for(wanted, &begun()),
        Decision::Act(Step::ReadDeclared("app-1".into()))
    );
}

#[test]
fn another_comment_is_sent() {
    let mut other = after(begun(), [Fact::Allowed("south".into())]);
    other.allowed_now = false;
    assert_eq!(decided(&other), allows());
}

#[test]
fn for_another_application_the_tenant_is_allowed_anew_and_once() {
    let mut moved = allowed();
    moved.told.application_id = Some("app-0".into());
    moved.allowed_now = false;
    assert_eq!(decided(&moved), allows());
    let sent = after(moved, [Fact::Allowed("north".into())]);
    assert_eq!(decided(&sent), Decision::Act(Step::ReadDeclared("app-1".into())));
}

#[test]
fn a_consent_that_is_not_granted_is_refused() {
    let refused = Some("why".into());
    let declared = Declared {
        permissions: Permissions::default(),
        refused,
        names: BTreeMap::new(),
    };
    let refused = after(allowed(), [Fact::Declared(declared)]);
    assert_eq!(decided(&refused), refuses(Stage::Accepted, Reason::NotGranted));
}

#[test]
fn an_installation_found_there_is_looked_at_and_kept() {
    let already = after(allowed(), [declares(&[]), Fact::Already]);
    assert_eq!(decided(&already), Decision::Act(Step::ReadInstallation("app-1".into())));
    let found = after(already, [Fact::Found(Some(there()))]);
    assert_eq!(decided(&found), Decision::Act(Step::Prove));
    assert_eq!(found.told.installed_by_us, Some(false), "it was there before us");
}

#[test]
fn an_installation_found_after_a_lost_answer_is_taken_for_ours() {
    let mut begun_before = after(allowed(), [Fact::Already]);
    begun_before.begun_before = true;
    let found = after(begun_before, [Fact::Found(Some(there()))]);
    assert_eq!(found.told.installed_by_us, Some(true));
}

#[test]
fn an_installation_that_is_not_there_after_all_is_installed() {
    let gone = after(allowed(), [Fact::Already, Fact::Found(None)]);
    assert_eq!(decided(&gone), Decision::Act(Step::ReadDeclared("app-1".into())));
    assert_eq!(gone.told.installed_by_us, None);
}

#[test]
fn a_proof_that_fails_is_looked_at_again() {
    let not_ready = refuses(Stage::CredentialsVerified, Reason::ApplicationNotReady);
    for proof in [Proof::WrongSecret, Proof::UnknownClient] {
        assert_eq!(decided(&after(installed(), [Fact::Proved(proof)])), not_ready);
    }
}

#[test]
fn when_the_tenant_is_refused_the_platform_is_asked_why_and_its_word_is_passed_on() {
    let refused = || after(installed(), [Fact::Proved(Proof::TenantRefused)]);
    let asks = Decision::Act(Step::ReadAvailability("app-1".into()));
    assert_eq!(decided(&refused()), asks);
    let message = |availability| {
        let seen = after(refused(), [Fact::AvailabilityRead(availability)]);
        match decide(&Wish::Present(wanted()), &seen) {
            Decision::Refuse(trouble, Recheck::Later) => trouble.message,
            other => panic!("nothing is told: {other:?}"),
        }
    };
    assert!(message(Availability::Suspended).contains("APP_INACTIVE"));
    assert!(message(Availability::Deleted).contains("APP_DELETED"));
    assert!(
        message(Availability::Denied).contains("APP_DENIED"),
        "it was allowed just now"
    );
    assert!(message(Availability::Other("APP_UNKNOWN".into())).contains("says APP_UNKNOWN"));
    assert!(message(Availability::Available).contains("although"));
}

#[test]
fn a_tenant_that_is_not_allowed_any_more_is_allowed_again_once_and_proved() {
    let mut denied = installed();
    denied.allowed_now = false;
    let denied = after(
        denied,
        [
            Fact::Proved(Proof::TenantRefused),
            Fact::AvailabilityRead(Availability::Denied),
        ],
    );
    assert_eq!(decided(&denied), allows());
    let again = after(denied, [Fact::Allowed("north".into())]);
    assert_eq!(decided(&again), Decision::Act(Step::Prove));
}

#[test]
fn a_stale_view_is_not_judged() {
    let stale = || after(begun(), [Fact::Stale]);
    assert_eq!(decided(&stale()), Decision::Stale);
    assert_eq!(parting(farewell(), &stale()), Decision::Stale);
}

#[test]
fn a_failure_decides_by_its_class() {
    let failed = |doing, class| after(begun(), [Fact::Failed(doing, Failure::new(class, "why"))]);
    let waits = |stage, reason| Decision::Wait(NOW + Duration::from_secs(2), Trouble::new(stage, reason, ""));
    for (class, expected) in [
        (
            Class::Transient,
            waits(Stage::SecretPublished, Reason::PlatformUnreachable),
        ),
        (
            Class::Ambiguous,
            waits(Stage::SecretPublished, Reason::PlatformUnreachable),
        ),
        (
            Class::RateLimited(None),
            waits(Stage::SecretPublished, Reason::RateLimited),
        ),
        (
            Class::Unauthorized,
            refuses(Stage::SecretPublished, Reason::PlatformUnauthorized),
        ),
        (
            Class::Forbidden,
            refuses(Stage::SecretPublished, Reason::PlatformForbidden),
        ),
        (
            Class::NotFound,
            refuses(Stage::SecretPublished, Reason::ApplicationNotReady),
        ),
        (Class::Conflict, refuses(Stage::SecretPublished, Reason::InvalidSpec)),
        (Class::Invalid, refuses(Stage::SecretPublished, Reason::InvalidSpec)),
    ] {
        assert_eq!(decided(&failed(Doing::Installing, class)), expected, "{class:?}");
        assert_eq!(
            parting(farewell(), &failed(Doing::Installing, class)),
            expected,
            "{class:?}"
        );
    }
    let unreachable = |stage| waits(stage, Reason::PlatformUnreachable);
    let allowing = failed(Doing::Allowing, Class::Transient);
    assert_eq!(decided(&allowing), unreachable(Stage::Registered));
    let proving = failed(Doing::Proving, Class::Transient);
    assert_eq!(decided(&proving), unreachable(Stage::CredentialsVerified));
}
