//! The operator as a process, under guard: it ends when the test process ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use xtask::guard::{Guarded, Program};

/// How much of the log a failed test shows.
const SHOWN_LINES: usize = 80;

/// What is logged unless a test wants more.
const USUAL: &str = "info,oauth_registrar=debug";

/// The operator, running or not. Its methods block for some milliseconds.
#[derive(Debug)]
pub struct Operator {
    args: Vec<String>,
    kubeconfig: PathBuf,
    log: PathBuf,
    running: Mutex<Option<Guarded>>,
}

impl Operator {
    /// An operator that is not started yet; `kubeconfig` holds its own credentials.
    pub fn new(kubeconfig: PathBuf, log: PathBuf, args: Vec<String>) -> Self {
        Self {
            args,
            kubeconfig,
            log,
            running: Mutex::new(None),
        }
    }

    /// A second process of the same installation, with the same rights and flags; not started yet.
    pub fn twin(&self) -> Self {
        Self::new(
            self.kubeconfig.clone(),
            self.log.with_extension("twin.log"),
            self.args.clone(),
        )
    }

    /// Starts it; one that runs already is left alone.
    pub fn start(&self) {
        self.start_telling(USUAL);
    }

    /// As [`Self::start`], behind this proxy for all but these hosts.
    pub fn start_behind(&self, proxy: &str, except: &str) {
        self.spawn(USUAL, proxy, except);
    }

    /// As [`Self::start`], with this filter for its log.
    pub fn start_telling(&self, filter: &str) {
        self.spawn(filter, "", "");
    }

    /// Without proxy it does not use one either that whoever runs the tests has.
    fn spawn(&self, filter: &str, proxy: &str, except: &str) {
        let mut running = self.running();
        if running.is_none() {
            let program = Program::new(env!("CARGO_BIN_EXE_oauth-registrar"))
                .args(&self.args)
                .env("KUBECONFIG", &self.kubeconfig)
                .env("NO_COLOR", "1")
                .env("HTTPS_PROXY", proxy)
                .env("NO_PROXY", except)
                .env("RUST_LOG", filter)
                .log(&self.log);
            *running = Some(program.spawn().expect("the operator starts"));
        }
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill_now(&self) {
        let mut program = self.running().take().expect("the operator runs");
        program.kill_now().expect("the operator runs");
        program.wait().expect("the operator ends");
    }

    /// SIGTERM, and waits until it is gone; true when it ended with 0.
    pub fn stop(&self) -> bool {
        let mut program = self.running().take().expect("the operator runs");
        program.terminate().expect("the operator runs");
        program.wait().expect("the operator ends").success()
    }

    /// SIGSTOP: it gets no more time until [`Self::resume`].
    pub fn pause(&self) {
        self.running()
            .as_mut()
            .expect("the operator runs")
            .pause()
            .expect("it pauses");
        self.is_paused();
    }

    /// Waits until the kernel has stopped it, where the kernel tells.
    fn is_paused(&self) {
        let pid = self.running().as_ref().map(Guarded::pid).expect("the operator runs");
        let runs = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
            let state = stat.and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| rest.starts_with('T')));
            state == Some(false)
        };
        while runs() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.running()
            .as_mut()
            .expect("the operator runs")
            .resume()
            .expect("it resumes");
    }

    /// Whether it was started and has not ended.
    pub fn runs(&self) -> bool {
        self.running()
            .as_mut()
            .is_some_and(|program| program.try_wait().expect("its state").is_none())
    }

    /// What it authenticates with at the API server.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Everything it wrote.
    pub fn log(&self) -> String {
        fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// The file it writes to.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// Shows the end of the log: for a test that failed.
    pub fn show_log(&self) {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let shown = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        let state = if self.runs() { "runs" } else { "does not run" };
        eprintln!(
            "--- the operator {state}; the end of {}:\n{shown}\n---",
            self.log.display()
        );
    }

    fn running(&self) -> MutexGuard<'_, Option<Guarded>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
