//! A TLS server for HTTP/1.1 whose answers can be made hostile. It listens on 127.0.0.1 only.

mod answer;
mod connection;
mod connection_fault;
mod control;
mod exchange;
mod fault;
mod journal;
mod merge;
mod plan;
mod reply;
mod request;
mod site;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use answer::{Answer, json, page, redirect, text, with_header};
pub use connection_fault::ConnectionFault;
pub use control::{Control, shared_routes};
pub use fault::{Effect, Fault, Reply, Says};
pub use journal::{Call, Count, Missed};
pub use merge::merged;
pub use plan::{Plan, Times};
pub use request::Request;
pub use site::{Operation, Outcome, Seen, Site};

use crate::pki::Authority;
use connection::Certificates;
use connection_fault::ConnectionFaults;
use journal::Journal;
use plan::Faults;

/// A running server. It stops when the value is dropped; what it was asked can be asked of the value.
pub struct Server<S: Site> {
    inside: Arc<Inside<S>>,
    address: SocketAddr,
    _stops_on_drop: DropGuard,
}

/// What connections, the control port and the owner share.
struct Inside<S: Site> {
    site: S,
    faults: Faults<S::Operation>,
    connection_faults: ConnectionFaults,
    journal: Journal<S::Operation>,
    /// Cancelled with the server.
    running: CancellationToken,
    /// Cancelled, and replaced, when the open connections shall be cut.
    open: Mutex<CancellationToken>,
}

/// Binds a port of 127.0.0.1; 0 takes a free one.
pub(crate) async fn bind(port: u16) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))
}

impl<S: Site> Server<S> {
    /// Serves `site` on `listener` with certificates of `authority` for this machine's local names.
    ///
    /// # Errors
    /// When no certificate can be issued.
    pub fn serve(listener: TcpListener, authority: &Authority, site: S) -> Result<Self> {
        let certificates = Arc::new(Certificates::new(authority)?);
        let address = listener.local_addr()?;
        let running = CancellationToken::new();
        let inside = Arc::new(Inside {
            site,
            faults: Faults::default(),
            connection_faults: ConnectionFaults::default(),
            journal: Journal::new(),
            open: Mutex::new(running.child_token()),
            running: running.clone(),
        });
        tokio::spawn(running.clone().run_until_cancelled_owned(connection::accept(
            listener,
            certificates,
            Arc::clone(&inside),
        )));
        Ok(Self { inside, address, _stops_on_drop: running.drop_guard() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https://localhost:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// A handle for the control port and for other tasks; it does not keep the server running.
    #[must_use]
    pub fn control(&self) -> Control<S> {
        Control::new(&self.inside)
    }

    /// Makes requests meet faults.
    pub fn install(&self, plan: Plan<S::Operation>) {
        self.inside.faults.install(plan);
    }

    /// Makes the next `times` connections, or with `None` all, meet a fault; those that are open are cut.
    pub fn install_on_connections(&self, fault: ConnectionFault, times: Option<u32>) {
        self.inside.install_on_connections(fault, times);
    }

    /// Takes all faults away, those of connections too.
    pub fn clear_faults(&self) {
        self.inside.clear_faults();
    }

    /// Resets every open connection, so that a client's pool holds dead ones.
    pub fn cut_connections(&self) {
        self.inside.cut_connections();
    }

    /// Every request since the start or the last [`clear_calls`](Self::clear_calls), oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call<S::Operation>> {
        self.inside.journal.calls(|_| true)
    }

    /// The same of one operation.
    #[must_use]
    pub fn calls_of(&self, operation: S::Operation) -> Vec<Call<S::Operation>> {
        self.inside.journal.calls(|call| call.operation == operation)
    }

    /// How many requests there were; this is kept even when the requests are not.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<S::Operation, Count> {
        self.inside.journal.counts()
    }

    /// Waits until a request that fulfils `wanted` is in the journal, be it answered or not.
    ///
    /// # Errors
    /// When `patience` ends first.
    pub async fn wait_for_call(
        &self,
        wanted: impl Fn(&Call<S::Operation>) -> bool,
        patience: Duration,
    ) -> Result<Call<S::Operation>, Missed> {
        self.inside.journal.wait_for(wanted, patience).await
    }

    /// Forgets requests and counts.
    pub fn clear_calls(&self) {
        self.inside.journal.clear();
    }

    /// Whether to count requests only, which takes no memory for each.
    pub fn keep_counts_only(&self, counts_only: bool) {
        self.inside.journal.keep_counts_only(counts_only);
    }
}

/// A server can do what its site can.
impl<S: Site> Deref for Server<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.inside.site
    }
}

impl<S: Site> Inside<S> {
    fn install_on_connections(&self, fault: ConnectionFault, times: Option<u32>) {
        self.connection_faults.install(fault, times);
        self.cut_connections();
    }

    fn clear_faults(&self) {
        self.faults.clear();
        self.connection_faults.clear();
    }

    fn cut_connections(&self) {
        let mut open = self.open.lock();
        open.cancel();
        *open = self.running.child_token();
    }
}
