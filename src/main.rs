//! The operator's binary.

use std::process::ExitCode;

use clap::Parser;
use cognigy_sso_operator::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().execute()
}
