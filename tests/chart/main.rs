//! The chart, rendered and installed by real Helm, on a real API server.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod cluster;
mod helm;
mod manifests;

mod admission;
mod check;
mod files;
mod flags;
mod monitoring;
mod network;
mod notes;
mod pods;
mod refusals;
mod releases;
mod rights;
mod rollout;
mod values;
