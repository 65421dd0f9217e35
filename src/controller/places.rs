//! The places that a grant bounds with `maxApplications`: who has one, and who waits for one.
//!
//! An application has a place when status tells its client, or when this process gave it one. Only the first is stored, and
//! it is stored last: between the decision and the status lie the claim, the call and the Secret, and the caches are behind
//! all of them. So the place is given here, under one lock, before the first of these; two applications of one second, or
//! one look at a cache that is behind, cannot both get the last one.
//!
//! After a restart an application with a claim and without status may have a client, or may be about to: it comes before
//! those without a claim. A claim alone is no place, though. A user can write one; then it would be a way past the bound.
//! With it, the application may find the client that it has, by its marker, and register none
//! (`domain::decide::application`).
//!
//! Two operators at once do not know each other's places. Each holds its own bound.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use k8s_openapi::jiff::Timestamp;

use super::platform::kind::PlatformKey;

/// The places at all platforms, by platform and namespace.
#[derive(Default)]
pub struct Places(Mutex<HashMap<(PlatformKey, String), Room>>);

#[derive(Default)]
struct Room {
    /// UIDs of those that got a place in this process.
    taken: HashSet<String>,
    /// UIDs and names of those that were refused one.
    waiting: HashMap<String, String>,
}

/// One application of a namespace at a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// Its UID.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// It carries a claim.
    pub claimed: bool,
    /// Status tells its client.
    pub registered: bool,
    /// It would register a client if it had a place.
    pub waits: bool,
}

impl Applicant {
    /// The next place goes to who has a claim, then to the oldest.
    fn rank(&self) -> (bool, Option<Timestamp>, &str) {
        (!self.claimed, self.created, &self.uid)
    }
}

impl Places {
    /// Gives an application its place, or names those that come before it. `bound`: how many there may be, and the others of
    /// the namespace at the platform; `None`: as many as wanted.
    pub fn take(
        &self,
        platform: &PlatformKey,
        namespace: &str,
        wanted: &Applicant,
        bound: Option<(i64, Vec<Applicant>)>,
    ) -> Result<(), Vec<String>> {
        let mut rooms = self.lock();
        let room = rooms.entry((platform.clone(), namespace.to_owned())).or_default();
        if let Some((most, others)) = bound.filter(|_| !room.taken.contains(&wanted.uid)) {
            let has_place = |other: &Applicant| other.registered || room.taken.contains(&other.uid);
            let is_before = |other: &&Applicant| has_place(other) || (other.waits && other.rank() < wanted.rank());
            let mut before: Vec<&Applicant> = others.iter().filter(is_before).collect();
            if i64::try_from(before.len()).unwrap_or(i64::MAX) >= most {
                before.sort_by_key(|other| (!has_place(other), other.rank()));
                let names = before.iter().map(|other| other.name.clone()).collect();
                room.waiting.insert(wanted.uid.clone(), wanted.name.clone());
                return Err(names);
            }
        }
        room.waiting.remove(&wanted.uid);
        room.taken.insert(wanted.uid.clone());
        Ok(())
    }

    /// An application is gone, or will not register anything as it is: the names of those that wait for its place.
    pub fn leave(&self, platform: &PlatformKey, namespace: &str, uid: &str) -> Vec<String> {
        let mut rooms = self.lock();
        let key = (platform.clone(), namespace.to_owned());
        let Some(room) = rooms.get_mut(&key) else {
            return vec![];
        };
        room.taken.remove(uid);
        room.waiting.remove(uid);
        let waiting = room.waiting.values().cloned().collect();
        if room.taken.is_empty() && room.waiting.is_empty() {
            rooms.remove(&key);
        }
        waiting
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(PlatformKey, String), Room>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(number: i64) -> Applicant {
        Applicant {
            uid: format!("uid-{number}"),
            name: format!("app-{number}"),
            created: Timestamp::from_second(number).ok(),
            claimed: false,
            registered: false,
            waits: true,
        }
    }

    fn registered(number: i64) -> Applicant {
        Applicant {
            registered: true,
            ..one(number)
        }
    }

    fn take(places: &Places, who: &Applicant, most: i64, others: &[Applicant]) -> Result<(), Vec<String>> {
        let platform = PlatformKey::cluster_wide("olt");
        places.take(&platform, "billing", who, Some((most, others.to_vec())))
    }

    fn names(numbers: &[i64]) -> Result<(), Vec<String>> {
        Err(numbers.iter().map(|number| format!("app-{number}")).collect())
    }

    #[test]
    fn those_that_status_tells_of_have_a_place_and_the_next_one_is_refused() {
        let places = Places::default();
        assert_eq!(
            take(&places, &one(3), 2, &[registered(5), registered(4)]),
            names(&[4, 5])
        );
        assert_eq!(take(&places, &one(3), 3, &[registered(5), registered(4)]), Ok(()));
        assert_eq!(take(&places, &one(9), 0, &[]), names(&[]));
    }

    #[test]
    fn a_place_is_given_once_also_while_the_caches_show_none_taken() {
        let places = Places::default();
        let all = [one(1), one(1), one(2), one(3)];
        assert_eq!(take(&places, &one(1), 1, &all[2..]), Ok(()));
        for late in [2, 3] {
            assert!(take(&places, &one(late), 1, &all).is_err(), "{late}");
        }
        assert_eq!(take(&places, &one(1), 1, &all[2..]), Ok(()), "it keeps its place");
        assert_eq!(
            take(&places, &one(1), 0, &all[2..]),
            Ok(()),
            "a lower number breaks nothing"
        );
    }

    #[test]
    fn the_oldest_that_waits_is_the_next_one_and_a_claim_comes_before() {
        let places = Places::default();
        let refused = Applicant { waits: false, ..one(1) };
        assert_eq!(take(&places, &one(3), 1, &[one(2), one(4)]), names(&[2]));
        assert_eq!(take(&places, &one(2), 1, &[one(3), refused, one(4)]), Ok(()));
        let claimed = Applicant {
            claimed: true,
            ..one(9)
        };
        let places = Places::default();
        assert_eq!(take(&places, &one(3), 1, std::slice::from_ref(&claimed)), names(&[9]));
        assert_eq!(take(&places, &claimed, 1, &[one(3)]), Ok(()));
        let places = Places::default();
        assert_eq!(
            take(&places, &claimed, 1, &[registered(3)]),
            names(&[3]),
            "a claim is no place"
        );
    }

    #[test]
    fn who_leaves_names_those_who_wait() {
        let (places, platform) = (Places::default(), PlatformKey::cluster_wide("olt"));
        assert_eq!(take(&places, &one(1), 1, &[]), Ok(()));
        assert_eq!(take(&places, &one(2), 1, &[one(1)]), names(&[1]));
        assert_eq!(places.leave(&platform, "shipping", "uid-1"), Vec::<String>::new());
        assert_eq!(places.leave(&platform, "billing", "uid-1"), ["app-2"]);
        assert_eq!(take(&places, &one(2), 1, &[]), Ok(()));
        assert_eq!(places.leave(&platform, "billing", "uid-2"), Vec::<String>::new());
        assert!(places.lock().is_empty());
    }

    #[test]
    fn each_namespace_has_places_of_its_own_and_without_a_bound_there_is_no_end() {
        let (places, platform) = (Places::default(), PlatformKey::cluster_wide("olt"));
        assert_eq!(take(&places, &one(1), 1, &[]), Ok(()));
        assert_eq!(places.take(&platform, "shipping", &one(2), Some((1, vec![]))), Ok(()));
        for number in 10..20 {
            assert_eq!(places.take(&platform, "billing", &one(number), None), Ok(()));
        }
    }
}
