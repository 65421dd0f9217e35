//! The clients that this process saw to be those of their resources: by the marker, or since it registered them itself.
//!
//! Status tells a client, too, and whoever may write status can name any there. An installation changes the client of its
//! application, so it needs more than that; with what is remembered here it asks the platform only once after a restart.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::registration::ApplicationId;

/// By the UID of the application's resource.
#[derive(Default)]
pub struct Proven(Mutex<HashMap<String, ApplicationId>>);

impl Proven {
    /// Remembers a proof.
    pub fn keep(&self, uid: &str, id: &ApplicationId) {
        self.lock().insert(uid.to_owned(), id.clone());
    }

    /// Whether this very client was proven.
    #[must_use]
    pub fn is(&self, uid: &str, id: &ApplicationId) -> bool {
        self.lock().get(uid) == Some(id)
    }

    /// The resource is gone.
    pub fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, ApplicationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
