//! Combinations, drawn by a number.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::Value;

use super::{Mutation, Transitions};

/// The most changes that lead to a former state.
const MOST_BEFORE: usize = 2;
/// The most changes at once.
const MOST_AT_ONCE: usize = 4;
/// How many of ten changes are good ones: about as many combinations are then good as are bad.
const GOOD_OF_TEN: u8 = 8;
/// How often a field is drawn again when it has no fitting change.
const TRIES: usize = 20;
/// How many numbers in a row begin with the same state, so that it need not be brought about for each.
const FROM_ONE_STATE: usize = 8;

/// A state that good changes of a base lead to, and changes of it.
pub(super) fn combination(from: &Transitions, number: usize) -> (Value, Vec<Arc<Mutation>>) {
    let former = Draw { from, random: seeded(usize::MAX - number / FROM_ONE_STATE) }.former();
    let mutations = Draw { from, random: seeded(number) }.mutations(&former);
    (former, mutations)
}

fn seeded(number: usize) -> Rng {
    Rng::with_seed(number as u64)
}

/// What one seed draws.
struct Draw<'a> {
    from: &'a Transitions,
    random: Rng,
}

impl Draw<'_> {
    fn former(&mut self) -> Value {
        let mut former = self.random.choice(&self.from.bases).cloned().unwrap_or_default();
        for _ in 0..self.random.usize(0..=MOST_BEFORE) {
            if let Some(mutation) = self.mutation(&former, true, &[]) {
                mutation.apply(&mut former);
            }
        }
        former
    }

    fn mutations(&mut self, former: &Value) -> Vec<Arc<Mutation>> {
        let mut mutations = Vec::new();
        for _ in 0..self.random.usize(1..=MOST_AT_ONCE) {
            let good = self.random.u8(0..10) < GOOD_OF_TEN;
            let mutation = self.mutation(former, good, &mutations);
            mutations.extend(mutation);
        }
        mutations
    }

    /// A good or bad change that goes with those that are drawn already.
    fn mutation(&mut self, former: &Value, good: bool, drawn: &[Arc<Mutation>]) -> Option<Arc<Mutation>> {
        (0..TRIES).find_map(|_| {
            let mut mutations = self.random.choice(&self.from.fields)?.mutations(former);
            let fits = |mutation: &Mutation| !drawn.iter().any(|other| other.overlaps(mutation));
            mutations.retain(|mutation| mutation.refusal.is_none() == good && fits(mutation));
            self.random.choice(mutations)
        })
    }
}
