//! `cargo xtask crd`: the definition in `crds/` and in the chart, generated from the types of `crates/api`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cargo;

/// Below the root of the workspace: for who applies it, and for the chart, which takes files of its own folder only.
const FILES: [&str; 2] =
    ["crds/identityproviderconfigs.sso.cognigy.ai.yaml", "charts/cognigy-sso-operator/files/crd.yaml"];

#[derive(clap::Args)]
pub struct Crd {
    /// Write nothing; fail where a file is not what the types say
    #[arg(long)]
    check: bool,
}

impl Crd {
    pub fn run(self) -> anyhow::Result<()> {
        if self.check { check() } else { write() }
    }
}

/// Fails where a file is not what the types say.
pub fn check() -> anyhow::Result<()> {
    let wanted = cognigy_sso_api::crd_yaml()?;
    for file in FILES {
        if fs::read_to_string(cargo::root().join(file)).unwrap_or_default() != wanted {
            bail!("{file} is not what the types in crates/api say: run `cargo xtask crd` and commit the file");
        }
    }
    Ok(())
}

fn write() -> anyhow::Result<()> {
    let wanted = cognigy_sso_api::crd_yaml()?;
    for file in FILES {
        fs::write(cargo::root().join(file), &wanted).with_context(|| format!("writing {file}"))?;
        println!("{file}");
    }
    Ok(())
}

/// The path of the file for who applies it.
pub fn file() -> PathBuf {
    let [file, _] = FILES;
    cargo::root().join(file)
}
