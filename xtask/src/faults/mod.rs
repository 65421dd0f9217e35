//! `cargo xtask faults`: the campaigns of faults at full length. Each is a test program that runs in short form within
//! `cargo xtask test`; here it is told to take its time, and what it tells of its runs is put together.

mod page;
mod score;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::binaries::{self, Binaries};
use crate::cargo;
use crate::guard::Program;
use crate::paths;
use crate::programs::build::{self, TestProgram};
use crate::programs::job::{self, Evidence, Job, Outcome};
use crate::programs::libtest;
use score::{Row, Scores};

/// A campaign that still runs then is taken for hung.
const LIMIT: Duration = Duration::from_hours(3);

/// Set, the campaign of processes plays only the runs whose name contains this text.
const ONLY: &str = "OAUTH_REGISTRAR_RUN";

/// A campaign of faults.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Campaign {
    /// The real reconcile code in in-memory worlds: cuts, lost answers, stale views, two operators, by seed.
    Model,
    /// The real operator, control plane and simulator: killed, frozen and cut off at every request that changes something.
    Processes,
    /// Bad weather at the platform and in the cluster, for many resources at once.
    Weather,
}

impl Campaign {
    const ALL: [Self; 3] = [Self::Model, Self::Processes, Self::Weather];

    /// Its test programs.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Model => &["power_cut", "faults_model"],
            Self::Processes => &["faults_process"],
            Self::Weather => &["faults_weather"],
        }
    }
}

/// Arguments of `cargo xtask faults`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The campaigns to run; none means all.
    campaigns: Vec<Campaign>,
    /// Replays this one schedule of the model's campaign, and shows its trace.
    #[arg(long, conflicts_with = "campaigns")]
    seed: Option<u64>,
}

impl Arguments {
    /// Runs the campaigns one after the other, prints their score, and writes it into the page on reliability when all
    /// were run. Success only when nothing was violated.
    pub fn run(&self) -> Result<ExitCode> {
        let campaigns = match (&self.campaigns[..], self.seed) {
            (_, Some(_)) => &[Campaign::Model],
            ([], None) => &Campaign::ALL[..],
            (some, None) => some,
        };
        let writes_page = self.seed.is_none() && campaigns.len() == Campaign::ALL.len();
        if writes_page && env::var_os(ONLY).is_some() {
            bail!("{ONLY} plays some runs alone, which is no score: use it with `cargo xtask faults processes`");
        }
        let began = page::Began::now()?;
        let programs = build::all(cargo::is_ci())?;
        if campaigns.iter().any(|campaign| *campaign != Campaign::Model) {
            if let Some(lacks) = binaries::lacking() {
                bail!("{lacks}");
            }
            Binaries::ensure()?;
        }
        let mut scores = Scores::default();
        for campaign in campaigns {
            let jobs = self.jobs(*campaign, &programs)?;
            job::run_all(&jobs, 1, |job, outcome| add(&mut scores, job, outcome))?;
        }
        if self.seed.is_none() {
            print!("{scores}");
        }
        if writes_page {
            page::write(&scores, &began)?;
        }
        Ok(if scores.is_clean() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn jobs(&self, campaign: Campaign, programs: &[TestProgram]) -> Result<Vec<Job>> {
        let files = campaign.files().iter();
        let files = files.filter(|file| self.seed.is_none() || **file == "faults_model");
        files.map(|file| self.job(file, programs)).collect()
    }

    fn job(&self, file: &str, programs: &[TestProgram]) -> Result<Job> {
        let is_it =
            |program: &&TestProgram| program.member.is_empty() && program.kind == "test" && program.name == file;
        let Some(program) = programs.iter().find(is_it) else {
            bail!("tests/{file}.rs is missing");
        };
        let mut run = Program::new(&program.path)
            .args(["--show-output"])
            .env("CARGO_MANIFEST_DIR", paths::workspace())
            .dir(paths::workspace());
        run = match self.seed {
            None => run.env("OAUTH_REGISTRAR_FAULTS", "full"),
            Some(seed) => run
                .env("OAUTH_REGISTRAR_SEED", seed.to_string())
                .args(["lives_drawn_from_numbers"]),
        };
        Ok(Job {
            label: file.to_owned(),
            program: run,
            log: build::logs()?.join(format!("faults-{file}.log")),
            evidence: Evidence::Tests,
            limit: LIMIT,
        })
    }
}

/// Takes in what came of a program; shows all that it printed when it failed, or when it replayed a schedule.
fn add(scores: &mut Scores, job: &Job, outcome: Outcome) {
    let rows = score::rows(&outcome.output);
    let failed = outcome.counts.failed > 0 || outcome.trouble.is_some();
    println!(
        "{}: {} tests passed, {} failed, {:.0} s",
        job.label, outcome.counts.passed, outcome.counts.failed, outcome.seconds
    );
    if failed || rows.is_empty() {
        println!("{}", outcome.output);
    }
    let trouble = outcome.trouble.map(|trouble| format!("{} {trouble}", job.label));
    scores.failures.extend(trouble);
    scores.failures.extend(libtest::causes(&outcome.output));
    scores.failed_tests += outcome.counts.failed;
    scores.rows.extend::<Vec<Row>>(rows);
}
