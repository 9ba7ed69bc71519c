//! The one way out: every call to Cognigy.AI and to a provider goes through here.
//!
//! TLS only, certificates always checked, addresses checked where the connection is made, no redirects, no content codings,
//! answers read to a bound and within a deadline. Shares nothing with the Kubernetes client.

mod address;
mod answer;
mod authorities;
mod fault;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_decide::TransportFault;
use moka::future::Cache;
use reqwest::{Client, Method, RequestBuilder, redirect};
use url::Url;

pub use address::AddressPolicy;
pub use answer::Answer;
pub use authorities::{Authorities, CaBundle};

use resolver::CheckedResolver;

const USER_AGENT: &str = concat!("cognigy-sso-operator/", env!("CARGO_PKG_VERSION"));
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that nobody uses are closed before servers commonly do it themselves.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Distinct CA bundles for which a client is kept.
const CLIENTS: u64 = 64;

/// What a call may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of the answer.
    pub bytes: usize,
    /// Time for the whole call.
    pub time: Duration,
}

/// The factory of all outside clients. One client is made for each CA bundle and kept.
pub struct Egress {
    policy: Arc<AddressPolicy>,
    authorities: Authorities,
    clients: Cache<Option<CaBundle>, Client>,
}

impl Egress {
    /// Outside calls under this address policy, trusting these authorities.
    #[must_use]
    pub fn new(policy: AddressPolicy, authorities: Authorities) -> Self {
        Self { policy: Arc::new(policy), authorities, clients: Cache::new(CLIENTS) }
    }

    /// Starts a request.
    ///
    /// # Errors
    /// [`TransportFault::Unreachable`] when the URL is not https or names a denied address literally.
    pub async fn request(
        &self,
        method: Method,
        url: &str,
        ca: Option<&CaBundle>,
    ) -> Result<RequestBuilder, TransportFault> {
        let url = Url::parse(url).map_err(|_| TransportFault::Unreachable)?;
        if url.scheme() != "https" || !self.policy.allows_host(&url) {
            return Err(TransportFault::Unreachable);
        }
        let client = self.clients.try_get_with(ca.cloned(), async { self.client(ca) }).await;
        Ok(client.map_err(|_| TransportFault::Untrusted)?.request(method, url))
    }

    fn client(&self, ca: Option<&CaBundle>) -> Result<Client, reqwest::Error> {
        Client::builder()
            .tls_backend_preconfigured(self.authorities.client_config(ca))
            .dns_resolver(CheckedResolver::new(Arc::clone(&self.policy)))
            .redirect(redirect::Policy::none())
            .https_only(true)
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build()
    }
}

/// Sends a request and reads its answer within bounds.
///
/// # Errors
/// When no whole answer came, in time and within its bounds.
pub async fn send(request: RequestBuilder, bounds: Bounds) -> Result<Answer, TransportFault> {
    let call = async {
        let response = request.send().await.map_err(|error| fault::classify(&error))?;
        Answer::read(response, bounds.bytes).await
    };
    tokio::time::timeout(bounds.time, call).await.unwrap_or(Err(TransportFault::TimedOut))
}

/// `host` or `host:port` of a URL, for messages.
#[must_use]
pub fn server_of(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
