//! The guard process: runs one program and ends it when the owner's pipe closes.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{Wish, leftovers};

/// Arguments of the hidden command `xtask guard`; [`super::Program`] writes them.
#[derive(clap::Args, Debug)]
pub struct Order {
    /// Append the program's stdout and stderr to this file.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Append the program's stdout to this file instead.
    #[arg(long)]
    stdout: Option<PathBuf>,
    /// Time between SIGTERM and SIGKILL.
    #[arg(long, default_value_t = 2000)]
    grace_ms: u64,
    /// Delete this after ending the program.
    #[arg(long)]
    remove: Vec<PathBuf>,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    program: Vec<OsString>,
}

impl Order {
    /// Runs the program to its end and returns its exit code, or 128 + signal.
    ///
    /// Writes the program's process id as the first line of stdout.
    pub fn run(&self) -> Result<i32> {
        // One thread: the parent death signal follows the thread that started the program.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot start the guard's runtime")?;
        leftovers::adopt();
        let status = runtime.block_on(self.watch());
        leftovers::wait();
        Ok(exit_code(status?))
    }

    async fn watch(&self) -> Result<ExitStatus> {
        let mut asked_to_end = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        let mut child = self.start()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = group.context("the program has no process id")?;
        let mut out = std::io::stdout();
        // An owner that is gone already shows as the end of stdin.
        let _ = writeln!(out, "{}", group.as_raw_nonzero()).and_then(|()| out.flush());
        let mut wishes = wishes();
        loop {
            tokio::select! {
                status = child.wait() => {
                    // What the program left running in its group ends with it.
                    let _ = kill_process_group(group, Signal::KILL);
                    return status.context("cannot wait for the program");
                }
                wish = wishes.recv() => match wish {
                    Some(byte) => if let Some(signal) = Wish::signal(byte) {
                        let _ = kill_process_group(group, signal);
                    },
                    None => break,
                },
                _ = asked_to_end.recv() => break,
            }
        }
        self.end(&mut child, group).await
    }

    fn start(&self) -> Result<Child> {
        let this = std::env::current_exe().context("cannot tell the guard's own path")?;
        let mut command = Command::new(this);
        command
            .arg("held")
            .arg("--guard")
            .arg(std::process::id().to_string())
            .arg("--")
            .args(&self.program);
        let (out, err) = self.outputs()?;
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        command.spawn().context("cannot start the program")
    }

    fn outputs(&self) -> Result<(Stdio, Stdio)> {
        let out = self.stdout.as_ref().or(self.log.as_ref());
        Ok((output(out)?, output(self.log.as_ref())?))
    }

    async fn end(&self, child: &mut Child, group: Pid) -> Result<ExitStatus> {
        let grace = Duration::from_millis(self.grace_ms);
        if !grace.is_zero() {
            let _ = kill_process_group(group, Signal::TERM);
            // A paused program takes no SIGTERM before it runs again.
            let _ = kill_process_group(group, Signal::CONT);
            let _ = tokio::time::timeout(grace, child.wait()).await;
        }
        // Also when the program itself is gone: what it started may remain.
        let _ = kill_process_group(group, Signal::KILL);
        let status = child.wait().await.context("cannot wait for the program");
        for path in &self.remove {
            let _ = if path.is_dir() {
                fs::remove_dir_all(path)
            } else {
                fs::remove_file(path)
            };
        }
        status
    }
}

/// The file, else the guard's stderr: its stdout is for the owner.
fn output(path: Option<&PathBuf>) -> Result<Stdio> {
    let Some(path) = path else {
        return Ok(std::io::stderr().into());
    };
    let file = OpenOptions::new().create(true).append(true).open(path);
    Ok(file.with_context(|| format!("cannot open {}", path.display()))?.into())
}

/// The bytes of stdin; the channel closes with the pipe.
fn wishes() -> mpsc::Receiver<u8> {
    let (sender, receiver) = mpsc::channel(16);
    thread::spawn(move || {
        for byte in std::io::stdin().lock().bytes() {
            match byte {
                Ok(byte) if sender.blocking_send(byte).is_ok() => {}
                _ => return,
            }
        }
    });
    receiver
}

fn exit_code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1)
}
