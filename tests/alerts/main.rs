//! The alerts, the cases and the runbook of each, and the dashboard: they fit together, and ask for nothing that is not exposed.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod cases;
mod commands;
mod dashboard;
mod documents;
mod exposed;
mod files;
mod promql;
mod queries;
