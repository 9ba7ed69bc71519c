//! When a control plane can be used.

use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::commands::Layout;

/// Between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(50);

/// Waits until the API server serves. Its certificate appears it has made it; until then nothing can be trusted, so nothing is asked.
pub(super) async fn until_answering(layout: &Layout, kubeconfig: &str) {
    while !layout.certificate().exists() {
        tokio::time::sleep(GLANCE).await;
    }
    until_found(kubeconfig, &["/readyz", "/api/v1/namespaces/default"]).await;
}

pub(super) async fn until_found(kubeconfig: &str, paths: &[&str]) {
    while all_found(kubeconfig, paths).await.is_err() {
        tokio::time::sleep(GLANCE).await;
    }
}

async fn all_found(kubeconfig: &str, paths: &[&str]) -> anyhow::Result<()> {
    let client = Client::try_from(client_config(kubeconfig).await?)?;
    for path in paths {
        client.request_text(http_get(path)?).await?;
    }
    Ok(())
}

fn http_get(path: &str) -> anyhow::Result<axum::http::Request<Vec<u8>>> {
    Ok(axum::http::Request::get(path).body(Vec::new())?)
}

pub(super) async fn client_config(kubeconfig: &str) -> anyhow::Result<Config> {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig)?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    config.default_retry = false;
    // It is on this machine: no proxy leads there, whatever the environment says.
    config.proxy_url = None;
    Ok(config)
}
