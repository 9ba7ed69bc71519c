//! The way to the Kubernetes API.

use anyhow::Context as _;
use kube::config::Kubeconfig;
use kube::{Client, Config};

/// Installs the TLS provider that kube takes; outside calls name theirs.
///
/// # Errors
/// When there is one already.
pub(super) fn install_tls() -> anyhow::Result<()> {
    let installed = rustls::crypto::ring::default_provider().install_default();
    anyhow::ensure!(installed.is_ok(), "a TLS provider is installed already");
    Ok(())
}

/// The Kubernetes client: in a cluster the ServiceAccount's, elsewhere as kubectl would.
///
/// # Errors
/// When there is no cluster to be found.
pub(super) async fn client() -> anyhow::Result<Client> {
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
