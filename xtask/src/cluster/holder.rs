//! The process that holds a control plane after `cluster up` has returned.
//!
//! `up` starts it with a pipe to its stdin. Until the control plane is ready, the end of that pipe ends it: so Ctrl-C
//! during `up` leaves nothing. Then `up` sends one byte, and from there on only `down` (SIGTERM) ends it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio, exit};
use std::thread;

use anyhow::{Context, Result, bail};

use super::ControlPlane;
use super::ownership::Holder;
use super::state::State;
use crate::guard;

const READY: &str = "ready";
const DETACH: u8 = b'D';

/// Starts the holder and returns when its control plane is ready. Fails with the holder's reason.
pub(super) fn start(state: &State) -> Result<()> {
    let mut holder = Command::new(guard::program_path()?)
        .args(["cluster", "hold", "--name", state.name()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the holder")?;
    guard::keep(holder.id(), holder.stdin.take().context("the holder has no stdin")?);
    let outcome = answer(&mut holder).and_then(|answer| match answer.as_str() {
        READY => guard::send(holder.id(), DETACH),
        reason => bail!("{reason}"),
    });
    guard::release(holder.id());
    outcome
}

/// Everything the holder says: it closes its stdout when it is ready or has failed.
fn answer(holder: &mut Child) -> Result<String> {
    let stdout = holder.stdout.take().context("the holder has no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let first = lines
        .next()
        .context("the holder ended without a word")?
        .context("cannot read from the holder")?;
    if first == READY {
        return Ok(first);
    }
    let rest = lines.map_while(Result::ok).map(|line| format!("\n{line}"));
    Ok(rest.fold(first, |text, line| text + &line))
}

/// The holder itself: returns only on failure.
pub(super) fn hold(state: &State) -> Result<()> {
    // Away from the terminal: it may close, and its Ctrl-C is for `up`.
    rustix::process::setsid().context("cannot leave the terminal")?;
    thread::spawn(end_unless_detached);
    let say = |text: &str| {
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    };
    let started = ControlPlane::start_uncounted(state.name());
    match started.and_then(|plane| Holder::record(state).map(|()| plane)) {
        Ok(_plane) => {
            say(READY);
            loop {
                thread::park();
            }
        }
        Err(error) => {
            say(&format!("{error:#}"));
            exit(1)
        }
    }
}

fn end_unless_detached() {
    let mut byte = [0];
    let detached = std::io::stdin().read_exact(&mut byte).is_ok() && byte == [DETACH];
    if !detached {
        guard::end_all();
        exit(1);
    }
}
