//! 6: the secret is in no status, no event, and no `Debug` output.

use super::Measure;
use crate::history::{History, What};
use crate::world::CANARY;

pub(super) fn judge(history: &History, _: &Measure) -> Vec<String> {
    let leak = |what: &What| match what {
        What::Leak(place) => Some(place.clone()),
        What::Event(resource, _, note) if note.contains(CANARY) => Some(format!("an event of {resource}")),
        What::Status(resource, _, status)
            if serde_json::to_string(&**status).is_ok_and(|text| text.contains(CANARY)) =>
        {
            Some(format!("the status of {resource}"))
        }
        _ => None,
    };
    history
        .entries
        .iter()
        .filter_map(|entry| leak(&entry.what))
        .map(|place| format!("a secret is in {place}"))
        .collect()
}
