//! Drift: what one pass over a platform's list makes worth a closer look, and when too much is gone to be believed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::port::Listed;
use super::registration::ApplicationId;

/// So many clients gone at once may still be somebody's clean-up.
const FEW: usize = 4;

/// What the last pass showed of each client that is ours.
#[derive(Clone, Debug, Default)]
pub struct Inventory(BTreeMap<ApplicationId, String>);

impl Inventory {
    /// Compares a pass with the one before: the clients of ours that changed since, were never listed before, or are gone.
    pub fn suspects<'a>(
        &mut self,
        ours: impl IntoIterator<Item = &'a ApplicationId>,
        listed: &[Listed],
    ) -> Vec<&'a ApplicationId> {
        let there: BTreeMap<_, _> = listed.iter().map(|c| (&c.application_id, &c.revision)).collect();
        let mut now = BTreeMap::new();
        let mut suspects = vec![];
        for id in ours {
            let revision = there.get(id).copied();
            if revision.is_none() || self.0.get(id) != revision {
                suspects.push(id);
            }
            now.extend(revision.map(|revision| (id.clone(), revision.clone())));
        }
        self.0 = now;
        suspects
    }
}

/// Whether it is this one's turn to be looked at in this pass, changed or not: in so many passes, everyone's once.
#[must_use]
pub fn takes_turn(uid: &str, pass: u64, passes: u64) -> bool {
    let passes = passes.max(1);
    spread(uid) % passes == pass % passes
}

/// Time to the first pass over the list of a platform after a start: between half of the interval and all of it, for each
/// platform its own, so that not all of them are passed over at once for ever.
#[must_use]
pub fn first_pass(uid: &str, interval: Duration) -> Duration {
    let share = u32::try_from(spread(uid) % 1024).unwrap_or_default();
    interval.saturating_sub(interval / 2048 * share)
}

/// FNV-1a: any spread will do, as long as it is always the same.
fn spread(uid: &str) -> u64 {
    uid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// How many of our clients a list lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absence {
    /// So many are gone,
    pub gone: usize,
    /// out of so many.
    pub ours: usize,
}

impl Absence {
    /// Counts.
    #[must_use]
    pub fn count<'a>(ours: impl IntoIterator<Item = &'a ApplicationId>, listed: &[Listed]) -> Self {
        let there: BTreeSet<_> = listed.iter().map(|c| &c.application_id).collect();
        ours.into_iter().fold(Self::default(), |count, id| Self {
            gone: count.gone + usize::from(!there.contains(id)),
            ours: count.ours + 1,
        })
    }

    /// More than a fifth, and more than a few: rather a platform restored from a backup, or a list that is not all of it,
    /// than so many people at work.
    #[must_use]
    pub fn is_mass(self) -> bool {
        self.gone > FEW && self.gone * 5 > self.ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observed::scene::listed;

    fn at(id: &str, revision: &str) -> Listed {
        Listed {
            revision: revision.into(),
            ..listed(id)
        }
    }

    fn ids(names: &[&str]) -> Vec<ApplicationId> {
        names.iter().map(|name| (*name).into()).collect()
    }

    #[test]
    fn what_is_new_changed_or_gone_is_suspicious_once() {
        let ours = ids(&["a", "b"]);
        let mut inventory = Inventory::default();
        let first = [at("a", "1"), at("b", "1"), at("somebody-else", "1")];
        assert_eq!(inventory.suspects(&ours, &first), ours.iter().collect::<Vec<_>>());
        assert!(inventory.suspects(&ours, &first).is_empty());
        let moved = [at("a", "2"), at("b", "1")];
        assert_eq!(inventory.suspects(&ours, &moved), [&ours[0]]);
        assert!(inventory.suspects(&ours, &moved).is_empty());
        assert_eq!(inventory.suspects(&ours, &moved[..1]), [&ours[1]]);
        assert_eq!(
            inventory.suspects(&ours, &moved[..1]),
            [&ours[1]],
            "as long as it is gone"
        );
    }

    #[test]
    fn in_a_round_of_passes_everyone_takes_one_turn() {
        for uid in ["uid-1", "uid-2", "c2b0"] {
            let turns = (0..96).filter(|pass| takes_turn(uid, *pass, 96)).count();
            assert_eq!(turns, 1, "{uid}");
        }
        assert!(takes_turn("uid-1", 7, 0), "with fewer passes than one, each is a turn");
    }

    #[test]
    fn the_first_passes_over_many_platforms_are_spread_over_half_of_the_interval() {
        let interval = Duration::from_secs(1000);
        let first = |n: u32| first_pass(&format!("6f1c{n:04}-9d2e-4b7a-8c55-2f60a1b3{n:04}"), interval).as_secs();
        let all: Vec<u64> = (0..100).map(first).collect();
        assert!(all.iter().all(|seconds| (500..=1000).contains(seconds)), "{all:?}");
        let within = |from, to| all.iter().filter(|seconds| (from..to).contains(*seconds)).count();
        assert!(within(500, 625) > 5 && within(625, 750) > 5 && within(750, 875) > 5 && within(875, 1001) > 5);
        assert_eq!(first(7), first(7));
    }

    #[test]
    fn a_fifth_or_a_few_may_go_and_more_at_once_is_not_believed() {
        let mass = |gone, ours| Absence { gone, ours }.is_mass();
        assert!(!mass(4, 4) && !mass(5, 25) && !mass(0, 0));
        assert!(mass(5, 5) && mass(5, 24) && mass(21, 100));
        let ours = ids(&["a", "b", "c"]);
        assert_eq!(Absence::count(&ours, &[listed("b")]), Absence { gone: 2, ours: 3 });
    }
}
