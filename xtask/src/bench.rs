//! The benchmark: builds the operator as it is released and the driver, then measures.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;

use crate::cargo::{cargo, target};

#[derive(Args)]
pub struct Bench {
    /// Only what `--subject` names: neither the operator nor its peer.
    #[arg(long)]
    only_subjects: bool,
    /// For the driver; `cargo xtask bench -- --help` tells them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut driver = cargo();
        driver.args(["run", "--quiet", "--profile", "bench", "--package", "cognigy-sso-bench", "--"]);
        if !self.only_subjects {
            let build = cargo().args(["build", "--release", "--package", "cognigy-sso-operator"]).status()?;
            ensure!(build.success(), "the operator does not build");
            driver.arg("--operator").arg(target().join("release/cognigy-sso-operator"));
            driver.args(["--without-client-check", "--peer"]);
        }
        let measured = driver.args(&self.arguments).status()?;
        Ok(if measured.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
