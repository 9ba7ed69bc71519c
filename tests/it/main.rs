//! The operator's binary against a real API server, a Cognigy.AI stand-in and OpenID providers.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

mod adoption;
mod audit_events;
mod changes;
mod client;
mod cognigy_faults;
mod conflicts;
mod deletion;
mod drift;
mod examples;
mod expiry;
mod first_configuration;
mod gitops;
mod image;
mod inputs;
mod kills;
mod leadership;
mod lessons;
mod limits;
mod log_lines;
mod metrics;
mod names;
mod namespace;
mod process;
mod provider_faults;
mod races;
mod real_providers;
mod requests;
mod rights;
mod rollback;
mod rules;
mod secrecy;
mod secret_selector;
mod traces;
mod transitions;
mod undecodable;
mod verify;
mod workflows;
