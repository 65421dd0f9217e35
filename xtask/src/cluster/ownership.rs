//! One owner per name, and a record of the process that holds a control plane after `cluster up`.

use std::fs::{self, File};
use std::process;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::state::{State, write_private};

/// Takes the name for as long as the file is open; the kernel gives it back with the process.
pub(super) fn take(state: &State) -> Result<File> {
    let path = state.lock();
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    if file.try_lock().is_err() {
        bail!("a control plane named {} is running or starting already", state.name());
    }
    Ok(file)
}

/// A process, told apart from a later one with the same id by its start time.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Holder {
    pub(super) pid: u32,
    started: u64,
}

impl Holder {
    /// Records this process as the holder.
    pub(super) fn record(state: &State) -> Result<()> {
        let pid = process::id();
        let started = started(pid).context("cannot tell when this process started")?;
        let text = serde_json::to_string(&Self { pid, started }).context("cannot describe the holder")?;
        write_private(&state.holder(), &text)
    }

    /// The recorded process, if it still runs.
    pub(super) fn alive(state: &State) -> Option<Self> {
        let holder: Self = serde_json::from_slice(&fs::read(state.holder()).ok()?).ok()?;
        holder.is_running().then_some(holder)
    }

    pub(super) fn is_running(&self) -> bool {
        started(self.pid) == Some(self.started)
    }
}

/// Field 22 of `/proc/<pid>/stat`, in clock ticks since boot. `None` for a process that is gone or a zombie.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the command in parentheses and may hold anything; the third is the state.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    if state == "Z" {
        None
    } else {
        fields.nth(18)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_process_id_is_not_the_holder() {
        let started = started(process::id()).unwrap();
        assert!(
            Holder {
                pid: process::id(),
                started
            }
            .is_running()
        );
        assert!(
            !Holder {
                pid: process::id(),
                started: started + 1
            }
            .is_running()
        );
    }
}
