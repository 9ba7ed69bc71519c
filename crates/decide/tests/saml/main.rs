//! What holds for SAML: the tests of `tests/it` that hold for both ways of signing in, taken in from there and run with
//! resources that declare SAML, and tests of what is SAML's own.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod body;
mod certificates;
mod checks;
mod expiring;
mod faults;
mod fields;
mod in_force;
mod provider;
mod reported;
mod switch;

#[path = "../it/act.rs"]
mod act;
#[path = "../it/adoption.rs"]
mod adoption;
#[path = "../it/changes.rs"]
mod changes;
#[path = "../it/conditions.rs"]
mod conditions;
#[path = "../it/conflicts.rs"]
mod conflicts;
#[path = "../it/convergence.rs"]
mod convergence;
#[path = "../it/drift.rs"]
mod drift;
#[path = "../it/events.rs"]
mod events;
#[path = "../it/expiry.rs"]
mod expiry;
#[path = "../it/fingerprint.rs"]
mod fingerprint;
#[path = "../it/held.rs"]
mod held;
#[path = "../it/leaving.rs"]
mod leaving;
#[path = "../it/lost_answers.rs"]
mod lost_answers;
#[path = "../it/properties.rs"]
mod properties;
#[path = "../it/quiet.rs"]
mod quiet;
#[path = "../it/ready.rs"]
mod ready;
#[path = "../it/requeue.rs"]
mod requeue;
#[path = "../it/rollback.rs"]
mod rollback;
#[path = "../it/rules.rs"]
mod rules;
#[path = "../it/secrecy.rs"]
mod secrecy;
#[path = "../it/support/mod.rs"]
mod support;

/// What resources declare here.
const STRATEGY: &support::Strategy = &support::SAML;
