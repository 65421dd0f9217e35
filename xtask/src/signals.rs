//! Ctrl-C and its relatives: what this process started ends before it does.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use xtask::guard;

static CAUGHT: AtomicBool = AtomicBool::new(false);

/// To be called before the process ends by itself: does not return when a signal is being handled, because the end of
/// a program may then be the handler's work, which is not finished.
pub(crate) fn yield_to_handler() {
    while CAUGHT.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Listens from now on. On SIGINT, SIGTERM or SIGHUP the guarded programs are ended, then this process, with 128 + signal.
pub(crate) fn listen() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot listen for signals")?;
    let (mut interrupt, mut terminate, mut hangup) = runtime.block_on(async {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        anyhow::Ok((
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
            listen(SignalKind::hangup())?,
        ))
    })?;
    thread::spawn(move || {
        let code = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => 130,
                _ = terminate.recv() => 143,
                _ = hangup.recv() => 129,
            }
        });
        CAUGHT.store(true, Ordering::SeqCst);
        guard::end_all();
        exit(code)
    });
    Ok(())
}
