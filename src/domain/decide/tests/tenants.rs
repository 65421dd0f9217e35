//! The rows of allowed tenants: what the spec wants is sent, what this resource sent and nobody wants is taken back.

use super::{acts, decided_for, looks};
use crate::domain::decide::Decision;
use crate::domain::observed::Seen;
use crate::domain::observed::scene::{row, seen, wanted};
use crate::domain::registration::{AllowedTenant, Registration};
use crate::domain::step::{Fact, Look, Step};
use crate::domain::wish::Wanted;

fn wants(rows: &[AllowedTenant]) -> Wanted {
    let registration = Registration {
        allowed_tenants: rows.to_vec(),
        ..wanted().registration
    };
    Wanted {
        registration,
        ..wanted()
    }
}

/// The spec changed, the members are as wanted; this resource allowed these tenants.
fn allowed_by_us(tenants: &[&str]) -> Seen {
    let seen = seen().with_claim(1).told("app-1", 1).with_our_secret("app-1", 1);
    let mut seen = seen.changed().with_client("app-1");
    seen.allowed_by_us = tenants.iter().map(|t| (*t).into()).collect();
    seen
}

fn there(mut seen: Seen, rows: &[AllowedTenant]) -> Seen {
    seen.learn(Fact::AllowedRead(rows.to_vec()));
    seen
}

fn allows(row: AllowedTenant) -> Decision {
    acts(Step::Allow("app-1".into(), row))
}

#[test]
fn without_rows_nothing_is_looked_at() {
    assert_eq!(decided_for(wants(&[]), &allowed_by_us(&[])), Decision::Converged);
}

#[test]
fn rows_are_compared_with_those_at_the_platform() {
    let look = looks(Look::Allowed("app-1".into()));
    assert_eq!(decided_for(wants(&[row("t1", "north")]), &allowed_by_us(&[])), look);
    assert_eq!(decided_for(wants(&[]), &allowed_by_us(&["t1"])), look);
}

#[test]
fn a_missing_row_and_a_row_with_another_comment_are_sent() {
    let wants = || wants(&[row("t1", "north")]);
    let seen = || allowed_by_us(&["t1"]);
    assert_eq!(decided_for(wants(), &there(seen(), &[])), allows(row("t1", "north")));
    let other_comment = there(seen(), &[row("t1", "south")]);
    assert_eq!(decided_for(wants(), &other_comment), allows(row("t1", "north")));
    assert_eq!(
        decided_for(wants(), &there(seen(), &[row("t1", "north")])),
        Decision::Converged
    );
}

#[test]
fn a_wanted_row_that_somebody_else_sent_is_sent_too_so_that_it_is_recorded() {
    let seen = there(allowed_by_us(&[]), &[row("t1", "north")]);
    assert_eq!(
        decided_for(wants(&[row("t1", "north")]), &seen),
        allows(row("t1", "north"))
    );
}

#[test]
fn a_row_is_sent_once_although_the_platform_does_not_show_it() {
    let mut seen = there(allowed_by_us(&[]), &[]);
    seen.learn(Fact::Allowed("t1".into()));
    let seen = there(seen, &[]);
    assert_eq!(decided_for(wants(&[row("t1", "north")]), &seen), Decision::Converged);
}

#[test]
fn a_row_of_ours_that_is_not_wanted_any_more_is_taken_back() {
    let seen = there(allowed_by_us(&["t1", "t2"]), &[row("t1", ""), row("t2", "")]);
    let takes_back = acts(Step::Disallow("app-1".into(), "t2".into()));
    assert_eq!(decided_for(wants(&[row("t1", "")]), &seen), takes_back);
}

#[test]
fn a_row_that_somebody_else_sent_is_left_alone() {
    let seen = there(allowed_by_us(&["t1"]), &[row("t1", ""), row("t9", "by hand")]);
    assert_eq!(decided_for(wants(&[row("t1", "")]), &seen), Decision::Converged);
}

#[test]
fn a_row_that_a_live_installation_wants_is_left_alone() {
    let installed_tenants = vec!["t2".into()];
    let wanted = Wanted {
        installed_tenants,
        ..wants(&[])
    };
    let seen = there(allowed_by_us(&["t2"]), &[row("t2", "")]);
    assert_eq!(decided_for(wanted, &seen), Decision::Converged);
}
