//! The same tests as with OpenID Connect, with SAML: they are the same files, and only what they call `strategy` is another.
//! Beside them stand those of what only SAML has. Which files are not taken in is in `tests/it/twice.rs`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "../it/support/strategy/saml.rs"]
mod strategy;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "tests that have nothing to do with the way of signing in run once")]
mod support;

mod certificates;
mod declared;
mod lessons;
mod metadata_faults;
mod real_provider;
mod switch;
mod transitions;
#[allow(dead_code, reason = "not every check of OpenID Connect is one of SAML")]
mod verify;

#[path = "../it/adoption.rs"]
mod adoption;
#[path = "../it/audit_events.rs"]
mod audit_events;
#[path = "../it/changes.rs"]
mod changes;
#[path = "../it/cognigy_faults.rs"]
mod cognigy_faults;
#[path = "../it/conflicts.rs"]
mod conflicts;
#[path = "../it/deletion.rs"]
mod deletion;
#[path = "../it/drift.rs"]
mod drift;
#[path = "../it/expiry.rs"]
mod expiry;
#[path = "../it/first_configuration.rs"]
mod first_configuration;
#[path = "../it/gitops.rs"]
mod gitops;
#[path = "../it/inputs.rs"]
mod inputs;
#[path = "../it/interval.rs"]
mod interval;
#[path = "../it/kills.rs"]
mod kills;
#[path = "../it/leadership.rs"]
mod leadership;
#[path = "../it/limits.rs"]
mod limits;
#[path = "../it/log_lines.rs"]
mod log_lines;
#[path = "../it/metrics.rs"]
mod metrics;
#[path = "../it/names.rs"]
mod names;
#[path = "../it/namespace.rs"]
mod namespace;
#[path = "../it/process.rs"]
mod process;
#[path = "../it/provider_faults.rs"]
mod provider_faults;
#[path = "../it/races.rs"]
mod races;
#[path = "../it/replica_metrics.rs"]
mod replica_metrics;
#[path = "../it/requests.rs"]
mod requests;
#[path = "../it/rights.rs"]
mod rights;
#[path = "../it/rollback.rs"]
mod rollback;
#[path = "../it/secrecy.rs"]
mod secrecy;
#[path = "../it/secret_selector.rs"]
mod secret_selector;
#[path = "../it/shards.rs"]
mod shards;
#[path = "../it/traces.rs"]
mod traces;
#[path = "../it/undecodable.rs"]
mod undecodable;
