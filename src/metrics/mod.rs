//! What the operator tells of itself in numbers (`/metrics`, `OpenMetrics`).
//!
//! What happens is counted where it happens, in a [`Metrics`] that is handed there; what stands is looked up when it is asked
//! for ([`Sight`]), so that nothing is kept of a resource for the sake of metrics but two times.

mod counted;
mod definition;
mod outside;
mod page;
mod reference;
mod scrape;
mod sight;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use cognigy_sso_decide::EventKind;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;

use counted::{Counters, histogram};
use definition::{DISCOVERY_CACHE, EVENTS, RECONCILES, WATCH_FAILURES};

pub use definition::{ALL, Definition};
pub use outside::Operation;
pub(crate) use outside::OutsideCalls;
pub use reference::reference;
pub(crate) use scrape::{Board, MetricsAddress, Scrapes, serve};
pub(crate) use sight::{Question, Seen, Sight, Standing};
pub use words::Found;
pub(crate) use words::{Document, Reconciled, Watched};

/// All that is counted. A clone counts on in the same place.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) outside: OutsideCalls,
    pub(crate) documents: Documents,
    pub(crate) spans: Spans,
    reconciles: Counters,
    reconcile_duration: Histogram,
    events: Counters,
    panics: Counter,
    watch_failures: Counters,
    write_failures: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            outside: OutsideCalls::default(),
            documents: Documents::default(),
            spans: Spans::default(),
            reconciles: Counters::new(&RECONCILES),
            reconcile_duration: histogram(),
            events: Counters::new(&EVENTS),
            panics: Counter::default(),
            watch_failures: Counters::new(&WATCH_FAILURES),
            write_failures: Counter::default(),
        }
    }
}

impl Metrics {
    /// A visit has ended.
    pub(crate) fn reconciled(&self, result: Reconciled, took: Duration) {
        self.reconciles.at(&[result.as_str()]).inc();
        self.reconcile_duration.observe(took.as_secs_f64());
    }

    /// Something happened to a resource.
    pub(crate) fn happened(&self, event: EventKind) {
        self.events.at(&[event.reason()]).inc();
    }

    /// Something panicked.
    pub(crate) fn panicked(&self) {
        self.panics.inc();
    }

    /// A watch failed.
    pub(crate) fn watch_failed(&self, watched: Watched) {
        self.watch_failures.at(&[watched.as_str()]).inc();
    }

    /// Something could not be written to the Kubernetes API.
    pub(crate) fn write_failed(&self) {
        self.write_failures.inc();
    }
}

#[cfg(test)]
impl Metrics {
    /// How often something could not be written.
    pub(crate) fn failed_writes(&self) -> u64 {
        self.write_failures.get()
    }

    /// How many visits have ended like this.
    pub(crate) fn number(&self, result: Reconciled) -> u64 {
        self.reconciles.at(&[result.as_str()]).get()
    }
}

/// What becomes of spans, where they are exported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spans {
    /// How many have ended.
    pub(crate) ended: Counter,
    /// How many of them the collector has taken.
    pub(crate) sent: Counter,
}

/// How often what providers publish was held already.
#[derive(Clone, Debug)]
pub(crate) struct Documents(Counters);

impl Default for Documents {
    fn default() -> Self {
        Self(Counters::new(&DISCOVERY_CACHE))
    }
}

#[cfg(test)]
impl Documents {
    /// How often each of `discovery` and `keys` was held already, and how often not.
    pub(crate) fn numbers(&self) -> [u64; 4] {
        [["discovery", "hit"], ["discovery", "miss"], ["keys", "hit"], ["keys", "miss"]].map(|at| self.0.at(&at).get())
    }
}

impl Documents {
    /// A document was needed.
    pub(crate) fn needed(&self, document: Document, found: Found) {
        self.0.at(&[document.as_str(), found.as_str()]).inc();
    }
}
