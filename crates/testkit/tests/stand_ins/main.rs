//! The stand-ins and their faults, as an ordinary client meets them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod client;
mod cognigy;
mod cognigy_desk;
mod configure;
mod faults;
mod login;
mod pki;
mod programs;
mod provider;
mod provider_authorize;
mod provider_desk;
mod provider_token;
mod saml;
mod saml_desk;
mod saml_keys;
mod saml_signature;
