//! The door: arguments, telemetry, and the wiring of the rooms. No rule is here.

mod arguments;
mod run;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Crds => run::crds(),
        Command::Orphans(arguments) => run::orphans(&arguments),
        Command::Check(arguments) => run::check(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oauth-registrar: {error}");
            ExitCode::FAILURE
        }
    }
}
