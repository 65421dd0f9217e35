//! Whether this replica works, or only watches.

use tokio::sync::watch;

/// Knows whether this replica leads.
#[derive(Clone, Debug)]
pub struct Leading(Option<watch::Receiver<bool>>);

impl Leading {
    /// The only replica, or one that does not care for others.
    #[must_use]
    pub fn always() -> Self {
        Self(None)
    }

    /// One of several.
    #[must_use]
    pub fn told_by(leads: watch::Receiver<bool>) -> Self {
        Self(Some(leads))
    }

    /// Whether it works now.
    #[must_use]
    pub fn now(&self) -> bool {
        self.0.as_ref().is_none_or(|leads| *leads.borrow())
    }

    /// Waits until it works. One that never will, since its election has ended, waits for ever: its process ends.
    pub async fn begins(mut self) {
        if let Some(leads) = &mut self.0
            && leads.wait_for(|leads| *leads).await.is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}
