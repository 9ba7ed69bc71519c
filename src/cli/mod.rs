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

use crate::telemetry;

/// Declares the single sign-on settings of Cognigy.AI organizations as Kubernetes resources.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the controller.
    Run(Box<run::Run>),
    /// Check resources before they are applied, from files or in the cluster.
    Verify(Box<verify::Verify>),
    /// Ask the cluster whether the definition and every right are there that the controller needs.
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
                eprintln!("cognigy-sso-operator: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}
