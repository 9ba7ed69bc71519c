//! 7: conditions keep the contract, and kstatus gives the class that a person would.

use std::collections::BTreeMap;

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason};

use super::Measure;
use super::kstatus::{Class, class};
use crate::history::{History, Holding, What};

/// Reasons for which `Ready` may be Unknown and nothing is on its way.
const BLOCKERS: [Reason; 4] = [Reason::Suspended, Reason::Planned, Reason::NotChecked, Reason::ChangePending];

pub(super) fn judge(history: &History, _: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut held: BTreeMap<&str, &Holding> = BTreeMap::new();
    let mut organizations: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &history.entries {
        match &entry.what {
            What::Sent { resource, organization, .. } => drop(organizations.insert(resource, organization)),
            What::Holds(organization, holding) => drop(held.insert(organization, holding)),
            What::Status(resource, generation, status) => {
                wrong.extend(contract(*generation, status).map(|text| format!("status of {resource}: {text}")));
                let is_done = status.pending.is_none() && class(*generation, false, status) == Class::Current;
                let holding = organizations.get(&**resource).and_then(|organization| held.get(organization));
                if let Some(Holding::Declared(edition)) = holding.filter(|_| is_done)
                    && edition.resource != *resource
                {
                    wrong.push(format!("{resource} is said to be done, and its organization has {edition}"));
                }
            }
            _ => {}
        }
    }
    wrong
}

fn contract(generation: i64, status: &IdentityProviderConfigStatus) -> impl Iterator<Item = String> {
    let is_true = |r#type| status.is_true(r#type);
    let (reconciling, stalled) = (is_true(ConditionType::Reconciling), is_true(ConditionType::Stalled));
    let ready = status.condition(ConditionType::Ready);
    let is_ready = is_true(ConditionType::Ready);
    let unknown = ready.filter(|ready| ready.status == ConditionStatus::Unknown);
    let named = unknown.is_none_or(|ready| reconciling || stalled || BLOCKERS.contains(&ready.reason));
    let observed = status.observed_generation;
    let ahead = |number: i64| number > generation;
    let is_ahead = ahead(observed) || status.conditions.iter().any(|condition| ahead(condition.observed_generation));
    let differ = status.conditions.iter().any(|condition| condition.observed_generation != observed);
    let markers = status.conditions.iter().filter(|condition| {
        matches!(condition.r#type, ConditionType::Reconciling | ConditionType::Stalled)
            && condition.status != ConditionStatus::True
    });
    let rules = [
        // Until something was concluded, the record of what was begun may stand alone: -1 says that work goes on.
        (ready.is_none() && observed >= 0, "Ready is missing"),
        (is_ready && (reconciling || stalled), "Ready=True beside Reconciling or Stalled"),
        (reconciling && stalled, "Reconciling beside Stalled"),
        (is_ahead, "observedGeneration is ahead of the generation"),
        (is_ready && differ, "Ready=True, and observedGeneration is not the same on all"),
        (!named, "Ready=Unknown without Reconciling or a named blocker"),
        (markers.count() > 0, "a marker is present without being True"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, text)| text.to_owned())
}
