//! The processes that end when this one closes its pipe to them (guards, and the holder of a control plane): the pipes are
//! kept in one place, so that a signal handler can end all of them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ChildStdin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use rustix::process::{Pid, WaitOptions, waitpid};

static PIPES: Mutex<BTreeMap<u32, ChildStdin>> = Mutex::new(BTreeMap::new());

fn pipes() -> MutexGuard<'static, BTreeMap<u32, ChildStdin>> {
    PIPES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the pipe to the stdin of the child process `owned`.
pub(crate) fn keep(owned: u32, pipe: ChildStdin) {
    pipes().insert(owned, pipe);
}

/// Closes the pipe: the process then ends what it holds, and itself.
pub(crate) fn release(owned: u32) {
    pipes().remove(&owned);
}

/// Sends one byte.
pub(crate) fn send(owned: u32, byte: u8) -> Result<()> {
    let mut pipes = pipes();
    let pipe = pipes.get_mut(&owned).context("the process is gone")?;
    pipe.write_all(&[byte]).context("the process has ended")
}

/// Ends all of them and returns when they are gone. For signal handlers that exit next.
pub fn end_all() {
    let all: Vec<u32> = {
        let mut pipes = pipes();
        let all = pipes.keys().copied().collect();
        pipes.clear();
        all
    };
    for owned in all {
        if let Some(pid) = i32::try_from(owned).ok().and_then(Pid::from_raw) {
            // An error means that another thread has waited for it: gone as well.
            let _ = waitpid(Some(pid), WaitOptions::empty());
        }
    }
}
