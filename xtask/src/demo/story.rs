//! What is told on stdout, with the time that each step took; and the same without what differs from run to run.

use std::io::{Write as _, stdout};
use std::time::Instant;

use super::mask::Mask;

/// The story so far.
pub(super) struct Story {
    start: Instant,
    step: Instant,
    lines: Vec<String>,
}

impl Story {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self {
            start: now,
            step: now,
            lines: vec![],
        }
    }

    /// Opens a part with its title.
    pub(super) fn scene(&mut self, title: &str) {
        if !self.lines.is_empty() {
            self.line("");
        }
        self.line(title);
    }

    /// Says what is being done, or shows something.
    pub(super) fn say(&mut self, text: &str) {
        for line in text.lines() {
            self.line(&format!("  {line}"));
        }
    }

    /// Something was seen to be true; with the seconds since the tick before.
    pub(super) fn tick(&mut self, fact: &str) {
        let seconds = self.step.elapsed().as_secs_f32();
        self.line(&format!("  ✓ {fact} ({seconds:.1} s)"));
        self.step = Instant::now();
    }

    /// The last words, which are no part of the transcript.
    pub(super) fn end(&self, text: &str) {
        print(&format!("\n{text} ({:.1} s)", self.start.elapsed().as_secs_f32()));
    }

    /// All lines, masked.
    pub(super) fn transcript(&self, mask: &Mask) -> String {
        mask.apply(&self.lines.iter().fold(String::new(), |text, line| text + line + "\n"))
    }

    fn line(&mut self, line: &str) {
        print(line);
        self.lines.push(line.to_owned());
    }
}

/// A closed stdout is no reason to stop.
fn print(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}
