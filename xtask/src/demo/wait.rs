//! Waiting for a fact, with a deadline.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Far above what anything takes on an idle machine, the garbage collector's half minute included.
const LIMIT: Duration = Duration::from_mins(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks until there is an answer. Fails when asking fails, or after [`LIMIT`].
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if start.elapsed() > LIMIT {
            bail!("not within {} s: {what}", LIMIT.as_secs());
        }
        thread::sleep(PAUSE);
    }
}
