//! What a campaign of faults ran and found, told in one line that `cargo xtask faults` reads. Knows nothing else of the
//! kit, so that the campaign over the model tells its score in the same way.

use std::time::Instant;

/// What the line begins with.
const MARK: &str = "SCORE";
/// Violations that are shown; more say the same.
const SHOWN: usize = 5;

/// The runs of one case of a campaign.
pub struct Score {
    campaign: &'static str,
    case: String,
    runs: usize,
    violations: Vec<String>,
    began: Instant,
}

impl Score {
    /// A case that begins now.
    pub fn of(campaign: &'static str, case: impl Into<String>) -> Self {
        Self {
            campaign,
            case: case.into(),
            runs: 0,
            violations: vec![],
            began: Instant::now(),
        }
    }

    /// One run has settled; `run` says which it was.
    pub fn add(&mut self, run: &str, violations: impl IntoIterator<Item = String>) {
        self.runs += 1;
        self.found(run, violations);
    }

    /// Something more that was found in a run that is counted already.
    pub fn found(&mut self, run: &str, violations: impl IntoIterator<Item = String>) {
        self.violations
            .extend(violations.into_iter().map(|what| format!("{run}: {what}")));
    }

    /// So many runs have settled, without a violation.
    pub fn add_clean(&mut self, runs: usize) {
        self.runs += runs;
    }

    /// Tells the score, and fails when anything was violated or nothing was run.
    pub fn tell(self) {
        let line = serde_json::json!({
            "campaign": self.campaign,
            "case": self.case,
            "runs": self.runs,
            "violations": self.violations.len(),
            "seconds": self.began.elapsed().as_secs(),
        });
        // At the beginning of a line: libtest writes the test's name before it.
        println!("\n{MARK} {line}");
        let shown = self.violations.iter().take(SHOWN).cloned().collect::<Vec<_>>();
        assert!(
            shown.is_empty(),
            "{} violations in {} runs of {}:\n{}",
            self.violations.len(),
            self.runs,
            self.case,
            shown.join("\n")
        );
        assert!(self.runs > 0, "{}: nothing was run", self.case);
    }
}
