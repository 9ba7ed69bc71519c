//! The spans of a visit: what it did, and how long each part of it took.
//!
//! They are made where spans are exported ([`crate::telemetry`]); elsewhere making one costs a look at a flag. No secret can be
//! in one: what a span holds is a number, a word of the operator's own, or stands in the resource. Of a URL it is the host
//! alone, and nothing is shown by its `Debug`.

#[cfg(test)]
pub(crate) mod seen;

use cognigy_sso_decide::{Resource, TransportFault};
use opentelemetry::trace::TraceContextExt as _;
use reqwest::Method;
use tracing::Span;
use tracing::field::{Empty, display};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use url::Url;

use crate::egress::Answer;
use crate::metrics::{Operation, Reconciled};
use crate::report::WriteFault;

/// What all spans are made under, for filters.
pub(crate) const TARGET: &str = module_path!();

/// A whole visit to a resource, the root of all that follows.
pub(crate) fn reconcile(resource: &Resource, cause: &'static str) -> Span {
    tracing::info_span!(
        parent: None,
        "reconcile",
        "k8s.namespace.name" = &*resource.namespace,
        "k8s.object.kind" = "IdentityProviderConfig",
        "k8s.object.name" = &*resource.name,
        "k8s.object.uid" = &*resource.uid,
        "cognigy_sso.generation" = resource.generation,
        "cognigy_sso.cause" = cause,
        "cognigy_sso.result" = Empty,
        "otel.status_code" = Empty,
    )
}

/// How a visit ended; a panic is a fault of the operator.
pub(crate) fn ended(reconcile: &Span, result: Reconciled) {
    reconcile.record("cognigy_sso.result", result.as_str());
    if result == Reconciled::Panicked {
        reconcile.record("otel.status_code", "ERROR");
    }
}

/// Reading all that a visit needs.
pub(crate) fn observe() -> Span {
    tracing::info_span!("observe")
}

/// An outside call: what is asked for, and of which server.
pub(crate) fn outside_call(operation: Operation, method: &Method, url: &str) -> Span {
    let (operation, url) = (operation.as_str(), || Url::parse(url).ok());
    tracing::info_span!(
        "outside call",
        "otel.name" = format_args!("{method} {operation}"),
        "otel.kind" = "client",
        "cognigy_sso.operation" = operation,
        "http.request.method" = method.as_str(),
        "server.address" = url().as_ref().and_then(Url::host_str),
        "server.port" = url().as_ref().and_then(Url::port_or_known_default).map(i64::from),
        "http.response.status_code" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    )
}

/// What came of an outside call. A refusal is an answer, and often the one that was hoped for; no answer is a fault, and so is
/// one by which the server speaks of itself.
pub(crate) fn answered(call: &Span, answer: &Result<Answer, TransportFault>) {
    match answer {
        Ok(Answer { status, .. }) => {
            call.record("http.response.status_code", i64::from(*status));
            if *status >= 400 {
                call.record("error.type", display(status));
            }
            if *status >= 500 {
                call.record("otel.status_code", "ERROR");
            }
        }
        Err(fault) => failed(call, fault.as_str()),
    }
}

/// A write to the resource.
pub(crate) fn write(what: &'static str) -> Span {
    tracing::info_span!(
        "write",
        "otel.name" = what,
        "otel.kind" = "client",
        "error.type" = Empty,
        "otel.status_code" = Empty
    )
}

/// What came of a write. That the resource is gone is no fault.
pub(crate) fn written<T>(write: &Span, written: &Result<T, WriteFault>) {
    match written {
        Err(WriteFault::Failed(_)) => failed(write, "failed"),
        Err(WriteFault::Gone) => {
            write.record("error.type", "gone");
        }
        Ok(_) | Err(WriteFault::Edited(_)) => {}
    }
}

/// An event on its way to the API server, from when it happened.
pub(crate) fn publish(reason: &'static str) -> Span {
    tracing::info_span!(
        "publish event",
        "otel.kind" = "client",
        "cognigy_sso.event.reason" = reason,
        "error.type" = Empty,
        "otel.status_code" = Empty
    )
}

/// Tells of what a span was made for that it failed in this way.
pub(crate) fn failed(span: &Span, how: &'static str) {
    span.record("error.type", how);
    span.record("otel.status_code", "ERROR");
}

/// The id of the trace that is under way, for a line of the log; `None` where no spans are exported.
pub(crate) fn id() -> Option<String> {
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    span.is_sampled().then(|| span.trace_id().to_string())
}

#[cfg(test)]
mod tests {
    use super::seen::Seen;
    use super::*;

    #[test]
    fn a_write_says_how_it_failed_and_one_to_what_is_gone_is_no_error() {
        let failed = Err(WriteFault::Failed("the API server's own words".to_owned()));
        for (result, kind, status) in
            [(Ok(()), &[][..], &[][..]), (failed, &["failed"], &["ERROR"]), (Err(WriteFault::Gone), &["gone"], &[])]
        {
            let seen = Seen::default();
            let _looking = seen.look();
            written(&write("write status"), &result);
            assert_eq!(seen.said("write", "error.type"), kind, "{result:?}");
            assert_eq!(seen.said("write", "otel.status_code"), status, "{result:?}");
        }
    }
}
