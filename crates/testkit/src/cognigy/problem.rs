//! Refusals, as Cognigy.AI words them.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::server::{self, Answer};

/// Cognigy's own numbers; where it has none, the HTTP status stands in.
const MISSING_ARGUMENT: u16 = 1000;
const NOT_FOUND: u16 = 1002;
const CONFLICT: u16 = 1004;
const INVALID_ARGUMENT: u16 = 1005;
const INTERNAL: u16 = 1008;

#[derive(Debug)]
pub(super) struct Problem {
    status: u16,
    code: u16,
    detail: String,
    retry_after: Option<String>,
}

impl Problem {
    pub(super) fn missing(property: &str) -> Self {
        Self::new(400, MISSING_ARGUMENT, format!("The argument '{property}' is missing."))
    }

    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(400, INVALID_ARGUMENT, detail)
    }

    pub(super) fn unauthorized(detail: &str) -> Self {
        Self::new(401, 401, detail)
    }

    pub(super) fn forbidden(detail: &str) -> Self {
        Self::new(403, 403, detail)
    }

    pub(super) fn not_found(detail: &str) -> Self {
        Self::new(404, NOT_FOUND, detail)
    }

    pub(super) fn conflict(detail: &str) -> Self {
        Self::new(409, CONFLICT, detail)
    }

    pub(super) fn too_large(detail: &str) -> Self {
        Self::new(413, 413, detail)
    }

    pub(super) fn too_many(retry_after: Option<String>) -> Self {
        Self { retry_after, ..Self::new(429, 429, "Too many requests, please try again later.") }
    }

    pub(super) fn internal(detail: &str) -> Self {
        Self::new(500, INTERNAL, detail)
    }

    fn new(status: u16, code: u16, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None }
    }

    /// `received` goes into `details`, which may hold anything: whoever passes it on gives secrets away.
    pub(super) fn answer(self, instance: &str, trace_id: &str, received: &Value) -> Answer {
        let title = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let body = json!({
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "traceId": trace_id,
            "details": {"received": received},
        });
        let answer = server::json(self.status, &body);
        match self.retry_after {
            Some(value) => server::with_header(answer, "retry-after", &value),
            None => answer,
        }
    }
}
