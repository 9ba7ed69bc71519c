//! `run`: the controller.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{ArgAction, Args, value_parser};
use ipnet::IpNet;
use kube::config::Kubeconfig;
use kube::{Client, Config};
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::{self, Readiness};
use crate::cognigy::{HostPattern, Limits};
use crate::controller::{Controller, Scope, WAITS_FOR};
use crate::egress::{AddressPolicy, Authorities, CaBundle, Egress};
use crate::observe::Observer;
use crate::openid::Providers;
use crate::report::Writer;
use crate::telemetry::{self, LogFormat};
use crate::visit::Context;

/// Run the controller.
#[derive(Args, Debug)]
pub(super) struct Run {
    /// Namespace to look after; repeat it for several. Default: all.
    #[arg(long = "namespace", value_name = "NAME", env = "COGNIGY_SSO_NAMESPACE", value_delimiter = ',')]
    namespaces: Vec<String>,

    /// Look after the resources with these labels only, for example `shard=a`.
    #[arg(long, value_name = "LABELS", env = "COGNIGY_SSO_SELECTOR")]
    selector: Option<String>,

    /// Host that an API key may be sent to: a name, or a wildcard such as `*.example.com`. Repeat it for several.
    #[arg(
        long = "cognigy-host",
        value_name = "HOST",
        env = "COGNIGY_SSO_COGNIGY_HOST",
        value_delimiter = ',',
        default_value = "*.cognigy.ai"
    )]
    cognigy_hosts: Vec<HostPattern>,

    /// Network that may be connected to although it is loopback, link-local or private. Repeat it for several.
    #[arg(long = "allow-network", value_name = "CIDR", env = "COGNIGY_SSO_ALLOW_NETWORK", value_delimiter = ',')]
    allow_networks: Vec<IpNet>,

    /// Refuse to connect to private networks.
    #[arg(long, env = "COGNIGY_SSO_DENY_PRIVATE_NETWORKS")]
    deny_private_networks: bool,

    /// PEM file with authorities that all outside calls trust, beside the system's. Repeat it for several.
    #[arg(long = "extra-ca-file", value_name = "FILE", env = "COGNIGY_SSO_EXTRA_CA_FILE", value_delimiter = ',')]
    extra_ca_files: Vec<PathBuf>,

    /// How many resources are dealt with at a time.
    #[arg(long, value_name = "N", env = "COGNIGY_SSO_CONCURRENCY", default_value_t = 16, value_parser = value_parser!(u16).range(1..=1024))]
    concurrency: u16,

    /// Address that `/livez` and `/readyz` are served on.
    #[arg(long, value_name = "ADDRESS", env = "COGNIGY_SSO_HEALTH_ADDRESS", default_value = "0.0.0.0:8081")]
    health_address: SocketAddr,

    /// How log lines look.
    #[arg(long, env = "COGNIGY_SSO_LOG_FORMAT", value_enum, default_value = "json")]
    log_format: LogFormat,

    /// Which log lines are written, for example `info,cognigy_sso_operator=debug`.
    #[arg(long, value_name = "FILTER", env = "COGNIGY_SSO_LOG_FILTER", default_value = "info,kube_client=warn", action = ArgAction::Set)]
    log_filter: String,
}

impl Run {
    pub(super) fn execute(&self) -> anyhow::Result<()> {
        telemetry::start(self.log_format, &self.log_filter).context("--log-filter")?;
        // kube takes the process's provider; outside calls name theirs.
        let installed = rustls::crypto::ring::default_provider().install_default();
        anyhow::ensure!(installed.is_ok(), "a TLS provider is installed already");
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.run())
    }

    async fn run(&self) -> anyhow::Result<()> {
        let egress = self.egress()?;
        let client = client().await?;
        let readiness = Readiness::pending([WAITS_FOR.to_owned()]);
        let (writer, publishing) = Writer::new(client.clone());
        let observer = Observer {
            client: client.clone(),
            egress,
            hosts: self.cognigy_hosts.clone(),
            limits: Limits::new()?,
            providers: Providers::default(),
        };
        let controller = Controller::new(Context { observer, writer }, self.concurrency.into(), readiness.clone());
        let scope = Scope { namespaces: self.namespaces.clone(), selector: self.selector.clone() };
        tracing::info!(version = env!("CARGO_PKG_VERSION"), namespaces = ?scope.namespaces, "starting");

        let work = async { futures::join!(controller.run(client, &scope, stopped()), publishing) };
        tokio::select! {
            _ = work => {
                tracing::info!("stopped");
                Ok(())
            }
            served = admin::serve(self.health_address, readiness) => {
                served.with_context(|| format!("--health-address {}", self.health_address))
            }
        }
    }

    fn egress(&self) -> anyhow::Result<Egress> {
        let bundles: Vec<_> = self.extra_ca_files.iter().map(read_bundle).collect::<Result<_, _>>()?;
        let authorities = Authorities::system_and(&bundles);
        if authorities.is_empty() {
            tracing::warn!("no certificate authority is trusted: set --extra-ca-file, or SSL_CERT_FILE");
        }
        let policy = AddressPolicy { allowed: self.allow_networks.clone(), deny_private: self.deny_private_networks };
        Ok(Egress::new(policy, authorities))
    }
}

fn read_bundle(path: &PathBuf) -> anyhow::Result<CaBundle> {
    let name = || format!("--extra-ca-file {}", path.display());
    let pem = std::fs::read(path).with_context(name)?;
    CaBundle::parse(&pem).with_context(|| format!("{}: no usable PEM certificate", name()))
}

/// The Kubernetes client: in a cluster the ServiceAccount's, elsewhere as kubectl would.
async fn client() -> anyhow::Result<Client> {
    let mut config = Config::infer().await.context("no cluster: run it in one, or set KUBECONFIG")?;
    // Each visit retries by itself; the client's own policy would hold it for minutes.
    config.default_retry = false;
    if !names_proxy() {
        config.proxy_url = None;
    }
    Ok(Client::try_from(config)?)
}

/// Does the kubeconfig's current context name a proxy? The environment's is for outside calls alone.
fn names_proxy() -> bool {
    let Ok(kubeconfig) = Kubeconfig::read() else { return false };
    let current = kubeconfig.current_context.unwrap_or_default();
    let context = kubeconfig.contexts.into_iter().find(|named| named.name == current).and_then(|named| named.context);
    let cluster = context.map(|context| context.cluster).unwrap_or_default();
    let cluster = kubeconfig.clusters.into_iter().find(|named| named.name == cluster).and_then(|named| named.cluster);
    cluster.is_some_and(|cluster| cluster.proxy_url.is_some())
}

/// Resolves when the operator is told to stop.
async fn stopped() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
