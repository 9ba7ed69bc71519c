//! The programmable SAML identity provider as a program: prints its URLs when ready and runs until told to stop.

use anyhow::Result;
use clap::Parser;
use cognigy_sso_testkit::program::Flags;
use cognigy_sso_testkit::saml::{IdentityProvider, SamlStyle};
use serde_json::json;

/// A programmable SAML identity provider.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { flags } = Arguments::parse();
    let provider = IdentityProvider::start_on(flags.port, &flags.authority()?).await?;
    provider.keep_counts_only(flags.counts_only);
    let ready = json!({
        "metadata": provider.add("", SamlStyle::default()),
        "origin": provider.origin(),
        "control": provider.open_control_port(flags.control_port).await?,
        "ca": flags.ca_dir.join("ca.crt"),
    });
    flags.announce_and_wait(&ready).await
}
