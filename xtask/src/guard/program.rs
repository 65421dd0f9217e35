//! What to run under guard, and how.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Guarded, locate, owned};

/// A program to be run under guard. It gets an empty stdin, this process's environment and what is added here.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    env_removed: Vec<OsString>,
    dir: Option<PathBuf>,
    log: Option<PathBuf>,
    stdout: Option<PathBuf>,
    grace: Duration,
    remove: Vec<PathBuf>,
}

impl Program {
    /// A program by its path; a bare name is looked for in `PATH`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let grace = Duration::from_secs(2);
        Self {
            path: path.into(),
            args: vec![],
            env: vec![],
            env_removed: vec![],
            dir: None,
            log: None,
            stdout: None,
            grace,
            remove: vec![],
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<OsString>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Keeps variables of this process's environment from it.
    #[must_use]
    pub fn env_remove<I: IntoIterator<Item = OsString>>(mut self, names: I) -> Self {
        self.env_removed.extend(names);
        self
    }

    /// Its working folder; default: this process's.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Appends stdout and stderr to this file. Default: both go to this process's stderr.
    #[must_use]
    pub fn log(mut self, log: impl Into<PathBuf>) -> Self {
        self.log = Some(log.into());
        self
    }

    /// Appends stdout to this file instead.
    #[must_use]
    pub fn stdout(mut self, file: impl Into<PathBuf>) -> Self {
        self.stdout = Some(file.into());
        self
    }

    /// Time between SIGTERM and SIGKILL when the owner is gone; default 2 s, zero is SIGKILL at once.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// A file or folder that the guard deletes after ending the program because its owner is gone or released it.
    #[must_use]
    pub fn remove(mut self, path: impl Into<PathBuf>) -> Self {
        self.remove.push(path.into());
        self
    }

    /// Starts it. Fails when the guard or the program cannot be started; a program that fails later is seen by
    /// [`Guarded::try_wait`], and what it wrote stands in its log.
    pub fn spawn(self) -> Result<Guarded> {
        if self.path.components().count() > 1 && !self.path.is_file() {
            bail!("{} does not exist", self.path.display());
        }
        let mut guard = self.command()?.spawn().context("cannot start the guard program")?;
        let pipe = guard.stdin.take().context("the guard has no stdin")?;
        owned::keep(guard.id(), pipe);
        match first_line(&mut guard) {
            Ok(pid) => Ok(Guarded::new(guard, pid, self.log)),
            Err(error) => {
                owned::release(guard.id());
                let _ = guard.wait();
                Err(error.context(format!("cannot start {}", self.path.display())))
            }
        }
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(locate::xtask()?);
        command
            .arg("guard")
            .arg("--grace-ms")
            .arg(self.grace.as_millis().to_string());
        let files = [("--log", self.log.as_ref()), ("--stdout", self.stdout.as_ref())];
        let files = files
            .into_iter()
            .filter_map(|(name, path)| path.map(|path| (name, path)));
        for (name, path) in files.chain(self.remove.iter().map(|path| ("--remove", path))) {
            // The guard runs in the program's folder.
            command
                .arg(name)
                .arg(std::path::absolute(path).context("a path is empty")?);
        }
        command.arg("--").arg(&self.path).args(&self.args);
        for name in &self.env_removed {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        // A group of its own: a terminal's Ctrl-C reaches the owner only, and the guard stays to clean up.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        Ok(command)
    }
}

/// The guard's first line is the program's process id.
fn first_line(guard: &mut Child) -> Result<u32> {
    let stdout = guard.stdout.take().context("the guard has no stdout")?;
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .context("cannot read from the guard")?;
    line.trim()
        .parse()
        .context("the guard did not say the program's process id")
}

/// Runs `program` under guard with stdout and stderr appended to `log`: [`Program`] in one call.
pub fn spawn_guarded(program: &Path, args: &[String], env: &[(String, String)], log: &Path) -> Result<Guarded> {
    let start = Program::new(program).args(args).log(log);
    env.iter()
        .fold(start, |program, (name, value)| program.env(name, value))
        .spawn()
}
