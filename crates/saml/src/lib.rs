//! SAML 2.0 documents, read and nothing more: no I/O, no clock, no randomness.
//!
//! Whatever is read here was written by others and may be hostile. Sizes, depths and counts are bounded before they cost
//! anything; the length of a text is bounded by who fetches it. Faults are data: the words for them are made elsewhere.

mod armour;
mod certificate;
#[cfg(test)]
mod fuzz;
mod key;
mod metadata;
mod request;
mod signature;
pub mod text;
mod xml;

pub use certificate::{Certificate, CertificateFault, KeyKind};
pub use key::{KeyFault, PrivateKey};
pub use metadata::{Endpoint, Metadata, MetadataFault, Signed};
pub use request::AuthnRequest;
pub use signature::{Algorithm, SignatureFault};
