//! At most three control planes of tests at a time, over all processes that share a target folder.

use std::fs::{self, File};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::state::State;

/// More would starve each other on a small machine: each takes about 400 MB and two seconds of two cores.
const SLOTS: u32 = 3;

/// The right to run one control plane, given back when dropped or when the process ends.
#[derive(Debug)]
pub(super) struct Slot {
    _lock: File,
}

impl Slot {
    /// Waits for a free slot, without limit: each holder's end frees one.
    pub(super) fn take() -> Result<Self> {
        let dir = State::all()?.join(".slots");
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        loop {
            for number in 1..=SLOTS {
                let path = dir.join(format!("{number}.lock"));
                let lock = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
                if lock.try_lock().is_ok() {
                    return Ok(Self { _lock: lock });
                }
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}
