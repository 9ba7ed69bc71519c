//! A collector of traces: it takes spans by OTLP over HTTP, keeps all that it is sent, and answers as it is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Kind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as Sent};
use parking_lot::Mutex;
use prost::Message as _;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::server::bind;

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// It is taken.
    Takes,
    /// It is answered with this status.
    Refuses(u16),
    /// It is never answered.
    Hangs,
}

/// A span as it was sent.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its trace, in hex.
    pub trace: String,
    /// Its own id, in hex.
    pub id: String,
    /// The span that it is a part of; empty for a root.
    pub parent: String,
    /// Its name.
    pub name: String,
    /// Is it a call to somebody else?
    pub is_client: bool,
    /// Is it said to have failed?
    pub is_error: bool,
    /// How many events and links it carries.
    pub attachments: usize,
    /// What it says.
    pub attributes: BTreeMap<String, Value>,
    /// What is said of who sent it.
    pub resource: BTreeMap<String, Value>,
}

/// A running collector. It takes nothing more when the value is dropped.
pub struct Collector {
    inside: Arc<Inside>,
    address: SocketAddr,
    _stops_on_drop: DropGuard,
}

struct Inside {
    manner: Mutex<Manner>,
    requests: Mutex<Vec<(HeaderMap, Bytes)>>,
    taken: Mutex<Vec<Span>>,
}

impl Collector {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(manner: Manner) -> Result<Self> {
        let listener = bind(0).await?;
        let address = listener.local_addr()?;
        let inside = Inside { manner: Mutex::new(manner), requests: Mutex::default(), taken: Mutex::default() };
        let inside = Arc::new(inside);
        let routes = Router::new().route("/v1/traces", post(take)).layer(DefaultBodyLimit::disable());
        let serving = axum::serve(listener, routes.with_state(Arc::clone(&inside)));
        let running = CancellationToken::new();
        let stopped = running.clone().cancelled_owned();
        tokio::spawn(async move {
            tokio::select! {
                _ = serving => {}
                () = stopped => {}
            }
        });
        Ok(Self { inside, address, _stops_on_drop: running.drop_guard() })
    }

    /// The URL to name to who shall send spans here.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it answers like this.
    pub fn set(&self, manner: Manner) {
        *self.inside.manner.lock() = manner;
    }

    /// How often it was sent something.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.inside.requests.lock().len()
    }

    /// All spans that it took.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        self.inside.taken.lock().clone()
    }

    /// All that it was sent, taken or not, as text.
    #[must_use]
    pub fn everything(&self) -> String {
        self.inside.requests.lock().iter().fold(String::new(), |mut text, (headers, body)| {
            let _never_fails = writeln!(text, "{headers:?}\n{}", String::from_utf8_lossy(body));
            text
        })
    }
}

async fn take(State(inside): State<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    inside.requests.lock().push((headers.clone(), body.clone()));
    let manner = *inside.manner.lock();
    match manner {
        Manner::Takes => {}
        Manner::Refuses(status) => return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        Manner::Hangs => std::future::pending().await,
    }
    let is_protobuf = headers.get("content-type").is_some_and(|value| value == "application/x-protobuf");
    let Some(sent) = ExportTraceServiceRequest::decode(body).ok().filter(|_| is_protobuf) else {
        return StatusCode::BAD_REQUEST;
    };
    inside.taken.lock().extend(sent.resource_spans.into_iter().flat_map(spans));
    StatusCode::OK
}

fn spans(sent: ResourceSpans) -> impl Iterator<Item = Span> {
    let resource = attributes(sent.resource.unwrap_or_default().attributes);
    let spans = sent.scope_spans.into_iter().flat_map(|scope| scope.spans);
    spans.map(move |span| read(span, resource.clone()))
}

fn read(span: Sent, resource: BTreeMap<String, Value>) -> Span {
    Span {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        is_client: span.kind() == SpanKind::Client,
        is_error: span.status.as_ref().is_some_and(|status| status.code() == SpanStatus::Error),
        attachments: span.events.len() + span.links.len(),
        name: span.name,
        attributes: attributes(span.attributes),
        resource,
    }
}

fn attributes(pairs: Vec<KeyValue>) -> BTreeMap<String, Value> {
    pairs.into_iter().map(|pair| (pair.key, value(pair.value))).collect()
}

fn value(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        Some(Kind::StringValue(text)) => json!(text),
        Some(Kind::IntValue(number)) => json!(number),
        Some(Kind::BoolValue(is_so)) => json!(is_so),
        other => json!(format!("{other:?}")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _never_fails = write!(hex, "{byte:02x}");
        hex
    })
}
