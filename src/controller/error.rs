//! What ends a reconcile early: the cluster's API server. Everything a platform can do is a fact instead.

use std::time::Duration;

/// A reconcile that could not go on. It is repeated; nothing is lost, since every step stores what it did.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API server refused or did not answer.
    #[error("{doing} failed")]
    Cluster {
        /// What was being done, such as `write claim`.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<kube::Error>,
    },
    /// The API server did not answer in time.
    #[error("{doing} took longer than {after:?}")]
    TimedOut {
        /// What was being done.
        doing: &'static str,
        /// The time-out.
        after: Duration,
    },
    /// The object has no UID, which no API server leaves out.
    #[error("the object has no uid or namespace")]
    Incomplete,
    /// More steps than any case needs: our bug, stopped before it costs anything.
    #[error("no decision after {0} steps")]
    TooManySteps(usize),
}

/// Gives a call to the API server a time-out and its failure a name.
pub async fn call<T>(
    doing: &'static str,
    after: Duration,
    future: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(after, future).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(Error::Cluster {
            doing,
            source: Box::new(source),
        }),
        Err(_) => Err(Error::TimedOut { doing, after }),
    }
}

impl Error {
    /// The status code of the API server's answer, if it gave one.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Cluster { source, .. } => match source.as_ref() {
                kube::Error::Api(status) => Some(status.code),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the API server said, for a person.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::Cluster { source, .. } => match source.as_ref() {
                kube::Error::Api(status) => status.message.clone(),
                other => other.to_string(),
            },
            other => other.to_string(),
        }
    }
}
