//! Whatever can come in: resources, observations and receipts at random.

mod faults;
mod observations;
mod resources;

use proptest::prelude::*;

use faults::call_fault;
pub use observations::{Coherence, good_observation, observation};
pub use resources::resources;

use cognigy_sso_decide::{Observed, Receipt, Resource};

use super::SALT;

/// What an effect may answer.
pub fn receipt() -> impl Strategy<Value = Receipt> {
    prop_oneof![
        Just(()).prop_map(|()| Receipt::Written),
        Just(()).prop_map(|()| Receipt::Applied { salt: SALT }),
        Just(()).prop_map(|()| Receipt::AlreadyConfigured),
        Just(()).prop_map(|()| Receipt::WasReset),
        call_fault().prop_map(Receipt::Refused),
        call_fault().prop_map(Receipt::RefusedAfterReset),
        call_fault().prop_map(Receipt::Open),
    ]
}

/// A resource, and what the operator could really see of it.
pub fn scene() -> impl Strategy<Value = (Resource, Observed)> {
    (resources(), prop_oneof![observation(Coherence::Coherent), good_observation()])
}

/// One of a few, the first most often.
pub fn mostly<T: Clone + std::fmt::Debug + 'static>(usual: T, others: Vec<T>) -> impl Strategy<Value = T> {
    prop_oneof![3 => Just(usual), 1 => proptest::sample::select(others)]
}
