//! The programmable OpenID provider as a program: prints its URLs when ready and runs until told to stop.

use anyhow::{Context as _, Result};
use clap::Parser;
use cognigy_sso_testkit::program::Flags;
use cognigy_sso_testkit::provider::{Client, Provider, Style};
use serde_json::json;

/// A programmable OpenID provider.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,

    /// Make every path an issuer: for benchmarks.
    #[arg(long)]
    accept_any_issuer: bool,

    /// A client of the issuers, as ID:SECRET; repeatable.
    #[arg(long)]
    client: Vec<String>,

    /// Where the clients may send browsers back to; one that ends in * stands for all that begin so. Repeatable.
    #[arg(long)]
    redirect_uri: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let clients = arguments.clients()?;
    let flags = arguments.flags;
    let provider = Provider::start_on(flags.port, &flags.authority()?).await?;
    provider.keep_counts_only(flags.counts_only);
    let issuer = provider.add("", Style::default(), clients.clone());
    if arguments.accept_any_issuer {
        provider.accept_any_issuer(Style::default(), clients);
    }
    let ready = json!({
        "issuer": issuer,
        "control": provider.open_control_port(flags.control_port).await?,
        "ca": flags.ca_dir.join("ca.crt"),
    });
    flags.announce_and_wait(&ready).await
}

impl Arguments {
    fn clients(&self) -> Result<Vec<Client>> {
        let client = |text: &String| {
            let (id, secret) = text.split_once(':').context("--client is ID:SECRET")?;
            Ok(Client { redirect_uris: self.redirect_uri.clone(), ..Client::new(id, secret) })
        };
        self.client.iter().map(client).collect()
    }
}
