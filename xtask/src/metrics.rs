//! `cargo xtask metrics`: the page of all metrics in `docs/`, generated from their definitions in `src/metrics`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use cognigy_sso_operator::metrics::reference;

use crate::cargo;

/// Below the root of the workspace.
const FILE: &str = "docs/reference/metrics.md";

#[derive(clap::Args)]
pub struct Metrics {
    /// Write nothing; fail where the file is not what the definitions say
    #[arg(long)]
    check: bool,
}

impl Metrics {
    pub fn run(self) -> anyhow::Result<()> {
        if self.check { check() } else { write() }
    }
}

/// Fails where the file is not what the definitions say.
pub fn check() -> anyhow::Result<()> {
    let current = fs::read_to_string(file()).unwrap_or_default();
    if current != reference() {
        bail!("{FILE} is not what src/metrics says: run `cargo xtask metrics` and commit the file");
    }
    Ok(())
}

fn write() -> anyhow::Result<()> {
    if let Some(folder) = file().parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file(), reference()).with_context(|| format!("writing {FILE}"))?;
    println!("{FILE}");
    Ok(())
}

fn file() -> PathBuf {
    cargo::root().join(FILE)
}
