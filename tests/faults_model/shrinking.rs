//! A life that fails is made smaller, and still fails.

use oauth_registrar::domain::rules::Rules;

use crate::model::broken::Broken;
use crate::model::classes;
use crate::model::seeded::life::live;
use crate::model::seeded::plan::{Chapter, Deed, Plan, Strike};
use crate::model::seeded::shrink::shrink;

const SIZE: usize = 3;

/// A life with much in it, most of which does no harm.
fn long_life() -> Plan {
    let chapter = |deed, after| Chapter {
        deed,
        after,
        strikes: vec![(0, Strike::Echo), (2, Strike::Stale(2, 1)), (5, Strike::HoldBack(3))],
    };
    Plan {
        seed: 1,
        class: classes::all()[0],
        processes: 2,
        neighbours: 3,
        name_taken: false,
        chapters: vec![
            chapter(Deed::Create, None),
            chapter(Deed::Describe, Some(4)),
            chapter(Deed::Resync, None),
            chapter(Deed::Rename, None),
        ],
    }
}

#[test]
fn of_a_planted_fault_only_what_it_needs_is_left() {
    let fails = |plan: &Plan| {
        let broken = live(plan, Rules::FIXED, Broken::SecretAfterStatus);
        broken.verdict.is_err()
    };
    let plan = long_life();
    assert!(fails(&plan));
    let smallest = shrink(&plan, fails);
    assert!(fails(&smallest));
    assert_eq!(
        (smallest.size(), smallest.processes, smallest.neighbours),
        (1, 1, 1),
        "{smallest}"
    );
}

#[test]
fn what_the_fault_needs_stays() {
    let needs = |plan: &Plan| plan.has(Deed::Rename) && plan.chapters.iter().any(|c| !c.strikes.is_empty());
    let smallest = shrink(&long_life(), needs);
    assert!(needs(&smallest), "{smallest}");
    assert_eq!(smallest.size(), SIZE, "{smallest}");
}

#[test]
fn a_life_without_fault_is_left_as_it_is() {
    assert_eq!(shrink(&long_life(), |_| false), long_life());
}
