//! The levels and what belongs to each.

use std::fmt;

use anyhow::Result;

use crate::cargo::cargo;
use crate::guard::{self, Program};
use crate::paths;
use crate::programs::build::{self, TestProgram};
use crate::programs::job::{Evidence, Job, LIMIT};

/// A level of tests, from fast to slow.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Level {
    /// Rules, contracts, scenarios, the simulator, xtask, and doc tests.
    Unit,
    /// The real reconcile code in in-memory worlds: cuts, lost answers, interleavings, faults by seed.
    Model,
    /// A real API server, the operator as a process.
    Cluster,
    /// The same, killed, frozen and in bad weather: the campaigns of faults in short form.
    Faults,
    /// Generated files are what `generate` would write.
    Generated,
}

/// Integration tests of the root package that the unit level must have.
const UNIT_FILES: [&str; 4] = ["architecture", "docs", "scenarios", "contract_olt"];

/// Integration tests of the root package over the in-memory worlds.
const MODEL_FILES: [&str; 2] = ["power_cut", "faults_model"];

/// Integration tests of the root package that are campaigns of faults over real processes.
const CAMPAIGN_FILES: [&str; 2] = ["faults_process", "faults_weather"];

impl Level {
    /// Whether it needs the control plane's programs.
    pub(super) fn needs_cluster(self) -> bool {
        matches!(self, Level::Cluster | Level::Faults)
    }

    /// In the order in which they run.
    pub const ALL: [Level; 5] = [
        Level::Unit,
        Level::Model,
        Level::Cluster,
        Level::Faults,
        Level::Generated,
    ];

    fn name(self) -> &'static str {
        match self {
            Level::Unit => "unit",
            Level::Model => "model",
            Level::Cluster => "cluster",
            Level::Faults => "faults",
            Level::Generated => "generated",
        }
    }

    /// How many of its programs run side by side. Each cluster program has a control plane of its own, and no more than
    /// three of those run at a time. A campaign keeps a machine busy by itself.
    pub(super) fn workers(self) -> usize {
        if self == Level::Cluster { 3 } else { 1 }
    }

    /// Whether a test program is part of this level.
    fn has(self, program: &TestProgram) -> bool {
        let TestProgram { member, kind, name, .. } = program;
        let is_root_test = member.is_empty() && kind == "test";
        match self {
            Level::Unit => !member.is_empty() || kind == "lib" || (is_root_test && UNIT_FILES.contains(&name.as_str())),
            Level::Model => is_root_test && MODEL_FILES.contains(&name.as_str()),
            Level::Cluster => {
                let prefixes = ["admit_", "flow_", "recover_"];
                is_root_test && prefixes.iter().any(|prefix| name.starts_with(prefix))
            }
            Level::Faults => is_root_test && CAMPAIGN_FILES.contains(&name.as_str()),
            Level::Generated => false,
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Level::Unit => &UNIT_FILES,
            Level::Model => &MODEL_FILES,
            Level::Faults => &CAMPAIGN_FILES,
            Level::Cluster | Level::Generated => &[],
        }
    }

    /// What to run, and the files that should be there and are not.
    pub(super) fn jobs(self, programs: &[TestProgram], is_ci: bool) -> Result<(Vec<Job>, Vec<String>)> {
        let own: Vec<_> = programs.iter().filter(|program| self.has(program)).collect();
        let mut jobs = own
            .iter()
            .map(|program| program_job(self, program))
            .collect::<Result<Vec<_>>>()?;
        match self {
            Level::Unit => jobs.push(doc_job(is_ci)?),
            Level::Cluster => jobs.push(demo_job()?),
            Level::Model | Level::Faults | Level::Generated => {}
        }
        let is_there = |file: &str| {
            own.iter()
                .any(|program| program.member.is_empty() && program.name == file)
        };
        let missing = self.required().iter().filter(|file| !is_there(file));
        Ok((jobs, missing.map(|file| format!("tests/{file}.rs")).collect()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Integration tests of the root package that no level runs.
pub(super) fn unassigned(programs: &[TestProgram]) -> Vec<String> {
    let tests = programs
        .iter()
        .filter(|program| program.member.is_empty() && program.kind == "test");
    let lost = tests.filter(|program| !Level::ALL.iter().any(|level| level.has(program)));
    lost.map(|program| format!("tests/{}.rs belongs to no level", program.name))
        .collect()
}

fn program_job(level: Level, program: &TestProgram) -> Result<Job> {
    let package = if program.member.is_empty() {
        "oauth-registrar"
    } else {
        &program.member
    };
    let is_root = program.member.is_empty();
    let dir = paths::workspace().join(&program.member);
    let mut command = Program::new(&program.path).env("CARGO_MANIFEST_DIR", &dir).dir(&dir);
    if level.needs_cluster() {
        // They wait for the operator most of the time: more at once than there are cores.
        command = command.env("RUST_TEST_THREADS", "6");
    }
    Ok(Job {
        label: format!("{package} {} {}", program.kind, program.name),
        program: command,
        log: build::logs()?.join(format!("{level}-{package}-{}-{}.log", program.kind, program.name)),
        evidence: if is_root || program.kind == "test" {
            Evidence::Tests
        } else {
            // The other members' doors and examples may well have none.
            Evidence::PerhapsTests
        },
        limit: LIMIT,
    })
}

fn doc_job(is_ci: bool) -> Result<Job> {
    let args = ["test", "--workspace", "--doc", "--no-fail-fast"];
    Ok(Job {
        label: "doc tests".to_owned(),
        program: cargo().args(args).args(is_ci.then_some("--locked")),
        log: build::logs()?.join("unit-doc.log"),
        evidence: Evidence::PerhapsTests,
        limit: LIMIT,
    })
}

/// The demonstration, which ends with 0 when all that it tells was true.
fn demo_job() -> Result<Job> {
    Ok(Job {
        label: "cargo xtask demo --once".to_owned(),
        program: Program::new(guard::program_path()?).args(["demo", "--once"]),
        log: build::logs()?.join("cluster-demo.log"),
        evidence: Evidence::ExitCode,
        limit: LIMIT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(member: &str, kind: &str, name: &str) -> TestProgram {
        TestProgram {
            member: member.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            path: "x".into(),
        }
    }

    fn level_of(member: &str, kind: &str, name: &str) -> Vec<Level> {
        let program = program(member, kind, name);
        Level::ALL.into_iter().filter(|level| level.has(&program)).collect()
    }

    #[test]
    fn each_program_has_one_level() {
        assert_eq!(level_of("", "lib", "oauth_registrar"), [Level::Unit]);
        assert_eq!(level_of("", "test", "architecture"), [Level::Unit]);
        assert_eq!(level_of("simulator", "test", "flow_x"), [Level::Unit]);
        assert_eq!(level_of("", "test", "power_cut"), [Level::Model]);
        assert_eq!(level_of("", "test", "faults_model"), [Level::Model]);
        assert_eq!(level_of("", "test", "faults_weather"), [Level::Faults]);
        assert_eq!(level_of("", "test", "recover_kill"), [Level::Cluster]);
    }

    #[test]
    fn a_test_file_of_no_level_is_named() {
        let programs = [
            program("", "test", "stray"),
            program("", "test", "admit_crds"),
            program("", "bin", "x"),
        ];
        assert_eq!(unassigned(&programs), ["tests/stray.rs belongs to no level"]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let (_, missing) = Level::Model.jobs(&[], false).unwrap();
        assert_eq!(missing, ["tests/power_cut.rs", "tests/faults_model.rs"]);
    }
}
