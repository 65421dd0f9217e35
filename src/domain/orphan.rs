//! Orphans: clients that may stay at a platform although their resource goes. What is kept on record of each, how long a
//! deletion is waited for before that, and what is done with a record later.

use std::time::Duration;

use super::marker::Marker;
use super::port::RemoteClient;
use super::registration::{ApplicationId, ClientId};

/// A client, or what may be one, that is left at a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Which; `None`: only the marker tells, or nothing does.
    pub client: Option<LeftClient>,
    /// The marker that it carries; `None`: the platform is configured to carry none.
    pub marker: Option<Marker>,
    /// The outcome of a call is not known: whatever else carries the marker belongs to it, too.
    pub scan: bool,
    /// So many clients may exist that nothing can look up.
    pub possible: u32,
    /// Issuer and owner that it was registered at, as far as they are known.
    pub identity: Option<(String, String)>,
    /// What kept the client from being deregistered, for a person.
    pub why: String,
}

/// A client by its ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftClient {
    /// The platform's id of the application.
    pub application_id: ApplicationId,
    /// RFC 6749 `client_id`, as far as it is known.
    pub client_id: Option<ClientId>,
    /// The operator itself registered it or told it in status. Else a Secret names it, where a user can write: then only the
    /// marker proves it.
    pub told: bool,
}

/// How long a deletion waits for what it cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Not looked at yet.
    Unread,
    /// Until it can be done.
    Never,
    /// Until this time.
    At {
        /// By our own clock.
        at: Duration,
        /// By the clock of the API server, RFC 3339, for people.
        told: String,
    },
}

impl Bound {
    /// The time has come.
    #[must_use]
    pub fn is_passed(&self, now: Duration) -> bool {
        matches!(self, Self::At { at, .. } if now >= *at)
    }
}

/// What a record asks for, once its client was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one on record: deregister it.
    Deregister,
    /// It does not exist any more.
    Gone,
    /// It is not proven to be the one on record; a person has to look.
    NotOurs,
}

impl Orphan {
    /// Holds a client that was read by the recorded id, at the recorded identity, against the record. `marks`: the platform
    /// carries markers; where it does, nothing else proves a client.
    #[must_use]
    pub fn verdict(&self, read: Option<&RemoteClient>, marks: bool) -> Verdict {
        let Some(client) = read else { return Verdict::Gone };
        let same_id = |left: &&LeftClient| left.application_id == client.application_id;
        let proven = if marks {
            self.marker.is_some() && client.registration.marker == self.marker
        } else {
            self.client.as_ref().filter(same_id).is_some_and(|left| left.told)
        };
        if proven { Verdict::Deregister } else { Verdict::NotOurs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observed::scene::{marked, remote, wanted};
    use crate::domain::registration::Registration;

    fn orphan(told: bool) -> Orphan {
        Orphan {
            client: Some(LeftClient {
                application_id: "app-1".into(),
                client_id: None,
                told,
            }),
            marker: marked().marker,
            scan: false,
            possible: 0,
            identity: None,
            why: String::new(),
        }
    }

    #[test]
    fn only_the_recorded_marker_proves_a_client_where_there_are_markers() {
        let orphan = orphan(true);
        assert_eq!(
            orphan.verdict(Some(&remote("app-1", marked())), true),
            Verdict::Deregister
        );
        assert_eq!(orphan.verdict(None, true), Verdict::Gone);
        for marker in [None, Some(Marker::of("another", "id", "ns", "n"))] {
            let theirs = remote("app-1", Registration { marker, ..marked() });
            assert_eq!(orphan.verdict(Some(&theirs), true), Verdict::NotOurs);
        }
        let unmarked = Orphan { marker: None, ..orphan };
        let theirs = remote("app-1", wanted().registration);
        assert_eq!(
            unmarked.verdict(Some(&theirs), true),
            Verdict::NotOurs,
            "none is no proof"
        );
    }

    #[test]
    fn without_markers_only_an_id_that_the_operator_told_itself_counts() {
        let client = remote("app-1", wanted().registration);
        assert_eq!(orphan(true).verdict(Some(&client), false), Verdict::Deregister);
        assert_eq!(orphan(false).verdict(Some(&client), false), Verdict::NotOurs);
        let other = remote("app-2", wanted().registration);
        assert_eq!(orphan(true).verdict(Some(&other), false), Verdict::NotOurs);
    }

    #[test]
    fn a_bound_is_passed_at_its_time() {
        let at = |at| Bound::At {
            at: Duration::from_secs(at),
            told: String::new(),
        };
        let now = Duration::from_secs(5);
        assert!(at(5).is_passed(now) && !at(6).is_passed(now));
        assert!(!Bound::Never.is_passed(now) && !Bound::Unread.is_passed(now));
    }
}
