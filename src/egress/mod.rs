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

use bytes::Bytes;
use cognigy_sso_decide::TransportFault;
use moka::future::Cache;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, redirect};
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
    /// What becomes of an answer that has more of them.
    pub excess: Excess,
    /// Time for the whole call.
    pub time: Duration,
}

/// What becomes of an answer that is longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// It is refused as a whole: a part of a document says nothing.
    Refuse,
    /// What goes beyond is never read: a page is one whatever its length.
    Leave,
}

/// One outside call.
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// Where to; https only.
    pub url: &'a str,
    /// A private authority that is trusted beside those that all calls trust.
    pub ca: Option<&'a CaBundle>,
    /// All that is sent beside `Host`, `User-Agent` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Bytes>,
    /// What it may cost.
    pub bounds: Bounds,
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

    /// Makes a call and reads its answer within bounds.
    ///
    /// # Errors
    /// [`TransportFault::Unreachable`] also when the URL is not https or names a denied address literally; else when no whole
    /// answer came, in time and within its bounds.
    pub async fn send(&self, call: Call<'_>) -> Result<Answer, TransportFault> {
        let url = Url::parse(call.url).map_err(|_| TransportFault::Unreachable)?;
        if url.scheme() != "https" || !self.policy.allows_host(&url) {
            return Err(TransportFault::Unreachable);
        }
        let client = self.clients.try_get_with(call.ca.cloned(), async { self.client(call.ca) }).await;
        let request = client.map_err(|_| TransportFault::Untrusted)?.request(call.method, url).headers(call.headers);
        let request = if let Some(body) = call.body { request.body(body) } else { request };
        let exchange = async {
            let response = request.send().await.map_err(|error| fault::classify(&error))?;
            Answer::read(response, call.bounds).await
        };
        tokio::time::timeout(call.bounds.time, exchange).await.unwrap_or(Err(TransportFault::TimedOut))
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

/// `host` or `host:port` of a URL, for messages.
#[must_use]
pub fn server_of(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
