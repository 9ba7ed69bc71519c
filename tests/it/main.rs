//! The operator's binary against a real API server, a Cognigy.AI stand-in and OpenID providers.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/strategy/oidc.rs"]
mod strategy;
mod support;

mod adoption;
mod audit_events;
mod changes;
mod client;
mod cognigy_faults;
mod conflicts;
mod deletion;
mod discovery_faults;
mod drift;
mod examples;
mod expiry;
mod fields;
mod first_configuration;
mod gitops;
mod image;
mod inputs;
mod interval;
mod kills;
mod leadership;
mod lessons;
mod limits;
mod lists;
mod log_lines;
mod metrics;
mod names;
mod namespace;
mod process;
mod provider_faults;
mod races;
mod real_providers;
mod replica_metrics;
mod requests;
mod rights;
mod rollback;
mod rules;
mod secrecy;
mod secret_selector;
mod shards;
mod traces;
mod transitions;
mod twice;
mod undecodable;
mod verify;
mod workflows;
