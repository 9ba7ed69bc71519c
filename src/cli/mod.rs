//! The command line.

mod check;
mod cluster;
mod crd;
mod duty;
mod outside;
mod run;
mod table;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{causes, telemetry};

/// Declares the single sign-on settings of Cognigy.AI organizations as Kubernetes resources.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // These describe themselves, exit codes included.
    Run(Box<run::Run>),
    Verify(Box<verify::Verify>),
    Check(check::Check),
    /// Print the CustomResourceDefinition as YAML.
    Crd,
}

impl Cli {
    /// Does what was asked; a fault is printed to standard error and gives exit code 1.
    #[must_use]
    pub fn execute(self) -> ExitCode {
        telemetry::tell_panics_by_their_place();
        let done = match self.command {
            Command::Run(run) => run.execute(),
            Command::Verify(verify) => return verify.execute(),
            Command::Check(check) => return check.execute(),
            Command::Crd => crd::execute(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tell(&error);
                ExitCode::FAILURE
            }
        }
    }
}

/// Why nothing came of it.
fn tell(error: &anyhow::Error) {
    eprintln!("cognigy-sso-operator: {}", causes::told(error.as_ref()));
}
