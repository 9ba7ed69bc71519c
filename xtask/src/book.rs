//! `cargo xtask book`: the documentation as a book, rendered by mdBook.

use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

use crate::cargo;

const INSTALL: &str = "cargo install mdbook --locked";

/// Renders the book and says where it is.
pub async fn run() -> anyhow::Result<()> {
    ensure!(is_installed().await, "mdBook is not installed: {INSTALL}");
    render().await?;
    println!("{}", cargo::root().join("target/book/index.html").display());
    Ok(())
}

/// Renders it where mdBook is installed; else answers with what was left out.
pub async fn check() -> anyhow::Result<Option<String>> {
    if is_installed().await {
        return render().await.map(|()| None);
    }
    let left_out = format!("The rendering of the book ({INSTALL}).");
    println!("{left_out}");
    Ok(Some(left_out))
}

async fn is_installed() -> bool {
    let mut version = Command::new("mdbook");
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().await.is_ok_and(|status| status.success())
}

/// mdBook warns of what it cannot show, and goes on: here that is a fault.
async fn render() -> anyhow::Result<()> {
    let output =
        Command::new("mdbook").arg("build").current_dir(cargo::root()).output().await.context("mdbook build")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || ["WARN", "ERROR"].iter().any(|level| said.contains(level)) {
        bail!("mdbook build: {}", said.trim_end());
    }
    Ok(())
}
