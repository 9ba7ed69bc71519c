//! What Argo CD, Flux and kstatus make of objects, each by its own library, in the small program of
//! `xtask/tools/gitops-health`.

use std::collections::BTreeMap;

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::process::Command;

use crate::filter;
use crate::tool::Tool;

/// Objects, and what is asked about each.
#[derive(Debug, Default, Serialize)]
pub struct Question {
    /// As the API server gives them.
    pub objects: Vec<Value>,
    /// Lua, by name, that is run as Argo CD runs health checks and actions.
    pub scripts: BTreeMap<String, String>,
    /// An entry of `healthCheckExprs` of a Flux Kustomization.
    pub expressions: Option<Value>,
}

/// What comes of one object.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// As kstatus names it: `Current`, `InProgress`, `Failed`, `Terminating`.
    pub kstatus: String,
    /// The same by the expressions, where there are any.
    #[serde(default)]
    pub flux: String,
    /// What each script returned.
    pub scripts: BTreeMap<String, Value>,
}

/// Asks about objects; the answers are in their order.
///
/// # Errors
/// When the program cannot be had, or a script or an expression fails.
pub async fn ask(question: &Question) -> anyhow::Result<Vec<Answer>> {
    let command = Command::new(Tool::GitopsHealth.obtain().await?);
    let output = filter::run(command, &serde_json::to_vec(question)?).await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(serde_json::from_slice(&output.stdout)?)
}
