//! How often each field was changed, and how that ended.

use std::collections::BTreeMap;

use cognigy_sso_testkit::transitions::{Transition, Transitions};

/// How often each field is changed at least.
const LEAST: usize = 25;

/// How the changes of one field ended.
#[derive(Clone, Copy, Debug, Default)]
struct Outcomes {
    accepted: usize,
    refused: usize,
}

/// How the changes of all fields ended.
#[derive(Debug, Default)]
pub struct Coverage(BTreeMap<String, Outcomes>);

impl Coverage {
    /// Counts a transition as it must end.
    pub fn add(&mut self, transition: &Transition) {
        for mutation in &transition.mutations {
            let outcomes = self.0.entry(mutation.field.clone()).or_default();
            outcomes.accepted += usize::from(transition.is_good());
            outcomes.refused += usize::from(mutation.refusal.is_some());
        }
    }

    /// The fields that were changed too seldom, or never to the good, or never to the bad: every field can be either.
    pub fn gaps(&self, transitions: &Transitions) -> Vec<String> {
        let gaps = transitions.fields().filter_map(|field| {
            let outcomes = self.0.get(field).copied().unwrap_or_default();
            (outcomes.accepted == 0 || outcomes.refused == 0 || outcomes.count() < LEAST)
                .then(|| format!("{field}: {outcomes:?}"))
        });
        gaps.collect()
    }

    /// How many fields were changed, and how often the one that was changed least.
    pub fn summary(&self) -> String {
        let least = self.0.values().map(|outcomes| outcomes.count()).min().unwrap_or_default();
        format!("{} fields, each at least {least} times", self.0.len())
    }
}

impl Outcomes {
    fn count(self) -> usize {
        self.accepted + self.refused
    }
}
