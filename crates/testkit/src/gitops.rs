//! What Argo CD, Flux and kstatus make of objects, each by its own library, in the small program of
//! `xtask/tools/gitops-health`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::control_plane::cache::Entry;
use crate::control_plane::{golang, progress};

const NAME: &str = "gitops-health";
/// Of all its libraries, the one that the answers are named after.
const LIBRARY: &str = "sigs.k8s.io/cli-utils";

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
    let mut command = Command::new(obtain().await?);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut program = command.spawn()?;
    let mut input = program.stdin.take().context("standard input is piped")?;
    let question = serde_json::to_vec(question)?;
    // It reads all before it writes anything.
    input.write_all(&question).await?;
    drop(input);
    let output = program.wait_with_output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The program's path; it is built first where it is not there yet.
///
/// # Errors
/// When Go is missing or the build fails.
pub async fn obtain() -> anyhow::Result<PathBuf> {
    let inputs = inputs()?;
    let go_mod = fs::read_to_string(source().join("go.mod"))?;
    let version = golang::required_version(&go_mod, LIBRARY).with_context(|| format!("{NAME} requires {LIBRARY}"))?;
    let entry = Entry::new(NAME, &version, &inputs)?;
    let log = entry.log();
    let folder = entry.obtain(|folder| async move { build(&folder, &log).await }).await?;
    Ok(folder.join(NAME))
}

async fn build(folder: &Path, log: &Path) -> anyhow::Result<()> {
    let build =
        golang::Build { module: source(), package: ".".into(), flags: "-s -w".into(), output: folder.join(NAME) };
    let doing = "building what Argo CD, Flux and kstatus judge by";
    progress::shown(doing, "it is not in the cache; about 1 minute, once", build.run(log)).await
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/tools").join(NAME)
}

/// All of the folder's files, in an order that does not depend on the file system.
fn inputs() -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(source()).with_context(|| format!("reading {}", source().display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
