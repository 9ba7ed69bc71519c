//! The Go library `github.com/zitadel/oidc`, in the small program of `xtask/controlplane/openid-provider`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::{RealProvider, Registration, Tls};
use crate::control_plane::cache::Entry;
use crate::control_plane::{golang, progress};

const NAME: &str = "openid-provider";
const LIBRARY: &str = "github.com/zitadel/oidc/v3";

/// The library answers in one of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Looks up the code first: `invalid_grant` says nothing about the secret.
    Default,
    /// Authenticates the client first.
    Server,
}

/// The Go provider: starts in less than a second, built once in about 10 s.
#[derive(Debug, Clone, Copy)]
pub struct Zitadel;

impl Zitadel {
    /// Starts the provider on a free port with these clients.
    ///
    /// # Errors
    /// When Go is missing and the program was not built before, or when it does not start.
    pub async fn start(mode: Mode, tls: &Tls, clients: &[Registration]) -> anyhow::Result<RealProvider> {
        let mut command = Command::new(Self::obtain().await?);
        command.args(["--mode", mode.flag()]);
        RealProvider::start(NAME, command, tls, clients).await
    }

    /// The program's path; it is built first where it is not there yet.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain() -> anyhow::Result<PathBuf> {
        let version = version()?;
        let entry = Entry::new(NAME, &version, &inputs()?)?;
        let log = entry.log();
        let folder = entry.obtain(|folder| async move { build(&version, &folder, &log).await }).await?;
        Ok(folder.join(NAME))
    }
}

impl Mode {
    fn flag(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Server => "server",
        }
    }
}

async fn build(version: &str, folder: &Path, log: &Path) -> anyhow::Result<()> {
    let build = golang::Build {
        module: source(),
        package: ".".into(),
        tags: "",
        flags: "-s -w".into(),
        output: folder.join(NAME),
    };
    let doing = format!("building the OpenID provider (zitadel/oidc {version})");
    progress::shown(&doing, "it is not in the cache; about 20 seconds, once", build.run(log)).await
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/controlplane").join(NAME)
}

fn version() -> anyhow::Result<String> {
    let path = source().join("go.mod");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    golang::required_version(&text, LIBRARY).with_context(|| format!("{} does not require {LIBRARY}", path.display()))
}

/// All of the folder's files, in an order that does not depend on the file system.
fn inputs() -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(source()).with_context(|| format!("reading {}", source().display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
