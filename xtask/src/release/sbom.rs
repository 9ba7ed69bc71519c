//! What a binary is made of, in the two forms that tools read, by the list that is in the binary itself.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use cognigy_sso_testkit::tool::Tool;
use serde_json::Value;
use tokio::process::Command;

use super::VERSION;

/// Format, ending of the file, and where the format has its components.
const FORMATS: [(&str, &str, &str); 2] =
    [("spdx-json", "spdx.json", "packages"), ("cyclonedx-json", "cdx.json", "components")];
/// One that every binary is made of.
const KNOWN: &str = "rustls";

/// What the files of a binary are called.
pub fn names(binary: impl Display) -> [String; 2] {
    FORMATS.map(|(_, ending, _)| format!("{binary}.{ending}"))
}

/// Writes them beside it.
pub async fn write(binary: &Path) -> anyhow::Result<()> {
    let files = names(binary.display());
    let mut syft = Command::new(Tool::Syft.obtain().await?);
    syft.args(["scan", "--quiet", "--source-name", "cognigy-sso-operator", "--source-version", VERSION]);
    for ((format, ..), file) in FORMATS.iter().zip(&files) {
        syft.args(["--output", &format!("{format}={file}")]);
    }
    syft.arg(format!("file:{}", binary.display())).env("SYFT_CHECK_FOR_APP_UPDATE", "false");
    let output = syft.kill_on_drop(true).output().await.context("running syft")?;
    ensure!(output.status.success(), "syft: {}", String::from_utf8_lossy(&output.stderr).trim());
    for ((_, _, list), file) in FORMATS.iter().zip(&files) {
        let content: Value = serde_json::from_slice(&fs::read(file)?).with_context(|| file.clone())?;
        let mut components = content.get(list).and_then(Value::as_array).into_iter().flatten();
        let is_listed = components.any(|component| component.get("name").is_some_and(|name| name == KNOWN));
        ensure!(is_listed, "{file} does not list {KNOWN}");
    }
    Ok(())
}
