//! Runs test programs, some at a time, each with its output in a file.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::libtest::{Counts, counts};
use crate::guard::{self, Program};

/// A program of the levels that still runs then is taken for hung.
pub(crate) const LIMIT: Duration = Duration::from_mins(20);

/// One test program to run.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) label: String,
    pub(crate) program: Program,
    pub(crate) log: PathBuf,
    pub(crate) evidence: Evidence,
    /// A program that still runs then is taken for hung.
    pub(crate) limit: Duration,
}

/// What tells how a job went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Evidence {
    /// The results of its tests; to have no test is a failure.
    Tests,
    /// The results of its tests, if it has any.
    PerhapsTests,
    /// Its exit code: it is one check.
    ExitCode,
}

/// What came of a job.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    /// Why it failed, when that is more than failed tests.
    pub(crate) trouble: Option<String>,
    pub(crate) output: String,
    pub(crate) seconds: f32,
}

/// Runs all jobs, at most `workers` at a time, and hands over each outcome as it comes.
pub(crate) fn run_all(jobs: &[Job], workers: usize, mut done: impl FnMut(&Job, Outcome)) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((job, job.run())).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (job, outcome) in outcomes {
            done(job, outcome?);
        }
        Ok(())
    })
}

impl Job {
    fn run(&self) -> Result<Outcome> {
        let start = Instant::now();
        fs::write(&self.log, "").with_context(|| format!("cannot write {}", self.log.display()))?;
        let program = self
            .program
            .clone()
            .env(guard::PROGRAM_VARIABLE, guard::program_path()?);
        let mut program = program.log(&self.log).spawn()?;
        let status = program.wait_at_most(self.limit)?;
        drop(program);
        let output = fs::read(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        let output = String::from_utf8_lossy(&output).into_owned();
        let counted = match self.evidence {
            Evidence::Tests | Evidence::PerhapsTests => counts(&output),
            Evidence::ExitCode => status.map(|status| Counts::of_one(status.success())),
        };
        let trouble = match (status, counted) {
            (None, _) => Some(format!("still ran after {} min", self.limit.as_secs() / 60)),
            (Some(status), None) => Some(format!("ended without a result ({status})")),
            (Some(status), Some(counts)) if !status.success() && counts.failed == 0 => {
                Some(format!("ended with {status}"))
            }
            (Some(_), Some(counts)) if self.evidence == Evidence::Tests && counts == Counts::default() => {
                Some("has no test".to_owned())
            }
            _ => None,
        };
        Ok(Outcome {
            counts: counted.unwrap_or_default(),
            trouble,
            output,
            seconds: start.elapsed().as_secs_f32(),
        })
    }
}
