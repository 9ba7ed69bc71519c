//! Whatever can come in: resources, observations and receipts at random.

mod faults;
mod observations;
mod resources;
mod trials;

use proptest::option;
use proptest::prelude::*;

use faults::call_fault;
pub use observations::{Coherence, good_observation, observation};
pub use resources::resources;

use cognigy_sso_decide::{Observed, Receipt, Resource};

use super::{EVENT, OIDC, SAML};

/// The id of an audit event: the one that is on record most often.
pub fn event_id() -> impl Strategy<Value = Box<str>> {
    mostly(Box::from(EVENT), vec!["event-2".into(), "event-3".into()])
}

/// What an effect may answer.
pub fn receipt() -> impl Strategy<Value = Receipt> {
    prop_oneof![
        option::of(event_id()).prop_map(|event| Receipt::Applied { event }),
        Just(()).prop_map(|()| Receipt::AlreadyConfigured),
        Just(()).prop_map(|()| Receipt::WasReset),
        call_fault().prop_map(Receipt::Refused),
        call_fault().prop_map(Receipt::RefusedAfterReset),
        call_fault().prop_map(Receipt::Open),
        (call_fault(), option::of(event_id())).prop_map(|(fault, event)| Receipt::RolledBack { fault, event }),
        (call_fault(), call_fault()).prop_map(|(fault, put_back)| Receipt::NotPutBack { fault, put_back }),
    ]
}

/// A resource, and what the operator could really see of it.
pub fn scene() -> impl Strategy<Value = (Resource, Observed)> {
    let observed = prop_oneof![observation(Coherence::Coherent).boxed(), good_observation().boxed()];
    (resources().boxed(), observed).prop_map(|(resource, mut observed)| {
        let declares_saml = resource.spec.as_ref().is_ok_and(|spec| spec.saml.is_some());
        let other = if declares_saml { &OIDC } else { &SAML };
        (other.unread)(&mut observed);
        let is_accepted = observed.user().is_some_and(|account| resource.accepts(account));
        if resource.status.applied.is_some() || !is_accepted {
            // Only a first configuration is begun without a record, and none with a key that it is not for.
            observed.begun = None;
        }
        (resource, observed)
    })
}

/// One of a few, the first most often.
pub fn mostly<T: Clone + std::fmt::Debug + 'static>(usual: T, others: Vec<T>) -> impl Strategy<Value = T> {
    prop_oneof![3 => Just(usual), 1 => proptest::sample::select(others)]
}
