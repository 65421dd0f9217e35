//! The keys of a realm over time: the one that signs, and earlier ones that still verify.

use std::sync::Arc;

use super::SigningKey;

/// Keys that tokens may be signed with.
#[derive(Clone)]
pub struct Keys {
    /// Signs from now on.
    pub current: Arc<SigningKey>,
    kept: Vec<Arc<SigningKey>>,
}

impl Keys {
    /// One key and none before it.
    pub fn new(current: Arc<SigningKey>) -> Self {
        Self {
            current,
            kept: Vec::new(),
        }
    }

    /// Signs with `next` from now on. What the earlier keys signed stays valid only when they are kept.
    pub fn rotate(&mut self, next: SigningKey, keep_old: bool) {
        let old = std::mem::replace(&mut self.current, Arc::new(next));
        if keep_old {
            self.kept.push(old);
        } else {
            self.kept.clear();
        }
    }

    /// Whether a token signed with this key still verifies.
    pub fn verify(&self, key_id: &str) -> bool {
        self.all().any(|key| key.id == key_id)
    }

    /// All that are published, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &SigningKey> {
        let kept = self.kept.iter().rev();
        std::iter::once(&self.current).chain(kept).map(AsRef::as_ref)
    }
}
