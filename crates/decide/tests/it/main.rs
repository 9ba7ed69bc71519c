//! What the core decides: tables of faults, plans, conclusions and pauses, and what holds for whatever comes in.
//!
//! Here resources declare OpenID Connect. What holds for SAML as well runs once more in `tests/saml`, with resources that
//! declare that: see [`support::Strategy`] for all that differs.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod act;
mod adoption;
mod body;
mod changes;
mod client_callback;
mod client_credentials;
mod client_not_tried;
mod client_trial;
mod client_words;
mod conditions;
mod conflicts;
mod convergence;
mod drift;
mod events;
mod expiry;
mod fault_tables;
mod fingerprint;
mod held;
mod leaving;
mod lost_answers;
mod properties;
mod provider_tables;
mod quiet;
mod ready;
mod requeue;
mod rollback;
mod rules;
mod secrecy;
mod statuses;
mod support;

/// What resources declare here.
const STRATEGY: &support::Strategy = &support::OIDC;
