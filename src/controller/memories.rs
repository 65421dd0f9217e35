//! What this process remembers of each resource, by UID. Lost with the process, and never needed for correctness.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::observed::Memory;

/// So many resources that were let go are remembered: far more than a watch can be behind.
const LET_GO: usize = 1024;

/// The memories of all resources.
#[derive(Default)]
pub struct Memories {
    all: Mutex<HashMap<String, Remembered>>,
    let_go: Mutex<VecDeque<String>>,
}

#[derive(Clone, Default)]
struct Remembered {
    memory: Memory,
    /// The version of the resource that we wrote last.
    written: Option<String>,
    /// The version of its Secret that we wrote last.
    secret: Option<String>,
    /// The version of the credential that was read for it last.
    credential: Option<String>,
    /// Reconciles in a row that ended with an error of the API server.
    errors: u32,
    /// What its installations depend on, as it was when they were woken last.
    told: Option<u64>,
}

impl Memories {
    /// What is remembered of this resource.
    #[must_use]
    pub fn of(&self, uid: &str) -> Memory {
        self.lock().get(uid).map(|r| r.memory.clone()).unwrap_or_default()
    }

    /// Whether this process has looked at the resource before.
    #[must_use]
    pub fn knows(&self, uid: &str) -> bool {
        self.lock().contains_key(uid)
    }

    /// Remembers.
    pub fn keep(&self, uid: &str, memory: &Memory) {
        self.lock().entry(uid.to_owned()).or_default().memory = memory.clone();
    }

    /// Forgets a resource that is gone, and the secret that may be held for it.
    pub fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    /// Forgets a resource whose finalizer we have removed, and remembers that.
    pub fn let_go(&self, uid: &str) {
        self.forget(uid);
        let mut let_go = self.let_go.lock().unwrap_or_else(PoisonError::into_inner);
        let_go.push_back(uid.to_owned());
        if let_go.len() > LET_GO {
            let_go.pop_front();
        }
    }

    /// Whether we have removed its finalizer: a watch that still shows the resource is behind, and what has its Secret's name
    /// by now may be somebody else's.
    #[must_use]
    pub fn was_let_go(&self, uid: &str) -> bool {
        let let_go = self.let_go.lock().unwrap_or_else(PoisonError::into_inner);
        let_go.iter().any(|gone| gone == uid)
    }

    /// Remembers which version of the resource we wrote last.
    pub fn wrote(&self, uid: &str, resource_version: Option<String>) {
        self.lock().entry(uid.to_owned()).or_default().written = resource_version;
    }

    /// Remembers which version of its Secret we wrote last.
    pub fn wrote_secret(&self, uid: &str, resource_version: &str) {
        self.lock().entry(uid.to_owned()).or_default().secret = Some(resource_version.to_owned());
    }

    /// Whether this version of the Secret is the echo of our own write.
    #[must_use]
    pub fn is_own_secret(&self, uid: &str, resource_version: &str) -> bool {
        self.lock()
            .get(uid)
            .is_some_and(|r| r.secret.as_deref() == Some(resource_version))
    }

    /// Remembers which version of its credential was read; `None`: there was none that could be.
    pub fn read_credential(&self, uid: &str, resource_version: Option<String>) {
        self.lock().entry(uid.to_owned()).or_default().credential = resource_version;
    }

    /// The version of its credential that was read last. To be told of it once more is no news.
    #[must_use]
    pub fn credential(&self, uid: &str) -> Option<String> {
        self.lock().get(uid)?.credential.clone()
    }

    /// Whether what an application's installations depend on is another now than when this was asked last.
    pub fn is_news(&self, uid: &str, digest: u64) -> bool {
        self.lock().entry(uid.to_owned()).or_default().told.replace(digest) != Some(digest)
    }

    /// Counts a reconcile that ended with an error of the API server: how many did so in a row. Of a resource that nothing is
    /// remembered of each is the first.
    pub fn failed(&self, uid: &str) -> u32 {
        self.lock().get_mut(uid).map_or(1, |r| {
            r.errors = r.errors.saturating_add(1);
            r.errors
        })
    }

    /// A reconcile ended well.
    pub fn went_well(&self, uid: &str) {
        if let Some(remembered) = self.lock().get_mut(uid) {
            remembered.errors = 0;
        }
    }

    /// Whether this version of the resource is older than what we wrote ourselves, so that a look at it is wasted.
    /// Versions are compared as the numbers that they are in every API server; if one is none, it is not older.
    #[must_use]
    pub fn is_older(&self, uid: &str, resource_version: Option<&str>) -> bool {
        let number = |version: Option<&str>| version.and_then(|v| v.parse::<u64>().ok());
        let written = self.lock().get(uid).and_then(|r| number(r.written.as_deref()));
        matches!((number(resource_version), written), (Some(seen), Some(written)) if seen < written)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Remembered>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_let_go_is_known_for_a_while() {
        let memories = Memories::default();
        memories.wrote("uid", Some("7".into()));
        memories.let_go("uid");
        assert!(memories.was_let_go("uid") && !memories.knows("uid"));
        assert!(!memories.was_let_go("another"));
        for number in 0..LET_GO {
            memories.let_go(&number.to_string());
        }
        assert!(!memories.was_let_go("uid"));
    }

    #[test]
    fn errors_in_a_row_are_counted() {
        let memories = Memories::default();
        assert_eq!([memories.failed("uid"), memories.failed("uid")], [1, 1]);
        assert!(!memories.knows("uid"));
        memories.keep("uid", &Memory::default());
        assert_eq!([memories.failed("uid"), memories.failed("uid")], [1, 2]);
        memories.went_well("uid");
        assert_eq!(memories.failed("uid"), 1);
    }

    #[test]
    fn only_a_version_before_our_own_write_is_older() {
        let memories = Memories::default();
        assert!(!memories.is_older("uid", Some("5")));
        memories.wrote("uid", Some("7".into()));
        assert!(memories.is_older("uid", Some("6")));
        assert!(!memories.is_older("uid", Some("7")));
        assert!(!memories.is_older("uid", Some("abc")));
    }

    #[test]
    fn a_credential_is_known_by_the_version_that_was_read_last() {
        let memories = Memories::default();
        assert_eq!(memories.credential("uid"), None);
        memories.read_credential("uid", Some("7".into()));
        assert_eq!(memories.credential("uid").as_deref(), Some("7"));
        memories.read_credential("uid", None);
        assert_eq!(
            memories.credential("uid"),
            None,
            "what is gone is news when it comes back"
        );
    }

    #[test]
    fn the_echo_of_our_own_secret_is_known_by_its_version() {
        let memories = Memories::default();
        memories.wrote_secret("uid", "9");
        assert!(memories.is_own_secret("uid", "9"));
        assert!(!memories.is_own_secret("uid", "10"));
        assert!(!memories.is_own_secret("other", "9"));
    }
}
