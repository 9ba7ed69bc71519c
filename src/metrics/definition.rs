//! What each metric is called, and what it tells: the exposition and the reference in `docs/` are made from it.

use cognigy_sso_api::{ConditionStatus, ConditionType};
use cognigy_sso_decide::EventKind;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use super::outside::{Operation, STATUSES};
use super::words::{Document, Found, Reconciled, Watched};

/// What all names begin with.
pub(super) const PREFIX: &str = "cognigy_sso";

static SECONDS: Unit = Unit::Seconds;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name without prefix, unit and the suffix that its type asks for.
    pub(super) name: &'static str,
    pub(super) kind: MetricType,
    pub(super) unit: Option<&'static Unit>,
    pub(super) labels: &'static [Label],
    /// What it tells, without a full stop.
    pub(super) help: &'static str,
}

/// A label of a metric.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) name: &'static str,
    pub(super) values: Values,
    /// What the values mean, where they do not say so themselves.
    pub(super) meaning: &'static str,
}

/// What a label may have as its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values {
    /// One of these words.
    Closed(fn() -> Vec<&'static str>),
    /// A condition's reason: they have a page of their own in the reference.
    Reasons,
    /// A name in Kubernetes.
    Names,
}

impl Definition {
    const fn new(name: &'static str, kind: MetricType, help: &'static str) -> Self {
        Self { name, kind, unit: None, labels: &[], help }
    }

    const fn in_seconds(self) -> Self {
        Self { unit: Some(&SECONDS), ..self }
    }

    const fn by(self, labels: &'static [Label]) -> Self {
        Self { labels, ..self }
    }

    /// The name that its family bears in the exposition.
    #[must_use]
    pub fn family(&self) -> String {
        let unit = self.unit.map_or_else(String::new, |unit| format!("_{}", unit.as_str()));
        format!("{PREFIX}_{}{unit}", self.name)
    }

    /// The name that a query asks for. Of a histogram that is the family's, followed by `_bucket`, `_sum` or `_count`.
    #[must_use]
    pub fn series(&self) -> String {
        let suffix = match self.kind {
            MetricType::Counter => "_total",
            MetricType::Info => "_info",
            MetricType::Gauge | MetricType::Histogram | MetricType::Unknown => "",
        };
        self.family() + suffix
    }

    /// Its type as `OpenMetrics` calls it.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// The names of its labels.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.labels.iter().map(|label| label.name)
    }

    /// What it tells, in a sentence.
    #[must_use]
    pub fn help(&self) -> String {
        format!("{}.", self.help)
    }

    /// Every combination of its labels' values; `None` where one of them is not closed.
    pub(super) fn combinations(&self) -> Option<Vec<Vec<&'static str>>> {
        let mut combinations = vec![Vec::new()];
        for label in self.labels {
            let Values::Closed(values) = label.values else { return None };
            let longer = combinations.iter().flat_map(|begun: &Vec<_>| {
                values().into_iter().map(|value| begun.iter().copied().chain([value]).collect())
            });
            combinations = longer.collect();
        }
        Some(combinations)
    }
}

const fn closed(name: &'static str, values: fn() -> Vec<&'static str>, meaning: &'static str) -> Label {
    Label { name, values: Values::Closed(values), meaning }
}

const fn names(name: &'static str, meaning: &'static str) -> Label {
    Label { name, values: Values::Names, meaning }
}

fn unready() -> Vec<&'static str> {
    vec![ConditionStatus::False.as_str(), ConditionStatus::Unknown.as_str()]
}

const NAMESPACE: Label = names("namespace", "namespace of the resource");
const NAME: Label = names("name", "name of the resource");
const REASON: Label = Label { name: "reason", values: Values::Reasons, meaning: "the condition's reason" };
const OPERATION: Label = closed("operation", Operation::words, "");

pub(super) static BUILD: Definition =
    Definition::new("build", MetricType::Info, "The version of the operator, as a label")
        .by(&[names("version", "the operator's version")]);
pub(super) static LEADER: Definition =
    Definition::new("leader", MetricType::Gauge, "Whether this replica acts (1) or stands by (0)");

pub(super) static RECONCILES: Definition =
    Definition::new("reconciles", MetricType::Counter, "Visits to a resource that have ended, by how").by(&[closed(
        "result",
        Reconciled::words,
        "`settled`: nothing is left to do before the interval is over; `retry`: something is missing or out of reach, and the \
         operator goes on by itself; `stalled`: a person must act; `interrupted`: the resource could not be written, was edited \
         or went meanwhile, or leadership was lost; `panicked`: a fault of the operator",
    )]);
pub(super) static RECONCILE_DURATION: Definition =
    Definition::new("reconcile_duration", MetricType::Histogram, "How long visits took, waiting for others included")
        .in_seconds();
pub(super) static QUEUE_DEPTH: Definition =
    Definition::new("queue_depth", MetricType::Gauge, "Resources whose visit is due and has not begun");
pub(super) static RECONCILES_ACTIVE: Definition =
    Definition::new("reconciles_active", MetricType::Gauge, "Visits that are under way");
pub(super) static CONCURRENCY: Definition =
    Definition::new("concurrency", MetricType::Gauge, "How many visits may be under way at a time (--concurrency)");

pub(super) static RESOURCES: Definition = Definition::new(
    "resources",
    MetricType::Gauge,
    "Resources by the status of each condition, as reported last; 0 on a replica that stands by. A condition that is not there \
     counts as Unknown, Reconciling and Stalled as False",
)
.by(&[
    closed("condition", || ConditionType::ALL.map(ConditionType::as_str).to_vec(), ""),
    closed("status", || ConditionStatus::ALL.map(ConditionStatus::as_str).to_vec(), ""),
]);
pub(super) static NOT_READY: Definition = Definition::new(
    "resource_not_ready",
    MetricType::Gauge,
    "1 for each resource whose condition Ready is not True; there is no series for the others",
)
.by(&[NAMESPACE, NAME, closed("status", unready, "the condition's status"), REASON]);
pub(super) static STALLED: Definition = Definition::new(
    "resource_stalled",
    MetricType::Gauge,
    "1 for each resource that goes on only when a person acts; there is no series for the others",
)
.by(&[NAMESPACE, NAME, REASON]);
pub(super) static LAST_VERIFIED: Definition = Definition::new(
    "resource_last_verified_timestamp",
    MetricType::Gauge,
    "When a visit last found that what the provider publishes, its discovery document and keys or its SAML metadata, fits the \
     resource (Unix time). There is no series before the first such visit of the process that acts; after a restart that visit \
     comes within the resource's interval",
)
.by(&[NAMESPACE, NAME])
.in_seconds();
pub(super) static SECRET_EXPIRY: Definition = Definition::new(
    "secret_expiry_timestamp",
    MetricType::Gauge,
    "When a Secret that the resource refers to expires, as its annotation sso.cognigy.ai/expires-at says (Unix time); there is \
     no series where that holds no date. After a restart it takes up to a minute until all have been read",
)
.by(&[NAMESPACE, NAME, names("secret", "name of the Secret")])
.in_seconds();
pub(super) static CERTIFICATE_EXPIRY: Definition = Definition::new(
    "certificate_expiry_timestamp",
    MetricType::Gauge,
    "When the signing certificate of the resource's SAML identity provider expires, as status.saml shows it (Unix time); there \
     is no series where the resource declares OpenID Connect, or before the first certificate has been seen",
)
.by(&[NAMESPACE, NAME])
.in_seconds();

pub(super) static OUTSIDE_REQUESTS: Definition = Definition::new(
    "outside_requests",
    MetricType::Counter,
    "Calls to Cognigy.AI and to identity providers, by what was asked and how that ended",
)
.by(&[
    OPERATION,
    closed(
        "status",
        || STATUSES.to_vec(),
        "the HTTP status, its class where it is none of those listed, or what kept an answer from coming; `paused`: not sent, \
         since the API key's limit is used up or Cognigy.AI has asked for a pause",
    ),
]);
pub(super) static OUTSIDE_DURATION: Definition = Definition::new(
    "outside_request_duration",
    MetricType::Histogram,
    "How long calls to Cognigy.AI and to identity providers took, whatever came of them",
)
.by(&[OPERATION])
.in_seconds();
pub(super) static DISCOVERY_CACHE: Definition = Definition::new(
    "discovery_cache_requests",
    MetricType::Counter,
    "How often a provider's document was needed, by whether it was held already",
)
.by(&[closed("document", Document::words, ""), closed("result", Found::words, "")]);

pub(super) static EVENTS: Definition =
    Definition::new("events", MetricType::Counter, "What happened to resources: each Kubernetes event, by its reason")
        .by(&[closed("reason", || EventKind::ALL.map(EventKind::reason).to_vec(), "")]);
pub(super) static PANICS: Definition =
    Definition::new("panics", MetricType::Counter, "Panics: each is a fault of the operator");
pub(super) static WATCH_FAILURES: Definition =
    Definition::new("watch_failures", MetricType::Counter, "How often a watch failed and was begun again")
        .by(&[closed("resource", Watched::words, "")]);
pub(super) static WRITE_FAILURES: Definition = Definition::new(
    "write_failures",
    MetricType::Counter,
    "Statuses, finalizers and events that could not be written to the Kubernetes API",
);
pub(super) static SPANS: Definition = Definition::new(
    "spans",
    MetricType::Counter,
    "Spans that have ended, where --otlp-endpoint is set. What is not sent waits to be, or is lost",
);
pub(super) static SPANS_SENT: Definition =
    Definition::new("spans_sent", MetricType::Counter, "Spans that the collector at --otlp-endpoint has taken");

/// Every metric, in the order of the exposition.
pub static ALL: [&Definition; 22] = [
    &BUILD,
    &LEADER,
    &RECONCILES,
    &RECONCILE_DURATION,
    &QUEUE_DEPTH,
    &RECONCILES_ACTIVE,
    &CONCURRENCY,
    &RESOURCES,
    &NOT_READY,
    &STALLED,
    &LAST_VERIFIED,
    &SECRET_EXPIRY,
    &CERTIFICATE_EXPIRY,
    &OUTSIDE_REQUESTS,
    &OUTSIDE_DURATION,
    &DISCOVERY_CACHE,
    &EVENTS,
    &PANICS,
    &WATCH_FAILURES,
    &WRITE_FAILURES,
    &SPANS,
    &SPANS_SENT,
];

#[cfg(test)]
mod tests;
