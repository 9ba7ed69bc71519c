//! The SAML identity provider of the Go library `github.com/crewjam/saml`, in the small program of
//! `xtask/controlplane/saml-provider`.

use std::path::PathBuf;
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

use super::{RealProvider, Tls};
use crate::go_program::GoProgram;

const PROGRAM: GoProgram = GoProgram {
    name: "saml-provider",
    folder: "xtask/controlplane/saml-provider",
    library: "github.com/crewjam/saml",
    what: "the SAML identity provider",
    usual_time: "about 20 seconds",
};

/// A service provider as it is registered at the identity provider.
#[derive(Clone, Serialize)]
pub struct ServiceProvider {
    /// The entity id, by which requests name it.
    pub entity_id: String,
    /// Where answers may be sent; compared character by character.
    pub acs_url: String,
}

/// A running SAML identity provider that signs its metadata. It ends when it is dropped, and with its process.
#[derive(Debug)]
pub struct Crewjam(RealProvider);

impl Crewjam {
    /// Starts the identity provider on a free port with these service providers.
    ///
    /// # Errors
    /// When Go is missing and the program was not built before, or when it does not start.
    pub async fn start(tls: &Tls, known: &[ServiceProvider]) -> anyhow::Result<Self> {
        let command = Command::new(Self::obtain().await?);
        Ok(Self(RealProvider::start(PROGRAM.name, command, tls, known).await?))
    }

    /// The program's path; it is built first where it is not there yet.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub async fn obtain() -> anyhow::Result<PathBuf> {
        PROGRAM.obtain().await
    }

    /// The entity id, which is the address of the metadata too.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        self.0.issuer()
    }

    /// Publishes a new certificate beside the one that signs.
    ///
    /// # Errors
    /// When the provider does not answer on its control port.
    pub async fn announce_certificate(&self) -> anyhow::Result<()> {
        self.0.command("announce", &Value::Null).await
    }

    /// Signs with the announced certificate, and publishes no other one.
    ///
    /// # Errors
    /// When none was announced, or the provider does not answer on its control port.
    pub async fn promote_certificate(&self) -> anyhow::Result<()> {
        self.0.command("promote", &Value::Null).await
    }
}
