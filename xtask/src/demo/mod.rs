//! `cargo xtask demo`: the whole thing at work on loopback, told step by step.
//!
//! Everything real but the platform, which is the simulator as a process: a control plane, the operator with exactly the
//! rights of `examples/install/rbac.yaml`, and folders of `examples/` applied with kubectl. What is told with a tick was
//! seen to be true; the first thing that is not ends the demonstration with an error.

mod examples;
mod http;
mod kubectl;
mod mask;
mod objects;
mod operator;
mod platform;
mod programs;
mod scenes;
mod stage;
mod story;
mod transcript;
mod wait;
mod workload;

use std::thread;
use std::time::Duration;

use anyhow::Result;

use stage::Stage;
use story::Story;
use transcript::Kept;

/// Arguments of `cargo xtask demo`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Go on with a change, a second tenant, a repair, a crash and the deletion of everything, then end: with 0 when all of it was true.
    #[arg(long)]
    once: bool,
    /// Keep what was told as docs/demo.txt instead of comparing it.
    #[arg(long, requires = "once")]
    accept: bool,
}

impl Arguments {
    /// Runs the demonstration; without `--once` it stays up until a signal ends the process.
    pub fn run(&self) -> Result<()> {
        match (self.once, self.accept) {
            (false, _) => stay(),
            (true, false) => once(),
            (true, true) => whole(Kept::Replaced),
        }
    }
}

/// Runs the whole demonstration to its end. Fails when something told was not true, or when the story is another one than
/// in `docs/demo.txt`. Builds what is missing; blocks for the time of it.
pub fn once() -> Result<()> {
    whole(Kept::Compared)
}

fn whole(kept: Kept) -> Result<()> {
    let mut story = Story::begin();
    let mut stage = Stage::set(&mut story, "demo-once", true)?;
    let outcome = scenes::all(&mut stage, &mut story);
    stage.explained(outcome)?;
    let told = story.transcript(&stage.mask()?);
    drop(stage);
    story.end("All of it was true.");
    transcript::settle(&told, kept)
}

fn stay() -> Result<()> {
    let mut story = Story::begin();
    let mut stage = Stage::set(&mut story, "demo", false)?;
    stage.explained(scenes::first(&stage, &mut story))?;
    story.end("It stays up; Ctrl-C ends all of it.");
    loop {
        thread::sleep(Duration::from_secs(1));
        stage.keep_running(&mut story)?;
    }
}
