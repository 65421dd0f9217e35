//! The owner's handle of a program under guard.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Wish, owned};

/// A running program that ends with its owner. Dropping it ends the program and waits until it is gone.
///
/// All calls block; the waits poll every 10 ms.
#[derive(Debug)]
pub struct Guarded {
    guard: Child,
    pid: u32,
    log: Option<PathBuf>,
}

impl Guarded {
    pub(super) fn new(guard: Child, pid: u32, log: Option<PathBuf>) -> Self {
        Self { guard, pid, log }
    }

    /// The process id of the program itself (not of its guard), also its process group.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The file that receives its output, when there is one.
    #[must_use]
    pub fn log(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// SIGKILL to the program's process group. Fails when the program has already ended. Follow with [`Self::wait`].
    pub fn kill_now(&mut self) -> Result<()> {
        self.send(Wish::Kill)
    }

    /// SIGTERM to the program's process group. Fails when the program has already ended.
    pub fn terminate(&mut self) -> Result<()> {
        self.send(Wish::Terminate)
    }

    /// SIGSTOP: the program gets no more time until [`Self::resume`].
    pub fn pause(&mut self) -> Result<()> {
        self.send(Wish::Pause)
    }

    /// SIGCONT.
    pub fn resume(&mut self) -> Result<()> {
        self.send(Wish::Resume)
    }

    /// Waits for the program's end. The code is the program's, or 128 + signal, as in a shell.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.guard.wait().context("cannot wait for the guard")?;
        owned::release(self.guard.id());
        Ok(status)
    }

    /// Like [`Self::wait`], but `None` at once while the program runs.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        self.guard.try_wait().context("cannot ask for the guard's state")
    }

    /// Like [`Self::wait`], but `None` when the program still runs after `limit`.
    pub fn wait_at_most(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            let status = self.try_wait()?;
            if status.is_some() || start.elapsed() >= limit {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the log holds a whole line that starts with `prefix`, and returns the rest of that line.
    /// Fails, with the log's text, when the program ends first or `limit` has passed.
    pub fn wait_for_line(&mut self, prefix: &str, limit: Duration) -> Result<String> {
        let log = self
            .log
            .clone()
            .context("a program without a log has no lines to wait for")?;
        let start = Instant::now();
        loop {
            let ended = self.try_wait()?;
            let text = fs::read(&log)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default();
            if let Some(rest) = whole_lines(&text).find_map(|line| line.strip_prefix(prefix)) {
                return Ok(rest.to_owned());
            }
            if let Some(status) = ended {
                bail!("the program ended ({status}) without a line {prefix:?}; it wrote:\n{text}");
            }
            if start.elapsed() >= limit {
                bail!(
                    "no line {prefix:?} within {} s; the program wrote:\n{text}",
                    limit.as_secs_f32()
                );
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks for the end of the program without waiting for it.
    pub(crate) fn release(&self) {
        owned::release(self.guard.id());
    }

    fn send(&mut self, wish: Wish) -> Result<()> {
        if let Some(status) = self.try_wait()? {
            bail!("the program has already ended ({status})");
        }
        owned::send(self.guard.id(), wish.byte())
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.release();
        let _ = self.guard.wait();
    }
}

/// The lines of `text` that are ended: the last one may still be being written.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'))
}
