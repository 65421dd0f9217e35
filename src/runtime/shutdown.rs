//! When to end: on SIGTERM (a pod's end) or SIGINT (Ctrl-C).

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// How long reconciles that are under way may take after the signal: two calls and their writes. A kubelet waits 30 s.
pub const GRACE: Duration = Duration::from_secs(12);

/// Ends when the process is asked to.
pub async fn requested() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
