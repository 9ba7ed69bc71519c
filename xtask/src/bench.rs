//! The benchmark: builds the operator as it is released and the driver, then measures.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use crate::cargo::cargo;
use crate::image::binary;

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
    pub async fn run(&self) -> anyhow::Result<ExitCode> {
        let mut driver = cargo();
        driver.args(["run", "--quiet", "--profile", "bench", "--package", "cognigy-sso-bench", "--"]);
        if !self.only_subjects {
            driver.arg("--operator").arg(binary::build().await?.path());
            driver.args(["--without-client-check", "--peer"]);
        }
        let measured = driver.args(&self.arguments).status()?;
        Ok(if measured.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
