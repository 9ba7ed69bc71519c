//! Audit events: who did what to an organization, by pages.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::problem::Problem;
use super::settings::{AuditId, Settings};

const DEFAULT_LIMIT: usize = 25;
/// Who asks for more gets so many all the same, and has to follow the cursor.
const HIGHEST_LIMIT: usize = 100;

/// What was done.
pub(super) struct Event {
    /// Rising; a later event has a higher one.
    pub number: u64,
    pub time: Timestamp,
    pub kind: Cow<'static, str>,
    pub action: Cow<'static, str>,
    pub user: String,
}

impl Event {
    fn item(&self, organization: &str, id: AuditId) -> Value {
        json!({
            id.name(): format!("{:024x}", self.number),
            "timestamp": format!("{:.3}", self.time),
            "type": self.kind,
            "actionType": self.action,
            "user": self.user,
            "organisationReference": organization,
        })
    }
}

/// What the query asks for.
struct Wanted {
    limit: usize,
    newest_first: bool,
    from: Option<Cursor>,
    filters: Vec<(String, String)>,
}

enum Cursor {
    After(u64),
    Before(u64),
}

impl Wanted {
    fn parse(query: impl Iterator<Item = (String, String)>) -> Result<Self, Problem> {
        let mut wanted = Self { limit: DEFAULT_LIMIT, newest_first: true, from: None, filters: Vec::new() };
        for (name, value) in query {
            match name.as_str() {
                "limit" => wanted.limit = limit(&value)?,
                "sort" => wanted.newest_first = newest_first(&value)?,
                "next" => wanted.from = Some(Cursor::After(number_in(&value)?)),
                "previous" => wanted.from = Some(Cursor::Before(number_in(&value)?)),
                _ => wanted.filters.push((name, value)),
            }
        }
        Ok(wanted)
    }

    fn lets_through(&self, item: &Value) -> bool {
        self.filters.iter().all(|(name, value)| item.get(name).and_then(Value::as_str) == Some(value))
    }

    /// Where the page begins among events in the order asked for.
    fn start(&self, numbers: &[u64]) -> usize {
        let place_of = |mark: u64| numbers.iter().position(|number| *number == mark);
        let past = |mark: u64| {
            let is_past = |number: &u64| if self.newest_first { *number < mark } else { *number > mark };
            numbers.iter().position(is_past).unwrap_or(numbers.len())
        };
        match self.from {
            None => 0,
            Some(Cursor::After(mark)) => past(mark),
            Some(Cursor::Before(mark)) => place_of(mark).unwrap_or_else(|| past(mark)).saturating_sub(self.limit),
        }
    }
}

/// One page of `events`, which are in the order of their numbers.
pub(super) fn page(
    events: &[Event],
    organization: &str,
    settings: &Settings,
    query: impl Iterator<Item = (String, String)>,
) -> Result<Value, Problem> {
    let wanted = Wanted::parse(query)?;
    let all = events.iter().map(|event| (event.number, event.item(organization, settings.audit_id)));
    let mut found: Vec<_> = all.filter(|(_, item)| !settings.audit_filter || wanted.lets_through(item)).collect();
    if wanted.newest_first {
        found.reverse();
    }
    let (numbers, items): (Vec<u64>, Vec<Value>) = found.into_iter().unzip();
    let start = wanted.start(&numbers);
    let end = (start + wanted.limit).min(numbers.len());
    let shown = numbers.get(start..end).unwrap_or_default();
    Ok(json!({
        "items": items.get(start..end),
        "total": items.len(),
        "nextCursor": shown.last().copied().filter(|_| end < numbers.len()).map(cursor),
        "previousCursor": shown.first().copied().filter(|_| start > 0).map(cursor),
    }))
}

fn limit(text: &str) -> Result<usize, Problem> {
    let limit: usize = text.parse().map_err(|_| Problem::invalid("'limit' must be a whole number."))?;
    if limit == 0 { Err(Problem::invalid("'limit' must be at least 1.")) } else { Ok(limit.min(HIGHEST_LIMIT)) }
}

fn newest_first(text: &str) -> Result<bool, Problem> {
    match text {
        "timestamp:desc" => Ok(true),
        "timestamp:asc" => Ok(false),
        _ => Err(Problem::invalid("'sort' must be 'timestamp:desc' or 'timestamp:asc'.")),
    }
}

fn cursor(number: u64) -> String {
    format!("c{number:x}")
}

fn number_in(cursor: &str) -> Result<u64, Problem> {
    let digits = cursor.strip_prefix('c').and_then(|digits| u64::from_str_radix(digits, 16).ok());
    digits.ok_or_else(|| Problem::invalid("The cursor is not one of ours."))
}
