//! What a guarded program leaves running, above all guards of its own: they end by themselves within a moment, and this
//! guard ends after them, so that an owner who has waited for it finds nothing left.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, wait as wait_for_any};

/// A nested guard's grace and its clean-up fit in; what runs longer has left on purpose (a build daemon, `cluster up`).
const LIMIT: Duration = Duration::from_secs(4);

/// From now on orphans among this process's descendants become its children, instead of those of the first process.
pub(super) fn adopt() {
    // Where this fails, orphans merely end a moment later than the guard.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Waits for the end of all children. Only for the time when no program runs any more.
pub(super) fn wait() {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        match wait_for_any(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(_) => return,
        }
    }
}
