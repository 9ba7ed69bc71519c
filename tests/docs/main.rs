//! The book and the README: what they lead to is there, what they show is taken by a real API server, and the commands that they
//! tell are run, page by page. How a page is written for that: CONTRIBUTING.md.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod applied;
mod block;
mod book;
mod commands;
mod links;
mod meanwhile;
mod operator;
mod outside;
mod page;
mod proxy;
mod reasons;
mod saml;
mod shown;
mod stage;
