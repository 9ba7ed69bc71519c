//! Answers in one line.

use bytes::Bytes;
use hyper::http::HeaderValue;
use hyper::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// A whole answer, before a fault has had its way with it.
pub type Answer = hyper::Response<Bytes>;

/// A JSON answer.
#[must_use]
pub fn json(status: u16, body: &Value) -> Answer {
    typed(status, "application/json; charset=utf-8", body.to_string())
}

/// An HTML page.
#[must_use]
pub fn page(status: u16, title: &str) -> Answer {
    let body = format!("<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
    typed(status, "text/html; charset=utf-8", body)
}

/// Plain text.
#[must_use]
pub fn text(status: u16, body: &str) -> Answer {
    typed(status, "text/plain; charset=utf-8", body.to_owned())
}

/// A redirection with an empty body.
#[must_use]
pub fn redirect(status: u16, location: &str) -> Answer {
    let mut answer = Answer::new(Bytes::new());
    *answer.status_mut() = status_code(status);
    with_header(answer, "location", location)
}

/// The same answer with one header more. A value that no header can hold is left out.
#[must_use]
pub fn with_header(mut answer: Answer, name: &'static str, value: &str) -> Answer {
    set(answer.headers_mut(), name, value);
    answer
}

pub(super) fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

pub(super) fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn typed(status: u16, content_type: &str, body: String) -> Answer {
    let mut answer = Answer::new(Bytes::from(body));
    *answer.status_mut() = status_code(status);
    with_header(answer, "content-type", content_type)
}
