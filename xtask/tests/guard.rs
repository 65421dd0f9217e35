//! Real processes: what is under guard ends with its owner.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking; Clippy exempts only functions marked #[test]"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::guard::{Guarded, Program};

/// Set for a second run of this test program, which then is the owner that gets killed.
const OWNER: &str = "XTASK_TEST_OWNER";

/// A program with a child of its own: both have to go.
fn parent_and_child(name: &str) -> Program {
    Program::new("/bin/sh")
        .args(["-c", "sleep 600 & echo child $!; wait"])
        .log(fresh_log(name))
}

fn fresh_log(name: &str) -> PathBuf {
    let dir = xtask::paths::target().unwrap().join("xtask-tests");
    fs::create_dir_all(&dir).unwrap();
    let log = dir.join(format!("{name}.log"));
    let _ = fs::remove_file(&log);
    log
}

fn child_of(guarded: &mut Guarded) -> u32 {
    guarded
        .wait_for_line("child ", Duration::from_secs(10))
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

/// Gone, or a zombie that nobody has collected yet.
fn is_gone(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

fn wait_until_gone(pids: &[u32]) {
    let start = Instant::now();
    while !pids.iter().all(|pid| is_gone(*pid)) {
        assert!(start.elapsed() < Duration::from_secs(10), "of {pids:?} some still run");
        thread::sleep(Duration::from_millis(10));
    }
}

fn start_owner(test: &str, removed: &Path) -> (Child, Vec<u32>) {
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(OWNER, removed)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let found = lines
        .map(Result::unwrap)
        .find_map(|line| line.strip_prefix("pids ").map(str::to_owned));
    let pids = found.unwrap().split(' ').map(|pid| pid.parse().unwrap()).collect();
    (owner, pids)
}

fn be_owner(removed: &str) -> ! {
    let mut guarded = parent_and_child("owner").remove(removed).spawn().unwrap();
    println!("\npids {} {}", guarded.pid(), child_of(&mut guarded));
    loop {
        thread::park();
    }
}

#[test]
fn program_and_its_children_end_when_the_owner_is_killed() {
    if let Ok(removed) = std::env::var(OWNER) {
        be_owner(&removed);
    }
    let removed = xtask::paths::target().unwrap().join("xtask-tests/removed");
    fs::create_dir_all(removed.join("data")).unwrap();
    let (mut owner, pids) = start_owner("program_and_its_children_end_when_the_owner_is_killed", &removed);
    assert!(pids.iter().all(|pid| !is_gone(*pid)));
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until_gone(&pids);
    let start = Instant::now();
    while removed.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{} is still there",
            removed.display()
        );
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn program_and_its_children_end_when_the_handle_is_dropped() {
    let mut guarded = parent_and_child("dropped").spawn().unwrap();
    let pids = [guarded.pid(), child_of(&mut guarded)];
    drop(guarded);
    wait_until_gone(&pids);
}

#[test]
fn program_that_ignores_sigterm_is_killed_after_the_grace() {
    let script = "trap '' TERM; echo child 1; while :; do sleep 1; done";
    let program = Program::new("/bin/sh")
        .args(["-c", script])
        .grace(Duration::from_millis(200));
    let mut guarded = program.log(fresh_log("stubborn")).spawn().unwrap();
    let pid = guarded.pid();
    child_of(&mut guarded);
    drop(guarded);
    wait_until_gone(&[pid]);
}

#[test]
fn program_ends_when_its_guard_is_killed() {
    let mut guarded = parent_and_child("orphan").spawn().unwrap();
    let pids = [guarded.pid(), child_of(&mut guarded)];
    let process = fs::read_to_string(format!("/proc/{}/stat", guarded.pid())).unwrap();
    let guard = process
        .rsplit_once(") ")
        .unwrap()
        .1
        .split(' ')
        .nth(1)
        .unwrap()
        .to_owned();
    assert!(Command::new("kill").args(["-9", &guard]).status().unwrap().success());
    wait_until_gone(&pids[..1]);
    assert!(
        Command::new("kill")
            .args(["-9", &pids[1].to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn what_a_program_leaves_running_is_gone_after_the_wait() {
    let program = Program::new("/bin/sh")
        .args(["-c", "sleep 600 & echo child $!"])
        .log(fresh_log("left"));
    let mut guarded = program.spawn().unwrap();
    assert!(guarded.wait().unwrap().success());
    let child = fs::read_to_string(guarded.log().unwrap()).unwrap();
    let child = child.trim().strip_prefix("child ").unwrap().parse().unwrap();
    assert!(is_gone(child), "{child} still runs");
}

#[test]
fn killed_terminated_and_ended_programs_are_told_apart() {
    let mut killed = parent_and_child("killed").spawn().unwrap();
    killed.kill_now().unwrap();
    assert_eq!(killed.wait().unwrap().code(), Some(128 + 9));
    let mut terminated = parent_and_child("terminated").spawn().unwrap();
    child_of(&mut terminated);
    terminated.terminate().unwrap();
    assert_eq!(terminated.wait().unwrap().code(), Some(128 + 15));
    let mut ended = Program::new("/bin/sh").args(["-c", "exit 7"]).spawn().unwrap();
    assert_eq!(ended.wait().unwrap().code(), Some(7));
    assert!(ended.kill_now().is_err());
}

#[test]
fn paused_program_makes_no_progress_until_resumed() {
    // Built-ins alone: a shell that waits for a child which was stopped before its exec is never seen as stopped itself.
    let script = "echo child 1; while :; do i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; echo tick; done";
    let program = Program::new("/bin/sh").args(["-c", script]).log(fresh_log("paused"));
    let mut guarded = program.spawn().unwrap();
    child_of(&mut guarded);
    guarded.pause().unwrap();
    let process = format!("/proc/{}/stat", guarded.pid());
    let start = Instant::now();
    while !fs::read_to_string(&process).unwrap().contains(") T ") {
        assert!(start.elapsed() < Duration::from_secs(10), "not stopped");
        thread::sleep(Duration::from_millis(10));
    }
    let log = guarded.log().unwrap().to_owned();
    let before = fs::metadata(&log).unwrap().len();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(fs::metadata(&log).unwrap().len(), before);
    guarded.resume().unwrap();
    let start = Instant::now();
    while fs::metadata(&log).unwrap().len() == before {
        assert!(start.elapsed() < Duration::from_secs(10), "not resumed");
        thread::sleep(Duration::from_millis(10));
    }
}
