//! Lists that stand still for a while although the platform went on (fault `stale_list`). Single objects are always
//! read as they are; what stands still here is only what a list is made of.

use std::collections::BTreeMap;

use super::Applications;
use crate::clock::Moment;

/// Lists as they were, and how long they stay so.
#[derive(Clone, Debug)]
pub struct Lag {
    /// The applications at the time when lists stopped following.
    pub then: Applications,
    /// What lists do not show yet.
    pub hides: Hidden,
    /// Until when.
    pub until: Until,
}

/// What lists that lag behind do not show yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// What was added.
    Created,
    /// That something was removed.
    Deleted,
    /// What became of the rest.
    Changed,
}

/// When lists catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After this many reads.
    Reads(u64),
    /// At this time.
    Time(Moment),
}

impl Lag {
    /// Whether lists still stand.
    pub fn holds(&self, now: Moment) -> bool {
        match self.until {
            Until::Reads(left) => left > 0,
            Until::Time(end) => now < end,
        }
    }

    /// Counts a list that was read.
    pub fn count_read(&mut self) {
        if let Until::Reads(left) = &mut self.until {
            *left = left.saturating_sub(1);
        }
    }

    /// What a list shows of rows that are `now` and were `then`.
    pub fn rows<K: Ord + Copy, V: Copy>(&self, now: &BTreeMap<K, V>, then: &BTreeMap<K, V>) -> BTreeMap<K, V> {
        let mut shown = now.clone();
        match self.hides {
            Hidden::Created => shown.retain(|key, _| then.contains_key(key)),
            Hidden::Deleted => then.iter().for_each(|(key, row)| {
                shown.entry(*key).or_insert(*row);
            }),
            Hidden::Changed => shown.iter_mut().for_each(|(key, row)| {
                *row = *then.get(key).unwrap_or(row);
            }),
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Hidden, Lag, Until};
    use crate::state::Applications;
    use crate::switches::Switches;

    #[test]
    fn a_lag_hides_one_kind_of_change() {
        let then = BTreeMap::from([(1, "kept"), (2, "gone")]);
        let now = BTreeMap::from([(1, "other"), (3, "new")]);
        for (hides, shown) in [
            (Hidden::Created, BTreeMap::from([(1, "other")])),
            (Hidden::Deleted, BTreeMap::from([(1, "other"), (2, "gone"), (3, "new")])),
            (Hidden::Changed, BTreeMap::from([(1, "kept"), (3, "new")])),
        ] {
            let lag = Lag {
                then: Applications::new(&Switches::of(crate::Contract::December2019)),
                hides,
                until: Until::Reads(1),
            };
            assert_eq!(lag.rows(&now, &then), shown, "{hides:?}");
        }
    }
}
