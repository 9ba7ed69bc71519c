//! 1: when faults stop, within bounded time Cognigy.AI holds what the resource says, and it stays so for seven days.

use super::{Found, Measure, State};
use crate::history::History;

pub(super) fn judge(_: &History, measure: &Measure) -> Vec<String> {
    let looked = |state: &State| {
        let then = wrong(state, &state.then, "when it should have settled");
        then.into_iter().chain(wrong(state, &state.finally, "seven days later"))
    };
    measure.states.iter().flat_map(looked).collect()
}

fn wrong(state: &State, found: &Found, when: &str) -> Option<String> {
    let State { resource, expected, .. } = state;
    let told = |found: &Found| {
        let resource = match found.ready {
            None => "gone",
            Some(true) => "Ready",
            Some(false) => "not Ready",
        };
        format!("{resource}, and the organization has {}", found.holds)
    };
    (found != expected).then(|| format!("{when} {resource} is {}; it should be {}", told(found), told(expected)))
}
