//! Reads what a libtest program prints.

use std::ops::AddAssign;

/// Counts of one or more test programs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    /// libtest's `ignored`.
    pub(crate) skipped: u32,
}

impl Counts {
    /// One check.
    pub(crate) fn of_one(passed: bool) -> Self {
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
pub(crate) fn counts(output: &str) -> Option<Counts> {
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

/// Lines of a panic's message that are worth repeating.
const SHOWN_LINES: usize = 12;

/// What each failed test said as it panicked, in few lines: its name, the place and the beginning of the message.
pub(crate) fn causes(output: &str) -> Vec<String> {
    let mut causes = vec![];
    let mut test = "";
    let mut lines = output.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            test = name;
        } else if let Some((_, place)) = line.split_once("panicked at ").filter(|_| line.starts_with("thread '")) {
            let message = lines.clone().take_while(|line| is_message(line)).take(SHOWN_LINES);
            let message: Vec<_> = message.map(|line| format!("\n    {line}")).collect();
            causes.push(format!("{test} at {}{}", place.trim_end_matches(':'), message.concat()));
        }
    }
    causes
}

/// Whether a line still belongs to the message of a panic.
fn is_message(line: &str) -> bool {
    !["note: run with", "stack backtrace:", "---", "thread '"]
        .iter()
        .any(|end| line.starts_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_test_is_told_with_its_message() {
        let output = "running 2 tests\n\nfailures:\n\n---- counts_calls stdout ----\n\n\
            thread 'counts_calls' (71) panicked at tests/flow_x.rs:3:5:\n\
            assertion failed: the calls\n  left: 1\n right: 2\n\
            note: run with `RUST_BACKTRACE=1`\n--- the operator runs; the end of x:\nlog\n---\n";
        let expected =
            "counts_calls at tests/flow_x.rs:3:5\n    assertion failed: the calls\n      left: 1\n     right: 2";
        assert_eq!(causes(output), [expected]);
        assert!(causes("test a ... ok\ntest result: ok. 1 passed").is_empty());
    }

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
