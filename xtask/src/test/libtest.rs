//! Reads what a libtest program prints.

use std::ops::AddAssign;

/// Counts of one or more test programs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
    /// libtest's `ignored`.
    pub(super) skipped: u32,
}

impl Counts {
    /// One check.
    pub(super) fn of_one(passed: bool) -> Self {
        Self {
            passed: passed.into(),
            failed: (!passed).into(),
            skipped: 0,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The sum of all `test result:` lines; `None` without any, as of a program that died before its end.
pub(super) fn counts(output: &str) -> Option<Counts> {
    let results = output.lines().filter_map(|line| line.strip_prefix("test result: "));
    results.map(one).reduce(|mut sum, next| {
        sum += next;
        sum
    })
}

/// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn one(result: &str) -> Counts {
    let rest = result.split_once(". ").map_or("", |(_, rest)| rest);
    let count = |word: &str| {
        let mut parts = rest.split("; ").filter_map(|part| part.split_once(' '));
        parts
            .find(|(_, name)| *name == word)
            .and_then(|(number, _)| number.parse().ok())
            .unwrap_or(0)
    };
    Counts {
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("ignored"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_results_are_added() {
        let output = "running 4 tests\n\
            test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\n\
            test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.00s\n";
        assert_eq!(
            counts(output),
            Some(Counts {
                passed: 7,
                failed: 1,
                skipped: 1
            })
        );
    }

    #[test]
    fn output_without_result_is_no_count() {
        assert_eq!(counts("running 4 tests\ntest a ... "), None);
        assert_eq!(counts("  test result: ok. 5 passed; 0 failed"), None);
    }
}
