//! The door: arguments to commands.

mod signals;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use xtask::{cluster, demo, faults, generate, guard, test};

/// The project's one front door.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// A Kubernetes control plane on loopback, without nodes.
    #[command(args_conflicts_with_subcommands = true)]
    Cluster {
        #[command(subcommand)]
        command: Option<cluster::Command>,
        #[command(flatten)]
        named: cluster::Named,
    },
    /// Show everything at work on loopback: control plane, platform, operator.
    Demo(demo::Arguments),
    /// Run the tests and print a table of their levels.
    Test(test::Arguments),
    /// Run the campaigns of faults at full length, and write their score.
    Faults(faults::Arguments),
    /// Write the generated files, or compare them.
    Generate(generate::Arguments),
    /// Run a program until it or its owner ends.
    #[command(hide = true)]
    Guard(guard::Order),
    /// Become a program that ends with its guard.
    #[command(hide = true)]
    Held(guard::Held),
}

fn main() -> ExitCode {
    let outcome = run(Arguments::parse().task);
    signals::yield_to_handler();
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        // These two are what ends other programs; they listen for signals themselves or must not.
        Task::Guard(order) => std::process::exit(order.run()?),
        Task::Held(held) => return held.run().map(|()| ExitCode::SUCCESS),
        _ => signals::listen()?,
    }
    match task {
        Task::Cluster {
            command: Some(command), ..
        } => command.run()?,
        Task::Cluster { command: None, named } => named.run()?,
        Task::Demo(arguments) => arguments.run()?,
        Task::Test(arguments) => return arguments.run(),
        Task::Faults(arguments) => return arguments.run(),
        Task::Generate(arguments) => arguments.run()?,
        Task::Guard(_) | Task::Held(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}
