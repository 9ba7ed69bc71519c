//! `cargo xtask generate`: every file of the clone that is made from something else in it.

mod crd;
mod manifests;
mod reference;
mod values;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cargo;

/// A file, by its path below the root of the workspace, and what it is to hold.
type File = (&'static str, String);

#[derive(clap::Args)]
pub struct Generate {
    /// Write nothing; fail where a file is not what it is made from
    #[arg(long)]
    check: bool,
}

impl Generate {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.check { check().await } else { each(write).await }
    }
}

/// Fails where a file is not what it is made from.
pub async fn check() -> anyhow::Result<()> {
    each(compare).await
}

/// In this order: the manifests and the page about rights are made from the chart, which holds files made before.
async fn each(act: fn(File) -> anyhow::Result<()>) -> anyhow::Result<()> {
    crd::files()?.into_iter().try_for_each(act)?;
    values::files()?.into_iter().try_for_each(act)?;
    manifests::files().await?.into_iter().try_for_each(act)?;
    reference::files().await?.into_iter().try_for_each(act)
}

fn compare((file, wanted): File) -> anyhow::Result<()> {
    if fs::read_to_string(cargo::root().join(file)).unwrap_or_default() != wanted {
        bail!("{file} is not what it is made from: run `cargo xtask generate` and commit the file");
    }
    Ok(())
}

fn write((file, wanted): File) -> anyhow::Result<()> {
    let path = cargo::root().join(file);
    if fs::read_to_string(&path).is_ok_and(|current| current == wanted) {
        return Ok(());
    }
    fs::write(path, wanted).with_context(|| format!("writing {file}"))?;
    println!("{file}");
    Ok(())
}

/// The path of the definition's file, for who applies it.
pub fn definition() -> PathBuf {
    cargo::root().join(crd::FILE)
}
