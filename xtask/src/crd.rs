//! `cargo xtask crd`: the definition in `crds/`, generated from the types of `crates/api`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cargo;

/// Below the root of the workspace.
const FILE: &str = "crds/identityproviderconfigs.sso.cognigy.ai.yaml";

#[derive(clap::Args)]
pub struct Crd {
    /// Write nothing; fail where the file is not what the types say
    #[arg(long)]
    check: bool,
}

impl Crd {
    pub fn run(self) -> anyhow::Result<()> {
        if self.check { check() } else { write() }
    }
}

/// Fails where the file is not what the types say.
pub fn check() -> anyhow::Result<()> {
    let current = fs::read_to_string(file()).unwrap_or_default();
    if current != cognigy_sso_api::crd_yaml()? {
        bail!("{FILE} is not what the types in crates/api say: run `cargo xtask crd` and commit the file");
    }
    Ok(())
}

fn write() -> anyhow::Result<()> {
    fs::write(file(), cognigy_sso_api::crd_yaml()?).with_context(|| format!("writing {FILE}"))?;
    println!("{FILE}");
    Ok(())
}

/// The file's path.
pub fn file() -> PathBuf {
    cargo::root().join(FILE)
}
