//! An answer, read to a bound.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cognigy_sso_decide::TransportFault;
use reqwest::Response;
use reqwest::header::{CACHE_CONTROL, HeaderName, LOCATION, RETRY_AFTER};

use super::{Bounds, Excess, fault};

/// The longest `Location` that is kept, in bytes.
const LONGEST_LOCATION: usize = 8192;

/// An HTTP answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds from now, given as seconds or as a date (RFC 9110 section 10.2.3). A date that has passed is
    /// 0; what is neither is left out.
    pub retry_after: Option<u64>,
    /// `Location`, if it is of up to 8 KiB.
    pub location: Option<String>,
    /// `max-age` of `Cache-Control` in seconds; 0 when it may not be stored.
    pub max_age: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer. One that announces too much is not even begun; else bytes are counted as they come, whatever
    /// `Content-Length` says.
    /// The answer may pause for so long as `idle` says.
    pub(super) async fn read(mut response: Response, bounds: Bounds, idle: Duration) -> Result<Self, TransportFault> {
        let announced = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced > bounds.bytes && bounds.excess == Excess::Refuse {
            return Err(TransportFault::TooLarge);
        }
        let retry_after =
            header(&response, &RETRY_AFTER).and_then(|value| parse_retry_after(&value, SystemTime::now()));
        let mut answer = Self {
            status: response.status().as_u16(),
            retry_after,
            location: header(&response, &LOCATION).filter(|location| location.len() <= LONGEST_LOCATION),
            max_age: header(&response, &CACHE_CONTROL).and_then(|value| parse_max_age(&value)),
            body: Vec::with_capacity(announced.min(bounds.bytes)),
        };
        while let Some(chunk) = chunk(&mut response, idle).await? {
            let room = bounds.bytes - answer.body.len();
            match (bounds.excess, chunk.get(..room).filter(|_| chunk.len() > room)) {
                (_, None) => answer.body.extend_from_slice(&chunk),
                (Excess::Refuse, Some(_)) => return Err(TransportFault::TooLarge),
                (Excess::Leave, Some(beginning)) => {
                    answer.body.extend_from_slice(beginning);
                    break;
                }
            }
        }
        Ok(answer)
    }

    /// Is the status a 2xx?
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

async fn chunk(response: &mut Response, idle: Duration) -> Result<Option<Bytes>, TransportFault> {
    let chunk = tokio::time::timeout(idle, response.chunk()).await.map_err(|_| TransportFault::TimedOut)?;
    chunk.map_err(|error| fault::classify(&error))
}

fn header(response: &Response, name: &HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

pub(super) fn parse_retry_after(value: &str, now: SystemTime) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(seconds);
    }
    let until = httpdate::parse_http_date(value).ok()?;
    Some(until.duration_since(now).map_or(0, |wait| wait.as_secs()))
}

pub(super) fn parse_max_age(value: &str) -> Option<u64> {
    let mut directives = value.split(',').map(str::trim);
    if directives
        .clone()
        .any(|directive| directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache"))
    {
        return Some(0);
    }
    directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(parse_retry_after("120", now), Some(120));
        assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60));
        assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(0));
        assert_eq!(parse_retry_after("-5", now), None);
        assert_eq!(parse_retry_after("soon", now), None);
    }

    #[test]
    fn max_age_is_read_from_cache_control() {
        assert_eq!(parse_max_age("public, max-age=600"), Some(600));
        assert_eq!(parse_max_age("no-cache, max-age=600"), Some(0));
        assert_eq!(parse_max_age("private"), None);
    }
}
