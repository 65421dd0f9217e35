//! Progress on stderr: a line that counts seconds on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::Instant;

/// One line on stderr. A closed stderr is no reason to stop.
pub(super) fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// One task under way.
pub(super) struct Progress {
    what: String,
    start: Instant,
    terminal: bool,
}

impl Progress {
    /// Begins a task.
    pub(super) fn start(what: String) -> Self {
        let progress = Self {
            what,
            start: Instant::now(),
            terminal: stderr().is_terminal(),
        };
        if !progress.terminal {
            say(&format!("  {} …", progress.what));
        }
        progress
    }

    /// Shows the seconds so far, on a terminal.
    pub(super) fn tick(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r  {} … {} s", self.what, self.start.elapsed().as_secs());
        }
    }

    /// Ends the task with a word about its outcome.
    pub(super) fn end(&self, outcome: &str) {
        let back = if self.terminal { "\r" } else { "" };
        say(&format!(
            "{back}  {} {outcome} after {} s",
            self.what,
            self.start.elapsed().as_secs()
        ));
    }
}
