//! What the operator is tested against: a real Kubernetes control plane, a stand-in for Cognigy.AI, OpenID providers and SAML
//! identity providers that answer as they are told, a collector of traces, changes of a resource made from its schema, hostile
//! input for what is parsed, and a search for secrets in what comes out.

pub mod canary;
pub mod cognigy;
pub mod collector;
pub mod control_plane;
mod filter;
pub mod fuzz;
pub mod gitops;
pub mod go_program;
pub mod helm;
pub mod manifests;
pub mod open_metrics;
pub mod pki;
pub mod program;
pub mod provider;
pub mod real_provider;
pub mod rights;
pub mod saml;
pub mod server;
pub mod tool;
pub mod transitions;
