//! Resources that a pass over their platform made worth a closer look. Raised by the platform's reconcile, and dropped by
//! the resource's own once it has looked and all is true.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::domain::drift::Inventory;
use crate::domain::stray::Strays;

/// An application that is to be looked at, its installations with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Whom to wake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The application; its installations when it has looked, since they depend on what it repairs.
    Application(Suspect),
    /// The installations of an application that has looked.
    Installations(Suspect),
    /// So many at once that some were missed: everybody under suspicion.
    All,
}

/// What the passes over one platform have shown.
#[derive(Clone, Default)]
pub struct Passes {
    /// When the next one is due.
    pub next: Duration,
    /// How many there were.
    pub count: u64,
    /// What the last one showed.
    pub inventory: Inventory,
    /// The clients in them that nothing explains.
    pub strays: Strays,
}

/// All suspicions, by UID of the resource.
pub struct Suspicions {
    raised: Mutex<(u64, HashMap<String, u64>)>,
    passes: Mutex<HashMap<String, Passes>>,
    news: broadcast::Sender<News>,
}

impl Default for Suspicions {
    fn default() -> Self {
        Self {
            raised: Mutex::default(),
            passes: Mutex::default(),
            news: broadcast::Sender::new(1024),
        }
    }
}

impl Suspicions {
    /// Whom to wake, as it is found out.
    pub fn news(&self) -> impl Stream<Item = News> + Send + 'static {
        futures::stream::unfold(self.news.subscribe(), |mut news| async {
            match news.recv().await {
                Ok(item) => Some((item, news)),
                Err(RecvError::Lagged(_)) => Some((News::All, news)),
                Err(RecvError::Closed) => None,
            }
        })
    }

    /// Raises a suspicion against these resources, and wakes the application.
    pub fn raise(&self, uids: impl IntoIterator<Item = String>, suspect: Suspect) {
        let mut raised = lock(&self.raised);
        for uid in uids {
            raised.0 += 1;
            let number = raised.0;
            raised.1.insert(uid, number);
        }
        drop(raised);
        // Nobody listens while the operator ends.
        let _ = self.news.send(News::Application(suspect));
    }

    /// The number of the suspicion against a resource, if there is one.
    #[must_use]
    pub fn against(&self, uid: &str) -> Option<u64> {
        lock(&self.raised).1.get(uid).copied()
    }

    /// Drops a suspicion, unless another one was raised since.
    pub fn drop_suspicion(&self, uid: &str, number: Option<u64>) {
        let mut raised = lock(&self.raised);
        if number.is_some() && raised.1.get(uid).copied() == number {
            raised.1.remove(uid);
        }
    }

    /// Wakes the installations of an application that has looked.
    pub fn looked(&self, application: Suspect) {
        let _ = self.news.send(News::Installations(application));
    }

    /// Forgets a resource that is gone.
    pub fn forget(&self, uid: &str) {
        lock(&self.raised).1.remove(uid);
    }

    /// The passes over a platform; the first one is due then.
    #[must_use]
    pub fn passes(&self, platform_uid: &str, first: Duration) -> Passes {
        let mut passes = lock(&self.passes);
        let begun = || Passes {
            next: first,
            ..Passes::default()
        };
        passes.entry(platform_uid.to_owned()).or_insert_with(begun).clone()
    }

    /// Remembers a pass.
    pub fn passed(&self, platform_uid: &str, passes: Passes) {
        lock(&self.passes).insert(platform_uid.to_owned(), passes);
    }

    /// Forgets a platform that is gone.
    pub fn forget_platform(&self, platform_uid: &str) {
        lock(&self.passes).remove(platform_uid);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspicion_raised_while_an_earlier_one_is_looked_into_stays() {
        let suspicions = Suspicions::default();
        let suspect = || Suspect {
            namespace: "billing".into(),
            name: "sync".into(),
        };
        assert_eq!(suspicions.against("uid"), None);
        suspicions.raise(["uid".to_owned()], suspect());
        let looked_into = suspicions.against("uid");
        suspicions.raise(["uid".to_owned()], suspect());
        suspicions.drop_suspicion("uid", looked_into);
        assert!(suspicions.against("uid").is_some());
        suspicions.drop_suspicion("uid", suspicions.against("uid"));
        assert_eq!(suspicions.against("uid"), None);
    }

    #[test]
    fn when_the_first_pass_is_due_is_settled_once() {
        let suspicions = Suspicions::default();
        let at = Duration::from_secs;
        assert_eq!(suspicions.passes("p", at(7)).next, at(7));
        assert_eq!(suspicions.passes("p", at(9)).next, at(7));
    }
}
