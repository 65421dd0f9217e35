//! Whether the caches are filled that a decision looks into: an empty one would say "does not exist".

use std::sync::Arc;

use kube::runtime::watcher;
use tokio::sync::watch;

use super::namespaces::Namespaces;

/// What a reconcile waits for. What is being deleted does without the cache of Secrets, which cannot be filled any more in a
/// namespace that is being deleted itself: our rights on its Secrets go first. No grant is asked for it, either.
#[derive(Clone)]
pub struct Filled {
    /// Of the cluster-wide platforms, and of the kinds of one scope.
    pub(super) kinds: [Missing; 2],
    /// Of the Secrets of that scope.
    pub(super) secrets: Option<Missing>,
    /// The labels of namespaces.
    pub(super) namespaces: Option<Arc<Namespaces>>,
}

impl Filled {
    /// Waits until enough is known to decide on a resource.
    pub async fn wait(self, leaving: bool) {
        let [platforms, kinds] = self.kinds;
        platforms.wait().await;
        kinds.wait().await;
        if leaving {
            return;
        }
        if let Some(secrets) = self.secrets {
            secrets.wait().await;
        }
        if let Some(namespaces) = self.namespaces {
            namespaces.answered().await;
        }
    }
}

/// Counts caches that are not filled yet. A store of kube wakes only one of those who wait for it.
#[derive(Clone)]
pub(super) struct Missing(Arc<watch::Sender<usize>>);

impl Missing {
    pub(super) fn of(caches: usize) -> Self {
        Self(Arc::new(watch::Sender::new(caches)))
    }

    pub(super) fn nothing(&self) -> bool {
        *self.0.borrow() == 0
    }

    pub async fn wait(self) {
        let mut missing = self.0.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = missing.wait_for(|missing| *missing == 0).await;
    }
}

/// Tells once that a cache is filled: when its first list is complete.
pub struct Filling {
    missing: Missing,
    filled: bool,
}

impl Filling {
    pub(super) fn of(missing: &Missing) -> Self {
        Self {
            missing: missing.clone(),
            filled: false,
        }
    }

    /// Hears what the watch of the cache says.
    pub fn hear<K>(&mut self, event: &watcher::Event<K>) {
        if !self.filled && matches!(event, watcher::Event::InitDone) {
            self.filled = true;
            self.missing
                .0
                .send_modify(|missing| *missing = missing.saturating_sub(1));
        }
    }
}
