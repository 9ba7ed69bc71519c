//! What the core decides: tables of faults, plans, conclusions and pauses, and what holds for whatever comes in.

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
