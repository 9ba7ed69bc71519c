//! The Cognigy.AI stand-in as a program: prints its URLs when ready and runs until told to stop.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::program::{Flags, read_all};
use serde_json::json;

/// A stand-in for Cognigy.AI's identity-provider API.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,

    /// File with authorities (PEM) of the providers that logins are sent to, beside its own; repeatable.
    #[arg(long)]
    trust: Vec<PathBuf>,

    /// Take `key-<organization>` for the API key of an admin of any organization of 24 hex digits, lift the rate
    /// limit and read each provider once: for benchmarks.
    #[arg(long)]
    accept_any_organization: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { flags, trust, accept_any_organization } = Arguments::parse();
    let stand_in = StandIn::start_on(flags.port, &flags.authority()?, &read_all(&trust)?).await?;
    stand_in.keep_counts_only(flags.counts_only);
    if accept_any_organization {
        stand_in.change(|settings| {
            settings.any_organization = true;
            settings.rate_limit = u32::MAX;
            settings.discovery_seconds = u64::from(u32::MAX);
        });
    }
    let ready = json!({
        "apiUrl": stand_in.api_url(),
        "origin": stand_in.origin(),
        "control": stand_in.open_control_port(flags.control_port).await?,
        "ca": flags.ca_dir.join("ca.crt"),
    });
    flags.announce_and_wait(&ready).await
}
