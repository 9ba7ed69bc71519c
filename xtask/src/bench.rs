//! The benchmark: builds the operator as it is released and the driver, then measures.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;

use crate::cargo::{cargo, target};

/// How the operator is run to be measured: alone on this machine, with stand-ins on loopback.
const FLAGS: &str = "run --cognigy-host=localhost --allow-network=127.0.0.0/8,::1/128 --metrics-address=0 \
                     --health-address={health} --leader-elect={leader-elect} --lease-namespace=bench --selector={selector}";

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
            let program = target().join("release/cognigy-sso-operator");
            let command = format!("{} {FLAGS}", quoted(&program));
            driver.args(["--subject", &format!("operator={command}"), "--peer"]);
            driver.args(["--without-client-check", &format!("no client check={command}")]);
        }
        let measured = driver.args(&self.arguments).status()?;
        Ok(if measured.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A word of a command line, whatever is in it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
