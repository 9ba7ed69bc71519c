//! The way to a collector of traces. The administrator names it, not who writes resources, so its address is not checked: as a
//! rule it lies inside the cluster, and is reached without TLS.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::{Client, redirect};
use tokio::runtime::Handle;

use super::{Authorities, CONNECT_TIMEOUT, POOL_IDLE_TIMEOUT, USER_AGENT, fault};

/// A client for one collector. It may be called from any thread: the connection is the runtime's.
#[derive(Debug)]
pub(crate) struct Collector {
    client: Client,
    runtime: Handle,
    fails: AtomicBool,
}

impl Collector {
    /// A client that gives each request so much time, connects from this runtime and trusts these authorities.
    ///
    /// # Errors
    /// When the environment names a proxy of a kind that is not spoken.
    pub(crate) fn new(time: Duration, runtime: Handle, authorities: &Authorities) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(authorities.client_config(None))
            .redirect(redirect::Policy::none())
            .user_agent(USER_AGENT)
            .timeout(time)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build()?;
        Ok(Self { client, runtime, fails: AtomicBool::new(false) })
    }

    /// Says once that spans are lost, and once that they are no more.
    fn note(&self, sent: &Result<Response<Bytes>, HttpError>) {
        let how = match sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().as_str().to_owned()),
            Err(error) => {
                Some(error.downcast_ref().map_or("no answer", |error| fault::classify(error).as_str()).to_owned())
            }
        };
        match (how, self.fails.load(Ordering::Relaxed)) {
            (Some(how), false) => tracing::warn!(
                how,
                "the collector at --otlp-endpoint does not take spans: they are lost, and all else goes on"
            ),
            (None, true) => tracing::info!("the collector at --otlp-endpoint takes spans again"),
            _ => return,
        }
        self.fails.fetch_not(Ordering::Relaxed);
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        // An error here is the runtime's end, and nothing that the collector could mend.
        let sent = self.runtime.spawn(async move { client.send_bytes(request).await }).await?;
        self.note(&sent);
        sent
    }
}
