//! 2: after that no `configure`, no `reset`, no Kubernetes write beyond what a clean run makes. And at no time is a
//! configuration that is in force reset to be applied again, where nothing could have made it doubtful. (A first
//! configuration is not on record before it is reported: one that a crash came after is rightly applied again.)

use std::collections::{BTreeMap, BTreeSet};

use super::Measure;
use crate::history::{Change, History, Holding, What};

pub(super) fn judge(history: &History, measure: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut changes, mut writes) = (0, 0);
    let mut held: BTreeMap<&str, &Holding> = BTreeMap::new();
    let mut taken: BTreeMap<&str, &Holding> = BTreeMap::new();
    let mut recorded: BTreeSet<&str> = BTreeSet::new();
    let mut certain: BTreeSet<&str> = BTreeSet::new();
    for entry in &history.entries {
        let is_late = entry.time > measure.settled;
        match &entry.what {
            What::Sent { organization, change, deleting, .. } => {
                changes += usize::from(is_late && !measure.may_try);
                let before = held.get(&**organization).copied();
                match (change, before) {
                    (Change::Reset, Some(before)) if !deleting && certain.contains(&**organization) => {
                        taken.insert(organization, before);
                    }
                    (Change::Configure(Some(edition)), _) if !measure.may_repeat => {
                        let again = Holding::Declared(edition.clone());
                        if taken.remove(&**organization) == Some(&again) {
                            wrong.push(format!("{edition} was in force, and is reset and applied again"));
                        }
                    }
                    _ => {}
                }
            }
            What::Ended { took_effect: true, .. } => changes += usize::from(is_late && measure.may_try),
            What::Holds(organization, holding) => {
                held.insert(organization, holding);
                certain.remove(&**organization);
                if let Holding::Declared(edition) = holding
                    && recorded.contains(&*edition.resource)
                {
                    certain.insert(organization);
                }
            }
            What::Status(resource, _, status) => {
                writes += usize::from(is_late);
                if status.pending.is_some() || status.applied.is_some() {
                    recorded.insert(resource);
                }
                if status.applied.is_some() {
                    let is_its = |holding: &Holding| matches!(holding, Holding::Declared(edition) if edition.resource == *resource);
                    certain.extend(
                        held.iter().filter(|(_, holding)| is_its(holding)).map(|(organization, _)| *organization),
                    );
                }
            }
            What::Gone(resource) => drop(recorded.remove(&**resource)),
            What::Finalizer(..) => writes += usize::from(is_late),
            _ => {}
        }
    }
    if changes > 0 {
        wrong.push(format!("{changes} changes of Cognigy.AI after all was settled"));
    }
    if writes > measure.clean_writes {
        wrong.push(format!(
            "{writes} writes to Kubernetes after all was settled; a clean run makes {}",
            measure.clean_writes
        ));
    }
    wrong
}
