//! The way to the Kubernetes API.

use std::error::Error as _;
use std::time::Duration;

use anyhow::anyhow;
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ConfigExt as _};
use kube::config::{InferConfigError, Kubeconfig};
use kube::{Client, Config};
use tower::{BoxError, ServiceBuilder};

use crate::causes;
use crate::egress::POOL_IDLE_TIMEOUT;

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
    let mut config = Config::infer().await.map_err(|error| no_cluster(&error))?;
    // Each visit retries by itself; the client's own policy would hold it for minutes.
    config.default_retry = false;
    if !names_proxy() {
        config.proxy_url = None;
    }
    tracing::info!(server = %config.cluster_url, "the Kubernetes API");
    if config.proxy_url.is_some() { Ok(Client::try_from(config)?) } else { straight(&config, POOL_IDLE_TIMEOUT) }
}

/// As kube makes it, but for the connections: those that are idle for so long are closed. Each takes memory, and a burst of work
/// leaves one for each visit that there was at a time.
fn straight(config: &Config, idle: Duration) -> anyhow::Result<Client> {
    let mut connector = TimeoutConnector::new(config.rustls_https_connector_with_connector(connector())?);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    let mut connections = legacy::Builder::new(TokioExecutor::new());
    connections.pool_timer(TokioTimer::new()).pool_idle_timeout(idle);
    let client: legacy::Client<_, Body> = connections.build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(client);
    Ok(Client::new(service, config.default_namespace.clone()))
}

/// Makes connections on which is sent at once what is written. The first request on a new one would wait 40 ms otherwise, until
/// the server has acknowledged the end of the TLS handshake.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

/// In a pod it is the way to its own cluster that fails, elsewhere the kubeconfig, which is told as the cause.
fn no_cluster(error: &InferConfigError) -> anyhow::Error {
    match error.source() {
        Some(kubeconfig) if std::env::var_os("KUBERNETES_SERVICE_HOST").is_none() => {
            anyhow!("no cluster: {}. Set KUBECONFIG, or run it in a pod.", causes::told(kubeconfig))
        }
        _ => anyhow!("no cluster: {error}"),
    }
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::time::timeout;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_written_is_sent_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let connection = connector().oneshot(url.parse().unwrap()).await.unwrap();
        assert!(connection.inner().nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_connection_that_nobody_uses_is_closed() {
        // Another test may have installed it.
        let _installed = install_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = straight(&Config::new(url.parse().unwrap()), Duration::from_millis(50)).unwrap();
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let asked = connection.read(&mut [0; 4096]).await.unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
            let closed = timeout(Duration::from_secs(10), connection.read(&mut [0; 64])).await;
            (asked > 0, closed.unwrap().unwrap())
        };
        let request = http::Request::get("/version").body(Vec::new()).unwrap();
        let (answer, served) = tokio::join!(client.request_text(request), serve);
        assert_eq!((answer.unwrap().as_str(), served), ("{}", (true, 0)));
    }
}
