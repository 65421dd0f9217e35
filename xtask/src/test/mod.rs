//! `cargo xtask test`: builds once, runs the levels, prints a table. What should have run and did not is a failure.

mod level;
mod report;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use crate::binaries::{self, Binaries};
use crate::programs::build::{self, TestProgram};
use crate::programs::job;
use crate::{cargo, generate};
pub use level::Level;
use report::{Report, Row};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The levels to run; none means all.
    levels: Vec<Level>,
}

impl Arguments {
    /// Runs the levels. The last line printed is `N passed, N failed`; the code is success only when nothing failed.
    pub fn run(&self) -> Result<ExitCode> {
        let all = self.levels.is_empty();
        let is_ci = cargo::is_ci();
        let mut report = Report::new(is_ci);
        match build::all(is_ci) {
            Ok(programs) => {
                for level in Level::ALL
                    .into_iter()
                    .filter(|level| all || self.levels.contains(level))
                {
                    report.add(run(level, &programs, is_ci)?);
                }
                if all {
                    report.add_unassigned(level::unassigned(&programs));
                }
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                report.add_failure("the workspace does not build");
            }
        }
        print!("{report}");
        Ok(if report.failed() == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn run(level: Level, programs: &[TestProgram], is_ci: bool) -> Result<Row> {
    let start = Instant::now();
    let mut row = Row::new(level);
    if level.needs_cluster() {
        row.lacks = binaries::lacking();
        if row.lacks.is_some() {
            return Ok(row);
        }
        // Once for all, so that the progress is seen and no test waits for it.
        Binaries::ensure()?;
        binaries::helm()?;
    }
    if level == Level::Generated {
        row.add_checked(&generate::check()?);
    } else {
        let (jobs, missing) = level.jobs(programs, is_ci)?;
        for file in missing {
            row.add_failure(format!("{file} is missing"));
        }
        job::run_all(&jobs, level.workers(), |job, outcome| row.add_outcome(job, outcome))?;
    }
    if row.is_empty() {
        row.add_failure(format!("the level {level} has no test"));
    }
    row.seconds = start.elapsed().as_secs_f32();
    Ok(row)
}
