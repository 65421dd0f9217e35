//! The score of campaigns: what each case ran and what was violated.

use std::fmt;

use serde::Deserialize;

/// What the line of a score begins with.
const MARK: &str = "SCORE ";

/// One case of a campaign.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) campaign: String,
    pub(super) case: String,
    pub(super) runs: u64,
    pub(super) violations: u64,
    pub(super) seconds: u64,
}

/// The rows among what a test program printed.
pub(super) fn rows(output: &str) -> Vec<Row> {
    let lines = output.lines().filter_map(|line| line.strip_prefix(MARK));
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// All cases that were run.
#[derive(Debug, Default)]
pub(super) struct Scores {
    pub(super) rows: Vec<Row>,
    pub(super) failed_tests: u32,
    /// In words.
    pub(super) failures: Vec<String>,
}

impl Scores {
    /// Everything was run, and nothing was violated.
    pub(super) fn is_clean(&self) -> bool {
        let violated = self.rows.iter().any(|row| row.violations > 0);
        !violated && self.failed_tests == 0 && self.failures.is_empty()
    }

    /// Runs of all cases.
    pub(super) fn runs(&self) -> u64 {
        self.rows.iter().map(|row| row.runs).sum()
    }

    /// Violations of all cases.
    pub(super) fn violations(&self) -> u64 {
        self.rows.iter().map(|row| row.violations).sum()
    }

    /// As a table in Markdown.
    pub(super) fn table(&self) -> String {
        let head = "| campaign | case | runs | violations | seconds |\n|---|---|--:|--:|--:|\n".to_owned();
        let rows = self.rows.iter().map(|row| {
            let Row {
                campaign,
                case,
                runs,
                violations,
                seconds,
            } = row;
            format!("| {campaign} | {case} | {runs} | {violations} | {seconds} |\n")
        });
        rows.fold(head, |table, row| table + &row)
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.table())?;
        for failure in &self.failures {
            writeln!(f, "failure: {failure}")?;
        }
        writeln!(
            f,
            "{} runs, {} violations, {} failed tests",
            self.runs(),
            self.violations(),
            self.failed_tests
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(violations: u64) -> Row {
        Row {
            campaign: "model".to_owned(),
            case: "seeds".to_owned(),
            runs: 20_000,
            violations,
            seconds: 61,
        }
    }

    #[test]
    fn rows_are_found_among_other_output() {
        let output = "test seeds ... \nSCORE {\"campaign\":\"model\",\"case\":\"seeds\",\"runs\":20000,\"seconds\":61,\"violations\":0}\nok\nSCORE nonsense\n";
        assert_eq!(rows(output), [row(0)]);
    }

    #[test]
    fn a_violation_a_failed_test_and_a_hung_program_are_not_clean() {
        let clean = || Scores {
            rows: vec![row(0)],
            ..Scores::default()
        };
        assert!(clean().is_clean());
        let mut scores = clean();
        scores.rows.push(row(1));
        assert!(!scores.is_clean());
        assert!(
            scores
                .to_string()
                .ends_with("40000 runs, 1 violations, 0 failed tests\n")
        );
        let failed_tests = 1;
        assert!(
            !Scores {
                failed_tests,
                ..clean()
            }
            .is_clean()
        );
        let failures = vec!["faults_process still ran".to_owned()];
        assert!(!Scores { failures, ..clean() }.is_clean());
    }
}
