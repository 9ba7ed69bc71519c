//! A request as the stand-ins see it: read whole, bounded.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Uri};
use serde_json::Value;

/// More than any stand-in takes, so that it can refuse what is too large in its own words.
const LARGEST_BODY: usize = 1 << 20;

/// A request with its whole body.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body, at most 1 MiB.
    pub body: Bytes,
}

impl Request {
    /// Reads the body; `None` when it is over 1 MiB or breaks off.
    pub(super) async fn read(incoming: hyper::Request<Incoming>) -> Option<Self> {
        let (head, body) = incoming.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_BODY).await.ok()?;
        Some(Self { method: head.method, uri: head.uri, headers: head.headers, body })
    }

    /// A header's text; `None` where it is absent or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The query's members, decoded.
    pub fn query(&self) -> impl Iterator<Item = (String, String)> {
        pairs(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// One member of the query.
    #[must_use]
    pub fn query_member(&self, name: &str) -> Option<String> {
        self.query().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The members of a form body, decoded.
    pub fn form(&self) -> impl Iterator<Item = (String, String)> {
        pairs(&self.body)
    }

    /// Whether the body claims to be of this media type.
    #[must_use]
    pub fn has_content_type(&self, media_type: &str) -> bool {
        let claimed = self.header("content-type").and_then(|value| value.split(';').next());
        claimed.is_some_and(|claimed| claimed.trim().eq_ignore_ascii_case(media_type))
    }

    /// The body as a journal keeps it: JSON as it is, a form as an object, anything else as text, nothing as null.
    pub(super) fn body_for_the_journal(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        if self.has_content_type("application/x-www-form-urlencoded") {
            return self.form().map(|(name, value)| (name, Value::String(value))).collect();
        }
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&self.body).into_owned()))
    }
}

fn pairs(text: &[u8]) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned()))
}
