//! The npm package `oidc-provider`, in the small script of `xtask/node-provider`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::{RealProvider, Registration, Tls};
use crate::control_plane::cache::Entry;
use crate::control_plane::{progress, service};

const NAME: &str = "node-provider";
const LIBRARY: &str = "oidc-provider";
const FILES: [&str; 5] = ["control.js", "package-lock.json", "package.json", "server.js", "storage.js"];
/// The library needs what came with this release.
const OLDEST_NODE: u32 = 20;

/// The Node provider: starts in about 2 s.
#[derive(Debug, Clone, Copy)]
pub struct NodeProvider;

/// Why the Node provider did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The machine lacks what it needs: a test can be left out, saying so.
    #[error("the Node provider is not available: {0}")]
    NotAvailable(String),
    /// It should have started.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl NodeProvider {
    /// Starts the provider on a free port with these clients.
    ///
    /// # Errors
    /// [`StartError::NotAvailable`] where Node 20 or npm is missing, else what went wrong.
    pub async fn start(tls: &Tls, clients: &[Registration]) -> Result<RealProvider, StartError> {
        let folder = Self::obtain().await?;
        let mut command = Command::new("node");
        command.arg(folder.join("server.js")).env("NODE_ENV", "production");
        Ok(RealProvider::start(NAME, command, tls, clients).await?)
    }

    /// The folder with the script and its packages, outside the clone; they are installed first where they are not
    /// there yet.
    ///
    /// # Errors
    /// [`StartError::NotAvailable`] where Node 20 or npm is missing, else what went wrong.
    pub async fn obtain() -> Result<PathBuf, StartError> {
        check_node()?;
        let version = version()?;
        let entry = Entry::new(NAME, &version, &FILES.map(|file| source().join(file)))?;
        if let Some(folder) = entry.folder() {
            return Ok(folder);
        }
        output_of("npm", "--version").map_err(StartError::NotAvailable)?;
        let log = entry.log();
        Ok(entry.obtain(|folder| async move { install(&version, &folder, &log).await }).await?)
    }
}

fn check_node() -> Result<(), StartError> {
    let version = output_of("node", "--version").map_err(StartError::NotAvailable)?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(StartError::NotAvailable(format!("Node {OLDEST_NODE} or newer is needed, and this is {version}"))),
    }
}

fn output_of(program: &str, argument: &str) -> Result<String, String> {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("`{program}` cannot be run ({error})"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

async fn install(version: &str, folder: &Path, log: &Path) -> anyhow::Result<()> {
    for file in FILES {
        fs::copy(source().join(file), folder.join(file)).with_context(|| format!("copying {file}"))?;
    }
    let doing = format!("installing the second OpenID provider (npm {LIBRARY} {version})");
    progress::shown(&doing, "it is not in the cache; a few seconds, once", npm_ci(folder, log)).await
}

/// No script of a package runs.
async fn npm_ci(folder: &Path, log: &Path) -> anyhow::Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    service::complete(&npm, log).await
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask").join(NAME)
}

fn version() -> anyhow::Result<String> {
    let path = source().join("package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let package: serde_json::Value = serde_json::from_str(&text)?;
    let version = package.pointer("/dependencies/oidc-provider").and_then(serde_json::Value::as_str);
    Ok(version.with_context(|| format!("{} does not pin {LIBRARY}", path.display()))?.to_owned())
}
