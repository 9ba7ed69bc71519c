//! Where calls leave for: it records what they would connect to, and lets nothing through unless it is open.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower::{Layer, Service};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What is let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Opening {
    /// Everything.
    #[default]
    Open,
    /// So many connections.
    AtMost(usize),
    /// Nothing: the attempt to connect is counted.
    Shut,
    /// The question what a name stands for, and no connection to what is found.
    NamesOnly,
}

#[derive(Clone, Default)]
pub(in crate::egress) struct Gate(Arc<State>);

#[derive(Default)]
struct State {
    opening: Mutex<Opening>,
    attempts: AtomicUsize,
    handed_out: Mutex<Vec<Vec<IpAddr>>>,
}

impl Gate {
    pub(super) fn set(&self, opening: Opening) {
        *self.0.opening.lock() = opening;
    }

    /// How often a connection was about to be made since this was last asked.
    pub(super) fn take_attempts(&self) -> usize {
        self.0.attempts.swap(0, Ordering::SeqCst)
    }

    /// What the connector was given to connect to since this was last asked, for each name that it asked for.
    pub(super) fn take_handed_out(&self) -> Vec<Vec<IpAddr>> {
        std::mem::take(&mut *self.0.handed_out.lock())
    }

    pub(in crate::egress) fn watch<R: Resolve>(&self, resolver: R) -> Observed<R> {
        Observed { resolver, gate: self.clone() }
    }

    fn is(&self, opening: Opening) -> bool {
        *self.0.opening.lock() == opening
    }
}

/// A resolver of which is recorded what it hands out.
pub(in crate::egress) struct Observed<R> {
    resolver: R,
    gate: Gate,
}

impl<R: Resolve> Resolve for Observed<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolving, gate) = (self.resolver.resolve(name), self.gate.clone());
        Box::pin(async move {
            let found = resolving.await.map(Iterator::collect::<Vec<_>>);
            let addresses = found.iter().flatten().map(std::net::SocketAddr::ip).collect();
            gate.0.handed_out.lock().push(addresses);
            if gate.is(Opening::NamesOnly) {
                return Err("not let through".into());
            }
            Ok(Box::new(found?.into_iter()) as Addrs)
        })
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, connector: S) -> Self::Service {
        Gated { connector, gate: self.clone() }
    }
}

#[derive(Clone)]
pub(in crate::egress) struct Gated<S> {
    connector: S,
    gate: Gate,
}

impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let attempts = self.gate.0.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        let is_shut = match *self.gate.0.opening.lock() {
            Opening::Open | Opening::NamesOnly => false,
            Opening::AtMost(most) => attempts > most,
            Opening::Shut => true,
        };
        if is_shut {
            return Box::pin(async { Err("not let through".into()) });
        }
        Box::pin(self.connector.call(target))
    }
}
