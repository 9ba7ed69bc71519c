//! The operator's binary.

use std::process::ExitCode;

use clap::Parser;
use cognigy_sso_operator::cli::Cli;
use tikv_jemallocator::Jemalloc;

/// Gives freed memory back, which the C library's allocator hardly does after the first thousand visits.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    Cli::parse().execute()
}
