//! Spans on their way to a collector.
//!
//! A thread of its own takes them from a bounded queue and sends them in batches. What finds the queue full is dropped, and what
//! the collector does not take is lost: nothing else waits for it or fails by it.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::counted::Counted;
use super::endpoint::Endpoint;
use crate::egress::{Authorities, Collector};
use crate::metrics::Spans;
use crate::traces;

const SERVICE: &str = "cognigy-sso-operator";
/// How long a batch may take, repetitions included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long sending what is left may take when the operator stops: with what visits and events may take, less than the grace
/// period that Kubernetes gives.
const FLUSH: Duration = Duration::from_secs(3);

/// Sends spans to a collector by OTLP over HTTP, as protobuf.
pub(crate) struct Export(SdkTracerProvider);

impl Export {
    /// Begins to send to this collector, which may be reached from this runtime and trusting these authorities. What becomes of
    /// spans is counted.
    ///
    /// # Errors
    /// When the environment asks for what cannot be done.
    pub(crate) fn to(
        endpoint: &Endpoint,
        runtime: Handle,
        authorities: &Authorities,
        spans: Spans,
    ) -> anyhow::Result<Self> {
        let collector = Collector::new(TIMEOUT, runtime, authorities)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_endpoint(endpoint.as_str())
            .with_timeout(TIMEOUT)
            .build()?;
        let exporter = Counted { inner: exporter, counter: spans.sent };
        let processor = Counted { inner: BatchSpanProcessor::builder(exporter).build(), counter: spans.ended };
        Ok(Self(SdkTracerProvider::builder().with_resource(resource()).with_span_processor(processor).build()))
    }

    /// What makes the operator's spans those of a trace, and no others: whatever the log shows.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.tracer())
            .with_context_activation(false)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(traces::TARGET, LevelFilter::INFO))
    }

    fn tracer(&self) -> SdkTracer {
        self.0.tracer(SERVICE)
    }

    /// Sends what is left, as far as the collector takes it within a few seconds.
    pub(crate) async fn finish(self) {
        // Not on this thread, which serves the connection meanwhile.
        let sent = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last spans were not sent");
        }
    }
}

/// Who sends. What the environment says (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`) comes before what is known here.
fn resource() -> Resource {
    let pod = std::env::var("POD_NAME").ok().filter(|name| !name.is_empty());
    let name = std::env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
    let known = [
        Some(KeyValue::new("service.name", SERVICE)),
        Some(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))),
        pod.map(|pod| KeyValue::new("k8s.pod.name", pod)),
    ];
    Resource::builder()
        .with_attributes(known.into_iter().flatten())
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attributes(name.map(|name| KeyValue::new("service.name", name)))
        .build()
}
