//! The one way out: every call to Cognigy.AI and to a provider goes through here.
//!
//! TLS only, certificates always checked, addresses checked where the connection is made, no redirects, no content codings,
//! answers read to a bound and within a deadline. Shares nothing with the Kubernetes client.

mod address;
mod answer;
mod authorities;
mod collector;
mod fault;
#[cfg(test)]
mod fuzz;
mod proxies;
mod ranges;
mod resolver;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cognigy_sso_decide::TransportFault;
use hyper_util::client::proxy::matcher::Intercept;
use quick_cache::UnitWeighter;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Client, ClientBuilder, Method, Proxy, redirect};
use tracing::Instrument as _;
use url::Url;

pub use address::AddressPolicy;
pub use answer::Answer;
pub use authorities::{Authorities, CaBundle};
pub(crate) use collector::Collector;

use crate::kept::Kept;
use crate::metrics::{Operation, OutsideCalls};
use crate::traces;
use proxies::Proxies;
use resolver::{CheckedResolver, Lookup, ProxyResolver};

const USER_AGENT: &str = concat!("cognigy-sso-operator/", env!("CARGO_PKG_VERSION"));
/// How long a connection may take to be made: less than any call, so that a call to where nobody answers never ends another way.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long an answer that has begun may pause.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that nobody uses are closed before servers commonly do it themselves. Between this and twice as long: it is looked
/// for so often.
pub(crate) const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Distinct CA bundles for which a client is kept.
const CLIENTS: u64 = 64;
/// How long a client is kept: what is made anew costs its connections.
const CLIENT_LIFETIME: Duration = Duration::from_hours(24);

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
    /// What is asked, for metrics and spans.
    pub operation: Operation,
    /// The method.
    pub method: Method,
    /// Where to; https only.
    pub url: &'a str,
    /// A private authority that is trusted beside those that all calls trust.
    pub ca: Option<&'a CaBundle>,
    /// All that is sent beside `Host`, `User-Agent`, `Content-Length` and an `Accept` of `*/*` where none is named.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Bytes>,
    /// What it may cost.
    pub bounds: Bounds,
}

/// The factory of all outside clients. One client is made for each CA bundle, and one for calls through a proxy, and kept.
pub struct Egress {
    policy: Arc<AddressPolicy>,
    authorities: Authorities,
    means: Means,
    clients: Kept<(Option<CaBundle>, Way), Result<Client, TransportFault>>,
    calls: OutsideCalls,
}

/// Which way calls go. A client knows one of them only, so that what goes without a proxy is always checked, and what goes
/// through one connects to nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Straight,
    ThroughProxy,
}

/// What calls are made with. Tests bring their own.
struct Means {
    lookup: Lookup,
    proxies: Proxies,
    connect: Duration,
    idle: Duration,
    #[cfg(test)]
    gate: tests::Gate,
}

impl Means {
    fn of_the_system() -> Self {
        Self {
            lookup: resolver::system(),
            proxies: Proxies::from_environment(),
            connect: CONNECT_TIMEOUT,
            idle: IDLE_TIMEOUT,
            #[cfg(test)]
            gate: tests::Gate::default(),
        }
    }
}

impl Egress {
    /// Outside calls under this address policy, trusting these authorities, through the proxies that the environment names.
    #[must_use]
    pub fn new(policy: AddressPolicy, authorities: Authorities) -> Self {
        Self::with(Means::of_the_system(), policy, authorities)
    }

    fn with(means: Means, policy: AddressPolicy, authorities: Authorities) -> Self {
        let (clients, calls) = (Kept::new(CLIENTS, UnitWeighter), OutsideCalls::default());
        Self { policy: Arc::new(policy), authorities, means, clients, calls }
    }

    /// The same, with its calls counted here.
    #[must_use]
    pub(crate) fn counting(self, calls: OutsideCalls) -> Self {
        Self { calls, ..self }
    }

    /// Where its calls are counted.
    pub(crate) fn calls(&self) -> &OutsideCalls {
        &self.calls
    }

    /// Makes a call and reads its answer within bounds.
    ///
    /// # Errors
    /// [`TransportFault::Unreachable`] also when the URL is not https or names a denied address literally; else when no whole
    /// answer came, in time and within its bounds.
    pub async fn send(&self, call: Call<'_>) -> Result<Answer, TransportFault> {
        let (operation, began) = (call.operation, Instant::now());
        let span = traces::outside_call(operation, &call.method, call.url);
        // All that waits for an answer would carry it along otherwise.
        let answer = Box::pin(self.exchange(call)).instrument(span.clone()).await;
        traces::answered(&span, &answer);
        let status = answer.as_ref().map(|answer| answer.status).map_err(|fault| *fault);
        self.calls.ended(operation, status, began.elapsed());
        answer
    }

    async fn exchange(&self, call: Call<'_>) -> Result<Answer, TransportFault> {
        let url = Url::parse(call.url).map_err(|_| TransportFault::Unreachable)?;
        if url.scheme() != "https" || !self.policy.allows_host(&url) {
            return Err(TransportFault::Unreachable);
        }
        let client = self.client(&url, call.ca).await?;
        let is_post = call.method == Method::POST;
        let request = client.request(call.method, url).headers(call.headers);
        let request = match call.body {
            Some(body) => request.body(body),
            // Some servers answer 411 to a POST that leaves it open (RFC 9110 section 8.6).
            None if is_post => request.header(CONTENT_LENGTH, 0),
            None => request,
        };
        let exchange = async {
            let response = request.send().await.map_err(|error| fault::classify(&error))?;
            Answer::read(response, call.bounds, self.means.idle).await
        };
        tokio::time::timeout(call.bounds.time, exchange).await.unwrap_or(Err(TransportFault::TimedOut))
    }

    /// The client for this URL. Its clones share its connections.
    async fn client(&self, url: &Url, ca: Option<&CaBundle>) -> Result<Client, TransportFault> {
        let proxy = self.means.proxies.of(url)?;
        let way = if proxy.is_some() { Way::ThroughProxy } else { Way::Straight };
        let make = async {
            self.authorities.read().await;
            let made = self.directed(proxy.as_ref(), ca).and_then(ClientBuilder::build);
            // What cannot be made has no way out: a proxy of a kind that is not spoken.
            (made.map_err(|_| TransportFault::Unreachable), CLIENT_LIFETIME)
        };
        self.clients.get(&(ca.cloned(), way), false, make).await.0
    }

    fn directed(&self, proxy: Option<&Intercept>, ca: Option<&CaBundle>) -> Result<ClientBuilder, reqwest::Error> {
        let lookup = Arc::clone(&self.means.lookup);
        let Some(proxy) = proxy else {
            let resolver = CheckedResolver { lookup, policy: Arc::clone(&self.policy) };
            #[cfg(test)]
            let resolver = self.means.gate.watch(resolver);
            return Ok(self.builder(ca).dns_resolver(resolver));
        };
        let host = proxy.uri().host().unwrap_or_default().to_owned();
        let mut through = Proxy::all(proxy.uri().to_string())?;
        if let Some(credentials) = proxy.basic_auth() {
            through = through.custom_http_auth(credentials.clone());
        }
        Ok(self.builder(ca).dns_resolver(ProxyResolver { lookup, host }).proxy(through))
    }

    fn builder(&self, ca: Option<&CaBundle>) -> ClientBuilder {
        let builder = Client::builder()
            .tls_backend_preconfigured(self.authorities.client_config(ca))
            .redirect(redirect::Policy::none())
            .https_only(true)
            .no_proxy()
            .user_agent(USER_AGENT)
            .connect_timeout(self.means.connect)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        #[cfg(test)]
        let builder = builder.connector_layer(self.means.gate.clone());
        builder
    }
}

/// `host` or `host:port` of a URL, for messages.
#[must_use]
pub fn server_of(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
