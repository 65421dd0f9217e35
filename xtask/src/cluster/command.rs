//! `cargo xtask cluster`: a control plane for people.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::holder;
use super::ownership::{self, Holder};
use super::state::State;
use super::{ControlPlane, kubeconfig};
use crate::binaries::Binaries;

/// What to do with a control plane. Without a command it runs until Ctrl-C.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Start it, wait until it is ready, and leave it running.
    Up(Named),
    /// End it and remove its state.
    Down(Named),
    /// Print the line that lets a shell use it.
    Env(Named),
    /// Hold it for `up`.
    #[command(hide = true)]
    Hold(Named),
}

/// Which control plane.
#[derive(clap::Args, Debug)]
pub struct Named {
    /// Several control planes run side by side under different names.
    #[arg(long, default_value = "default")]
    name: String,
}

impl Command {
    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        match self {
            Command::Up(named) => up(&State::of(&named.name)?),
            Command::Down(named) => down(&State::of(&named.name)?),
            Command::Env(named) => env(&State::of(&named.name)?),
            Command::Hold(named) => holder::hold(&State::of(&named.name)?),
        }
    }
}

impl Named {
    /// Runs a control plane in the foreground; ends with the process.
    pub fn run(&self) -> Result<()> {
        let control_plane = ControlPlane::start_uncounted(&self.name)?;
        println!("{}", kubeconfig::export(control_plane.kubeconfig()));
        eprintln!("ready; Ctrl-C ends it");
        loop {
            thread::park();
        }
    }
}

fn up(state: &State) -> Result<()> {
    if Holder::alive(state).is_some() {
        eprintln!("control plane {} is running already", state.name());
        return Ok(());
    }
    let start = Instant::now();
    let binaries = Binaries::ensure()?;
    holder::start(state)?;
    eprintln!(
        "control plane {} is ready after {:.1} s",
        state.name(),
        start.elapsed().as_secs_f32()
    );
    eprintln!("  eval \"$(cargo xtask cluster env --name {})\"", state.name());
    eprintln!("  {} get namespaces", binaries.path("kubectl")?.display());
    Ok(())
}

fn env(state: &State) -> Result<()> {
    if Holder::alive(state).is_none() {
        bail!(
            "control plane {0} does not run: start it with `cargo xtask cluster up --name {0}`",
            state.name()
        );
    }
    println!("{}", kubeconfig::export(state.kubeconfig()));
    Ok(())
}

fn down(state: &State) -> Result<()> {
    let Some(holder) = Holder::alive(state) else {
        // Taking the name shows that nobody is starting it just now.
        let _ownership = ownership::take(state)?;
        eprintln!("control plane {} does not run", state.name());
        return state.remove();
    };
    if let Some(pid) = i32::try_from(holder.pid).ok().and_then(Pid::from_raw) {
        // An error means that it has just ended.
        let _ = kill_process(pid, Signal::TERM);
    }
    let asked = Instant::now();
    while holder.is_running() {
        if asked.elapsed() > Duration::from_secs(20) {
            bail!(
                "control plane {} did not end within 20 s (process {})",
                state.name(),
                holder.pid
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ownership = ownership::take(state)?;
    state.remove()
}
