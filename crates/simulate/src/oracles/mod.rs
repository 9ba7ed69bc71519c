//! The eight oracles: each judges a history, and answers with what is wrong in words.

mod conditions;
mod convergence;
mod gap;
mod health;
mod order;
mod owner;
mod quiet;
mod secrecy;

pub mod kstatus;

use crate::history::{History, Holding};
use crate::kubernetes::Name;
use crate::time::{MINUTE, Millis};

/// What a history is judged by.
#[derive(Clone, Debug)]
pub struct Measure {
    /// From when on everything must be as it should and stay so.
    pub settled: Millis,
    /// What is there then, and what is there in the end, beside what must be there.
    pub states: Vec<State>,
    /// How often a clean run writes to Kubernetes after it has settled.
    pub clean_writes: usize,
    /// May an organization that was reset wait for the end of the faults, and for how long after that?
    pub waits_for_end: Option<Millis>,
    /// Must it be tried whether there is a configuration, since nothing shows it? Then what is refused does not count.
    pub may_try: bool,
    /// May a configuration that is in force be applied once more?
    pub may_repeat: bool,
}

/// What is there of one resource, and what must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The resource.
    pub resource: Name,
    /// When the settling time is over.
    pub then: Found,
    /// Seven days later.
    pub finally: Found,
    /// What must be there, both times.
    pub expected: Found,
}

/// What is there of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What its organization has.
    pub holds: Holding,
    /// Is it Ready? `None` when it is gone.
    pub ready: Option<bool>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Number of the oracle, 1 to 8.
    pub oracle: u8,
    /// What is wrong, in words.
    pub text: String,
}

/// Pause of a retry, at the longest, and a visit.
pub const RETRY: Millis = 6 * MINUTE;

type Oracle = fn(&History, &Measure) -> Vec<String>;

const ORACLES: [Oracle; 8] = [
    convergence::judge,
    quiet::judge,
    order::judge,
    owner::judge,
    gap::judge,
    secrecy::judge,
    conditions::judge,
    health::judge,
];

/// Judges a history by all eight.
#[must_use]
pub fn judge(history: &History, measure: &Measure) -> Vec<Violation> {
    let judged = (1..)
        .zip(ORACLES)
        .map(|(oracle, judge)| judge(history, measure).into_iter().map(move |text| Violation { oracle, text }));
    judged.flatten().collect()
}
