//! Argo CD, Flux and kustomize: what is in `deploy/`, judged by the libraries that these tools are made of, and taken by a real
//! API server.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod actions;
mod files;
mod health;
mod installation;
mod kubectl;
mod kustomize;
