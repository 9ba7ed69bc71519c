//! 3: an older configuration never takes effect after a newer one, and nothing is sent that was never declared.

use std::collections::BTreeMap;

use super::Measure;
use crate::history::{Change, Edition, History, What};

pub(super) fn judge(history: &History, _: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut sent: BTreeMap<u64, &Edition> = BTreeMap::new();
    let mut newest: BTreeMap<&str, &Edition> = BTreeMap::new();
    for entry in &history.entries {
        match &entry.what {
            What::Sent { change: Change::Configure(None), resource, .. } => {
                wrong.push(format!("for {resource} something is sent that nobody declared"));
            }
            What::Sent { call, change: Change::Configure(Some(edition)), .. } => drop(sent.insert(*call, edition)),
            What::Ended { call, took_effect: true, .. } => {
                let Some(edition) = sent.get(call) else { continue };
                let before = newest.insert(&edition.resource, edition);
                if let Some(newer) = before.filter(|before| edition.is_older_than(before)) {
                    wrong.push(format!("{edition} takes effect after {newer}"));
                }
            }
            What::Gone(resource) => drop(newest.remove(&**resource)),
            _ => {}
        }
    }
    wrong
}
