//! Which of several replicas works: the one that holds a Lease (coordination.k8s.io). The others follow all watches and wait.
//!
//! It saves work, no more: two leaders at once do no harm, since each claim tests the version of its resource. And there can
//! be two for a while: a lease's expiry is a time of the leader's clock, read by the others' clocks. Clocks that differ by more
//! than its grace (5 s) make it likely, a process that stood still makes it certain.

use std::future::Future;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use kube_lease_manager::LeaseManagerBuilder;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// So many seconds after its last renewal a lease may be taken by another replica.
const DURATION: u64 = 15;
/// So many seconds before that it is renewed.
const GRACE: u64 = 5;
/// A release that takes longer is given up: the lease expires by itself.
const RELEASE: Duration = Duration::from_secs(2);

/// One replica's part in the election.
pub struct Leadership {
    leads: watch::Receiver<bool>,
    step_down: oneshot::Sender<()>,
    task: JoinHandle<Result<(), String>>,
}

impl Leadership {
    /// Stands for election to this Lease, for as long as the process lives. `identity` is another one for each process.
    /// Calls through `client` must have a time-out, else a silent API server would stop the renewals for good.
    pub async fn stand(client: Client, namespace: &str, lease: &str, identity: &str) -> Result<Self, String> {
        let manager = LeaseManagerBuilder::new(client.clone(), lease)
            .with_namespace(namespace)
            .with_identity(identity)
            .with_duration(DURATION)
            .with_grace(GRACE)
            .build()
            .await
            .map_err(|error| format!("the Lease {namespace}/{lease} cannot be read or made: {error}"))?;
        tracing::info!(namespace, lease, identity, "this replica stands for election");
        let (held, manager) = manager.watch().await;
        let gone = gone(Api::namespaced(client, namespace), lease.to_owned());
        let (sender, leads) = watch::channel(false);
        let (step_down, asked) = oneshot::channel();
        let task = tokio::spawn(async move {
            let ended = tokio::select! {
                ended = follow(held, &sender, asked) => ended,
                why = gone => Err(why),
            };
            // Its receiver is gone: the manager releases the lease and ends.
            let released = async {
                manager
                    .await
                    .map_err(|error| error.to_string())?
                    .map_err(|error| error.to_string())
            };
            match tokio::time::timeout(RELEASE, released).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(error, "the lease could not be released; it expires"),
                Err(_) => tracing::warn!("releasing the lease took too long; it expires"),
            }
            ended
        });
        Ok(Self { leads, step_down, task })
    }

    /// Whether this replica leads, now and later.
    #[must_use]
    pub fn leads(&self) -> watch::Receiver<bool> {
        self.leads.clone()
    }

    /// Ends when leading has ended without having been asked to; says why.
    pub async fn lost(&mut self) -> String {
        match (&mut self.task).await {
            Ok(Ok(())) => "the election ended".to_owned(),
            Ok(Err(why)) => why,
            Err(error) => format!("the election broke off: {error}"),
        }
    }

    /// Releases the lease. Another replica takes over when it looks the next time, within 15 seconds.
    pub async fn release(self) {
        // Both fail only when the task has ended, and then there is nothing to release.
        let _ = self.step_down.send(());
        let _ = self.task.await;
    }
}

/// Ends when somebody has deleted the lease, which is made at a start only: without it nobody would ever take over.
async fn gone(leases: Api<Lease>, name: String) -> String {
    loop {
        tokio::time::sleep(Duration::from_secs(DURATION)).await;
        // Any other failure is the manager's to tell.
        if let Ok(None) = leases.get_metadata_opt(&name).await {
            return format!("the Lease {name} is gone");
        }
    }
}

/// Passes the state on until it is asked to end. A leader that is none any more must not go on as if nothing was.
async fn follow(
    mut held: watch::Receiver<bool>,
    leads: &watch::Sender<bool>,
    asked: impl Future<Output = Result<(), oneshot::error::RecvError>>,
) -> Result<(), String> {
    tokio::pin!(asked);
    loop {
        tokio::select! {
            _ = &mut asked => return Ok(()),
            changed = held.changed() => {
                changed.map_err(|_| "the lease is not renewed any more".to_owned())?;
                let leading = *held.borrow_and_update();
                if *leads.borrow() && !leading {
                    return Err("another replica has taken the lease".to_owned());
                }
                if leading {
                    tracing::info!("this replica leads");
                    leads.send_replace(true);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn end(states: &[bool]) -> (Result<(), String>, bool) {
        let (lease, held) = watch::channel(false);
        let (leads, seen) = watch::channel(false);
        let (_never, asked) = oneshot::channel();
        let following = tokio::spawn(async move { follow(held, &leads, asked).await });
        for state in states {
            lease.send_replace(*state);
            tokio::task::yield_now().await;
        }
        let led = *seen.borrow();
        drop(lease);
        (following.await.unwrap(), led)
    }

    #[tokio::test]
    async fn a_leader_that_is_none_any_more_ends() {
        let (ended, led) = end(&[true, false]).await;
        assert!(led && ended.unwrap_err().contains("another replica"));
    }

    #[tokio::test]
    async fn an_election_that_breaks_off_ends() {
        let (ended, led) = end(&[]).await;
        assert!(!led && ended.unwrap_err().contains("not renewed"));
    }
}
