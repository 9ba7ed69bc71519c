//! The Go library `github.com/zitadel/oidc`, in the small program of `xtask/controlplane/openid-provider`.

use std::path::PathBuf;
use std::process::Command;

use super::{RealProvider, Registration, Tls};
use crate::go_program::GoProgram;

const PROGRAM: GoProgram = GoProgram {
    name: "openid-provider",
    folder: "xtask/controlplane/openid-provider",
    library: "github.com/zitadel/oidc/v3",
    what: "the OpenID provider",
    usual_time: "about 20 seconds",
};

/// The library answers in one of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Looks up the code first: `invalid_grant` says nothing about the secret.
    Default,
    /// Authenticates the client first.
    Server,
}

/// The Go provider: starts in less than a second.
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
        RealProvider::start(PROGRAM.name, command, tls, clients).await
    }

    /// The program's path; it is built first where it is not there yet.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain() -> anyhow::Result<PathBuf> {
        PROGRAM.obtain().await
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
