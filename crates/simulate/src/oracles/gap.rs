//! 5: no organization is without a configuration for longer than one reset and configure need, unless Cognigy.AI refuses both
//! the new and the previous one.
//!
//! What is fair: the clock starts when a reset of the operator takes effect that is no deletion's. Two calls may take their
//! whole timeouts. Each time that the process dies, stops, freezes or steps down meanwhile, it may take as long as another
//! one needs to begin and, at the longest, to try again. While something is away that a change needs (Cognigy.AI, the
//! Secrets, the API server that holds the record, and the provider, since behaviour.md applies nothing while it cannot be read),
//! the gap may last until it is back and the next try is due.

use std::collections::BTreeMap;

use super::{Measure, RETRY};
use crate::history::{Change, History, Holding, Turn, What};
use crate::time::{Millis, SECOND};

/// Reset and configure, each with its whole timeout.
const TWO_CALLS: Millis = 65 * SECOND;
/// Refusals that leave nothing to put back: of the new configuration, and of the previous one or of the new one once more.
const BOTH: u32 = 2;

struct Gap {
    since: Millis,
    until: Millis,
    refusals: u32,
}

pub(super) fn judge(history: &History, measure: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut resets: BTreeMap<u64, &str> = BTreeMap::new();
    let mut configures: BTreeMap<u64, &str> = BTreeMap::new();
    let mut gaps: BTreeMap<&str, Gap> = BTreeMap::new();
    let ended = history.faults_ended();
    for entry in &history.entries {
        match &entry.what {
            What::Sent { call, organization, change: Change::Reset, deleting: false, .. } => {
                resets.insert(*call, organization);
            }
            What::Sent { call, organization, change: Change::Configure(_), .. } => {
                configures.insert(*call, organization);
            }
            What::Ended { call, took_effect: true, .. } => {
                if let Some(organization) = resets.remove(call) {
                    let gap = Gap { since: entry.time, until: entry.time + TWO_CALLS, refusals: 0 };
                    gaps.entry(organization).or_insert(gap);
                }
            }
            What::Ended { call, refused: true, .. } => {
                if let Some(gap) = configures.remove(call).and_then(|organization| gaps.get_mut(organization)) {
                    gap.refusals += 1;
                }
            }
            What::Process(_, Turn::Killed | Turn::Stopping | Turn::Thawed | Turn::StepsDown | Turn::Leads) => {
                for gap in gaps.values_mut() {
                    gap.until = gap.until.max(entry.time + RETRY);
                }
            }
            What::Holds(organization, holding) if *holding != Holding::Nothing => {
                if let Some(gap) = gaps.remove(&**organization) {
                    wrong.extend(gap.judge(organization, entry.time, ended, measure));
                }
            }
            _ => {}
        }
    }
    let end = history.entries.last().map_or(0, |entry| entry.time);
    wrong.extend(gaps.iter().filter_map(|(organization, gap)| gap.judge(organization, end, ended, measure)));
    wrong
}

impl Gap {
    fn judge(&self, organization: &str, closed: Millis, ended: Option<Millis>, measure: &Measure) -> Option<String> {
        let back = ended.zip(measure.waits_for_end).map(|(ended, pause)| ended + pause);
        let until = back.map_or(self.until, |back| self.until.max(back));
        let is_refused = self.refusals >= BOTH && closed <= measure.settled;
        let long = (closed - self.since) / SECOND;
        let is_fair = closed <= until || is_refused;
        (!is_fair).then(|| format!("{organization} has been without a configuration for {long} s"))
    }
}
