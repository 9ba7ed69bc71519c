//! Telling whether two messages say the same, but for the trace id of the call that they speak of.

const OPENING: &str = " (traceId ";

/// Do both say the same? Each try has a trace id of its own, which alone is no news.
pub(super) fn same_but_for_trace_ids(one: &str, other: &str) -> bool {
    one == other || without_trace_ids(one) == without_trace_ids(other)
}

fn without_trace_ids(message: &str) -> String {
    let mut parts = message.split(OPENING);
    let mut text = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| text.push_str(part.split_once(')').map_or(part, |(_, rest)| rest)));
    text
}
