//! From a life that fails to a smaller one that fails as well.

use std::time::Duration;

use super::plan::{Plan, Strike};
use crate::model::blow::Blow;

/// The smallest life that still fails, of those that one more step makes smaller.
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut smallest = plan.clone();
    while let Some(smaller) = smaller(&smallest).into_iter().find(|plan| fails(plan)) {
        smallest = smaller;
    }
    smallest
}

/// Lives that are a step smaller, the much smaller ones first.
fn smaller(plan: &Plan) -> Vec<Plan> {
    let with = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        other
    };
    let mut all = vec![
        with(&|p| p.chapters.truncate(p.chapters.len().div_ceil(2))),
        with(&|p| p.processes = 1),
        with(&|p| p.neighbours = 1),
        with(&|p| p.name_taken = false),
    ];
    for at in 0..plan.chapters.len() {
        if at > 0 {
            all.push(with(&|p| drop(p.chapters.remove(at))));
        }
        let strikes = plan.chapters[at].strikes.len();
        all.push(with(&|p| p.chapters[at].strikes.truncate(strikes / 2)));
        all.push(with(&|p| drop(p.chapters[at].strikes.drain(..strikes.div_ceil(2)))));
        for strike in 0..strikes {
            all.push(with(&|p| _ = p.chapters[at].strikes.remove(strike)));
            all.push(with(&|p| simplify(&mut p.chapters[at].strikes[strike].1)));
        }
        all.push(with(&|p| p.chapters[at].after = None));
    }
    all.retain(|other| other != plan);
    all
}

/// The same kind of strike, easier to read.
fn simplify(strike: &mut Strike) {
    match strike {
        Strike::Blow(Blow::CutUnderWay(requests) | Blow::Delay(requests)) => *requests = usize::MAX,
        Strike::HoldBack(times) => *times = times.div_ceil(2),
        Strike::Stale(behind, times) => (*behind, *times) = (behind.div_ceil(2), 1),
        Strike::Slow(time) | Strike::SecretWatchLags(time) => *time = Duration::from_secs(1).min(*time),
        _ => {}
    }
}
