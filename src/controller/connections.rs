//! Connections to platforms that are Ready. Written by the platform's reconcile, read by the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::platform::kind::PlatformKey;
use crate::domain::port::{Identity, KnownPermission, Platform};

/// A working connection.
pub struct Connection {
    /// The platform.
    pub platform: Arc<dyn Platform>,
    /// Who we are there.
    pub identity: Identity,
    /// The permissions that exist there.
    pub permissions: Vec<KnownPermission>,
    /// Time-out of one call.
    pub timeout: Duration,
    /// What it was made from: the platform's UID and generation, and a digest of the credential.
    pub made_from: (String, i64, String),
}

/// All connections, and who is told of new ones.
pub struct Connections {
    open: Mutex<HashMap<PlatformKey, Arc<Connection>>>,
    news: broadcast::Sender<PlatformKey>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            news: broadcast::Sender::new(256),
        }
    }
}

impl Connections {
    /// The platforms whose connection is new or another one: what depends on them can go on.
    pub fn news(&self) -> impl Stream<Item = PlatformKey> + Send + 'static {
        futures::stream::unfold(self.news.subscribe(), |mut news| async {
            loop {
                match news.recv().await {
                    Ok(key) => return Some((key, news)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
    }

    /// The connection to this platform.
    #[must_use]
    pub fn find(&self, key: &PlatformKey) -> Option<Arc<Connection>> {
        self.lock().get(key).cloned()
    }

    /// Puts a connection in the place of the former one, and tells if it is another one.
    pub fn put(&self, key: &PlatformKey, connection: Connection) -> Arc<Connection> {
        let connection = Arc::new(connection);
        let former = self.lock().insert(key.clone(), Arc::clone(&connection));
        if former.is_none_or(|f| f.made_from != connection.made_from) {
            // Nobody listens yet while the controllers start; they look at every resource anyway.
            let _ = self.news.send(key.clone());
        }
        connection
    }

    /// Closes a connection.
    pub fn remove(&self, key: &PlatformKey) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlatformKey, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
