//! Real providers on loopback ports, to check that what holds for the programmable ones holds outside too: certified OpenID
//! providers, and a SAML identity provider. Nobody can sign in at them: they answer discovery, keys, metadata, client
//! authentication and authorization requests up to the point where a person would be asked.

mod crewjam;
mod node;
mod zitadel;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::control_plane::scratch::Scratch;
use crate::control_plane::service::Service;
pub use crewjam::{Crewjam, ServiceProvider};
pub use node::{NodeProvider, StartError};
pub use zitadel::{Mode, Zitadel};

/// Each is ready in 2 s as a rule.
const PATIENCE: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(3);

/// A server certificate for `localhost` and its key.
#[derive(Clone)]
pub struct Tls {
    /// PEM, the chain from the server's certificate upwards.
    pub chain: String,
    /// PEM.
    pub key: String,
}

/// A client as it is registered at the provider.
#[derive(Clone, Serialize)]
pub struct Registration {
    /// The client id.
    pub id: String,
    /// The client secret; the Node provider wants 32 characters or more for `client_secret_jwt`.
    pub secret: String,
    /// An OpenID name, such as `client_secret_basic`.
    pub auth_method: String,
    /// Compared character by character.
    pub redirect_uris: Vec<String>,
    /// Refuses authorization requests without PKCE; the Node provider alone knows it.
    pub require_pkce: bool,
}

/// A running provider. It ends when it is stopped or dropped, and with its process.
#[derive(Debug)]
pub struct RealProvider {
    service: Service,
    announced: Announced,
    control: reqwest::Client,
    _scratch: Scratch,
}

/// The one line that all programs print when they answer.
#[derive(Debug, Deserialize)]
struct Announced {
    issuer: String,
    port: u16,
    control: u16,
}

impl RealProvider {
    /// Starts the command with the arguments that all programs share, and waits until it answers.
    async fn start(
        name: &'static str,
        mut command: Command,
        tls: &Tls,
        clients: &[impl Serialize],
    ) -> anyhow::Result<Self> {
        let scratch = Scratch::new("real-provider-")?;
        write_inputs(scratch.path(), tls, clients)?;
        for flag in ["cert", "key", "clients"] {
            command.arg(format!("--{flag}")).arg(scratch.path().join(flag));
        }
        let (mut service, stdout) = Service::start_piped(name, &command, scratch.path()).await?;
        let mut lines = BufReader::new(stdout).lines();
        let line = service.until(PATIENCE, lines_first(&mut lines)).await?;
        let announced = serde_json::from_str(&line).with_context(|| format!("{name} announced {line:?}"))?;
        // Whoever came first has installed the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let control = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { service, announced, control, _scratch: scratch })
    }

    /// The issuer, as discovery shows it; of a SAML identity provider the entity id.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.announced.issuer
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.announced.port
    }

    /// Gives a client another secret; the old one is refused from then on.
    ///
    /// # Errors
    /// When there is no such client or the provider does not answer.
    pub async fn set_secret(&self, client_id: &str, secret: &str) -> anyhow::Result<()> {
        self.command("secret", &serde_json::json!({"client_id": client_id, "secret": secret})).await
    }

    /// While there is an outage, each connection is cut without an answer.
    ///
    /// # Errors
    /// When the provider does not answer on its control port.
    pub async fn set_outage(&self, on: bool) -> anyhow::Result<()> {
        self.command("outage", &serde_json::json!({"on": on})).await
    }

    /// Ends the provider and removes its files.
    ///
    /// # Errors
    /// When the process can be neither signalled nor waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.service.stop(GRACE).await
    }

    async fn command(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<()> {
        let url = format!("http://127.0.0.1:{}/{path}", self.announced.control);
        let answer = self.control.post(&url).body(body.to_string()).send().await?;
        if !answer.status().is_success() {
            bail!("the provider's control port answered {} to {path}", answer.status());
        }
        Ok(())
    }
}

/// The folder is this user's alone, and so are the key and the secrets in it.
fn write_inputs(folder: &Path, tls: &Tls, clients: &[impl Serialize]) -> anyhow::Result<()> {
    fs::write(folder.join("cert"), &tls.chain)?;
    fs::write(folder.join("key"), &tls.key)?;
    fs::write(folder.join("clients"), serde_json::to_string(clients)?)?;
    Ok(())
}

/// A stream that ends without a line belongs to a program that ends, and that is noticed elsewhere.
async fn lines_first<R>(lines: &mut tokio::io::Lines<BufReader<R>>) -> String
where
    R: tokio::io::AsyncRead + Unpin,
{
    match lines.next_line().await {
        Ok(Some(line)) => line,
        _ => std::future::pending().await,
    }
}
