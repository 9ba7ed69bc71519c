//! How many requests an API key may send.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::problem::Problem;
use super::settings::{RetryAfter, Settings};

#[derive(Default)]
pub(super) struct Limiter(HashMap<String, Window>);

struct Window {
    began: Instant,
    used: u32,
}

impl Limiter {
    /// Counts a request.
    pub(super) fn admit(&mut self, key: &str, settings: &Settings) -> Result<(), Problem> {
        let length = Duration::from_secs(settings.rate_window_seconds);
        let window = self.window(key);
        if window.began.elapsed() >= length {
            *window = Window { began: Instant::now(), used: 0 };
        }
        if window.used >= settings.rate_limit {
            let left = length.saturating_sub(window.began.elapsed());
            return Err(Problem::too_many(settings.retry_after.value(left)));
        }
        window.used += 1;
        Ok(())
    }

    fn window(&mut self, key: &str) -> &mut Window {
        self.0.entry(key.to_owned()).or_insert_with(|| Window { began: Instant::now(), used: 0 })
    }
}

impl RetryAfter {
    fn value(&self, left: Duration) -> Option<String> {
        let whole_seconds = Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0));
        match self {
            Self::Seconds => Some(whole_seconds.as_secs().to_string()),
            Self::Date => http_date(SystemTime::now() + whole_seconds),
            Self::Absent => None,
            Self::Text(text) => Some(text.clone()),
        }
    }
}

fn http_date(time: SystemTime) -> Option<String> {
    let timestamp = Timestamp::try_from(time).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).ok()
}
