//! The last step before the program: ask the kernel to end it with its guard, then become it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Arguments of the hidden command `xtask held`.
#[derive(clap::Args, Debug)]
pub struct Held {
    /// Process id of the guard.
    #[arg(long)]
    guard: u32,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

impl Held {
    /// Becomes the program; returns only when that fails. The process id stays the same.
    pub fn run(&self) -> Result<()> {
        let (program, args) = self.program.split_first().context("no program given")?;
        end_with_parent()?;
        let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
        if parent != Some(self.guard) {
            bail!("the guard is gone");
        }
        let error = Command::new(program).args(args).exec();
        Err(error).context(format!("cannot run {}", program.display()))
    }
}

#[cfg(target_os = "linux")]
fn end_with_parent() -> Result<()> {
    use rustix::process::{Signal, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot ask for a parent death signal")
}

/// Elsewhere only the guard's own death is not covered.
#[cfg(not(target_os = "linux"))]
fn end_with_parent() -> Result<()> {
    Ok(())
}
