//! Strays: clients whose marker is of this installation, and that no resource explains. They are told, never removed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::marker::Marker;
use super::port::Listed;
use super::registration::ApplicationId;

/// What explains clients: the markers and ids that resources and records name.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// Markers.
    pub markers: BTreeSet<Marker>,
    /// Ids.
    pub ids: BTreeSet<ApplicationId>,
}

impl Explained {
    /// The listed clients with a marker of this instance that nothing explains.
    #[must_use]
    pub fn lacks<'a>(&self, listed: &'a [Listed], instance: &str) -> Vec<&'a Listed> {
        let stray = |client: &&Listed| {
            let ours = client.marker.as_ref().filter(|marker| marker.is_of(instance));
            ours.is_some_and(|marker| !self.markers.contains(marker)) && !self.ids.contains(&client.application_id)
        };
        listed.iter().filter(stray).collect()
    }
}

/// When each stray client of one platform was seen first.
#[derive(Clone, Debug, Default)]
pub struct Strays(BTreeMap<ApplicationId, Duration>);

impl Strays {
    /// Takes a pass in; those that were strays in each pass for so long. A registration or a deletion that is under way
    /// explains itself before.
    pub fn pass<'a>(&mut self, strays: &[&'a Listed], now: Duration, grace: Duration) -> Vec<&'a Listed> {
        let since = |client: &Listed| self.0.get(&client.application_id).copied().unwrap_or(now);
        let seen: BTreeMap<_, _> = strays.iter().map(|c| (c.application_id.clone(), since(c))).collect();
        self.0 = seen;
        let long = |client: &&&Listed| {
            self.0
                .get(&client.application_id)
                .is_some_and(|since| *since + grace <= now)
        };
        strays.iter().filter(long).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observed::scene::listed;

    fn with(id: &str, marker: Option<Marker>) -> Listed {
        Listed { marker, ..listed(id) }
    }

    fn marker(instance: &str, id: &str) -> Marker {
        Marker::of(instance, id, "billing", "sync")
    }

    #[test]
    fn only_markers_of_this_instance_that_nothing_explains_are_strays() {
        let all = [
            with("stray", Some(marker("i", "1"))),
            with("foreign", Some(marker("j", "2"))),
            with("unmarked", None),
            with("by-marker", Some(marker("i", "3"))),
            with("by-id", Some(marker("i", "4"))),
        ];
        let explained = Explained {
            markers: [marker("i", "3")].into(),
            ids: ["by-id".into()].into(),
        };
        assert_eq!(explained.lacks(&all, "i"), [&all[0]]);
    }

    #[test]
    fn a_stray_is_told_when_it_was_one_for_so_long_without_a_break() {
        let (stray, at) = (with("stray", Some(marker("i", "1"))), Duration::from_secs);
        let mut strays = Strays::default();
        assert!(strays.pass(&[&stray], at(0), at(10)).is_empty());
        assert!(strays.pass(&[&stray], at(9), at(10)).is_empty());
        assert_eq!(strays.pass(&[&stray], at(10), at(10)), [&stray]);
        assert!(strays.pass(&[], at(11), at(10)).is_empty());
        assert!(
            strays.pass(&[&stray], at(20), at(10)).is_empty(),
            "it was explained in between"
        );
    }
}
