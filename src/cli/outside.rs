//! What outside calls may reach: the same for the controller and for who checks beforehand.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use ipnet::IpNet;

use crate::cognigy::HostPattern;
use crate::egress::{AddressPolicy, Authorities, CaBundle, Egress};

/// What outside calls may reach, and whom they trust.
#[derive(Args, Debug)]
pub(super) struct Outside {
    /// Host that an API key may be sent to: a name, or a wildcard such as `*.example.com`. Repeat it for several.
    #[arg(
        long = "cognigy-host",
        value_name = "HOST",
        env = "COGNIGY_SSO_COGNIGY_HOST",
        value_delimiter = ',',
        default_value = "*.cognigy.ai"
    )]
    pub(super) cognigy_hosts: Vec<HostPattern>,

    /// Network that may be connected to although it is loopback, link-local or private. Repeat it for several.
    #[arg(long = "allow-network", value_name = "CIDR", env = "COGNIGY_SSO_ALLOW_NETWORK", value_delimiter = ',', value_parser = network)]
    allow_networks: Vec<IpNet>,

    /// Refuse to connect to private networks.
    #[arg(long, env = "COGNIGY_SSO_DENY_PRIVATE_NETWORKS")]
    deny_private_networks: bool,

    /// PEM file with authorities that all outside calls trust, beside the system's. Repeat it for several.
    #[arg(long = "extra-ca-file", value_name = "FILE", env = "COGNIGY_SSO_EXTRA_CA_FILE", value_delimiter = ',')]
    extra_ca_files: Vec<PathBuf>,
}

impl Outside {
    /// The one way out.
    ///
    /// # Errors
    /// When a file of authorities cannot be read.
    pub(super) fn egress(&self) -> anyhow::Result<Egress> {
        let authorities = self.authorities()?;
        let policy = AddressPolicy { allowed: self.allow_networks.clone(), deny_private: self.deny_private_networks };
        Ok(Egress::new(policy, authorities))
    }

    /// Whom all calls trust.
    ///
    /// # Errors
    /// When a file of authorities cannot be read.
    pub(super) fn authorities(&self) -> anyhow::Result<Authorities> {
        let bundles: Vec<_> = self.extra_ca_files.iter().map(read_bundle).collect::<Result<_, _>>()?;
        Ok(Authorities::system_and(&bundles))
    }
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    text.trim().parse().map_err(|_| "write a network such as 10.0.0.0/8, or 10.1.2.3/32 for one address")
}

fn read_bundle(path: &PathBuf) -> anyhow::Result<CaBundle> {
    let name = || format!("--extra-ca-file {}", path.display());
    let pem = std::fs::read(path).with_context(name)?;
    CaBundle::parse(&pem).with_context(|| format!("{}: no usable PEM certificate", name()))
}
