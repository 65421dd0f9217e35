//! The table of levels, and the sum that the last line says.

use std::fmt;

use super::Level;
use crate::generate::Checked;
use crate::programs::job::{Job, Outcome};
use crate::programs::libtest::{self, Counts};

/// One level's line.
#[derive(Debug)]
pub(super) struct Row {
    level: Level,
    counts: Counts,
    notes: Vec<String>,
    pub(super) seconds: f32,
    /// What has to be installed first; the level did not run then.
    pub(super) lacks: Option<String>,
}

impl Row {
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            counts: Counts::default(),
            notes: vec![],
            seconds: 0.0,
            lacks: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts == Counts::default()
    }

    /// A failure that no test reported.
    pub(super) fn add_failure(&mut self, note: String) {
        self.counts.failed += 1;
        self.notes.push(note);
    }

    /// Adds and prints what came of a job; its whole output when it failed.
    pub(super) fn add_outcome(&mut self, job: &Job, outcome: Outcome) {
        let Counts {
            passed,
            failed,
            skipped,
        } = outcome.counts;
        let trouble = outcome
            .trouble
            .as_ref()
            .map(|trouble| format!(", {trouble}"))
            .unwrap_or_default();
        println!(
            "{}: {}: {passed} passed, {failed} failed, {skipped} skipped{trouble} ({:.1} s)",
            self.level, job.label, outcome.seconds
        );
        if failed > 0 || outcome.trouble.is_some() {
            println!("{}", outcome.output);
        }
        // Repeated below the table: the whole output is long, and often cut by those who keep it.
        self.notes.extend(libtest::causes(&outcome.output));
        self.counts += outcome.counts;
        if let Some(trouble) = outcome.trouble {
            self.add_failure(format!("{} {trouble}", job.label));
        }
    }

    /// Adds the comparison of generated files.
    pub(super) fn add_checked(&mut self, checked: &Checked) {
        self.counts.passed += checked.equal;
        for difference in &checked.differences {
            println!("{}: {difference}", self.level);
            self.add_failure(difference.clone());
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            passed,
            failed,
            skipped,
        } = self.counts;
        match &self.lacks {
            Some(lacks) => writeln!(f, "{:<10} not run: {lacks}", self.level),
            None => writeln!(
                f,
                "{:<10} {passed:>7} {failed:>7} {skipped:>8} {:>8.1}",
                self.level, self.seconds
            ),
        }
    }
}

/// All levels that were asked for.
#[derive(Debug)]
pub(super) struct Report {
    is_ci: bool,
    rows: Vec<Row>,
    failures: Vec<String>,
}

impl Report {
    /// In CI (`is_ci`) a skipped test and a level that lacks its tools are failures.
    pub(super) fn new(is_ci: bool) -> Self {
        Self {
            is_ci,
            rows: vec![],
            failures: vec![],
        }
    }

    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn add_failure(&mut self, note: &str) {
        self.failures.push(note.to_owned());
    }

    pub(super) fn add_unassigned(&mut self, files: Vec<String>) {
        self.failures.extend(files);
    }

    pub(super) fn passed(&self) -> u32 {
        self.rows.iter().map(|row| row.counts.passed).sum()
    }

    pub(super) fn failed(&self) -> usize {
        let of = |row: &Row| {
            let Counts { failed, skipped, .. } = row.counts;
            let only_in_ci = if self.is_ci {
                skipped + u32::from(row.lacks.is_some())
            } else {
                0
            };
            (failed + only_in_ci) as usize
        };
        self.rows.iter().map(of).sum::<usize>() + self.failures.len()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<10} {:>7} {:>7} {:>8} {:>8}",
            "level", "passed", "failed", "skipped", "seconds"
        )?;
        self.rows.iter().try_for_each(|row| row.fmt(f))?;
        let notes = self.rows.iter().flat_map(|row| &row.notes).chain(&self.failures);
        notes.into_iter().try_for_each(|note| writeln!(f, "failure: {note}"))?;
        if self.is_ci
            && self
                .rows
                .iter()
                .any(|row| row.counts.skipped > 0 || row.lacks.is_some())
        {
            writeln!(
                f,
                "with CI=true a skipped test and a level that lacks its tools are failures"
            )?;
        }
        writeln!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(passed: u32, failed: u32, skipped: u32) -> Row {
        Row {
            counts: Counts {
                passed,
                failed,
                skipped,
            },
            ..Row::new(Level::Unit)
        }
    }

    fn last_line(report: &Report) -> String {
        report.to_string().lines().last().unwrap().to_owned()
    }

    #[test]
    fn last_line_is_the_sum() {
        let mut report = Report::new(false);
        report.add(row(3, 0, 1));
        report.add(row(4, 2, 0));
        assert_eq!(last_line(&report), "7 passed, 2 failed");
    }

    #[test]
    fn in_ci_a_skipped_test_and_a_missing_tool_fail() {
        for (is_ci, expected) in [(false, "3 passed, 0 failed"), (true, "3 passed, 2 failed")] {
            let mut report = Report::new(is_ci);
            report.add(row(3, 0, 1));
            report.add(Row {
                lacks: Some("Go is missing".to_owned()),
                ..Row::new(Level::Cluster)
            });
            assert_eq!(last_line(&report), expected);
        }
    }
}
