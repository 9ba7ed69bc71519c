//! Metadata of identity providers (SAML metadata 2.0).

mod entity;
mod fault;
mod role;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use fault::{Endpoint, MetadataFault};

use crate::certificate::Certificate;
use crate::signature::{self, DSIG};
use crate::xml::{Document, Element};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// What an identity provider says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Its name.
    pub entity_id: Box<str>,
    /// Where browsers are sent to log in, by the binding HTTP-Redirect.
    pub login: Box<str>,
    /// Where they are sent to log out, by the same binding.
    pub logout: Option<Box<str>>,
    /// The certificates of its signing keys, in the document's order, each once. There is at least one.
    pub certificates: Vec<Certificate>,
    /// Until when all this may be used: the earliest time that is set for it or for what it lies in.
    pub valid_until: Option<Timestamp>,
    /// Does the provider want the requests to be signed?
    pub wants_signed_requests: bool,
    /// What is known of the document's origin.
    pub signed: Signed,
}

/// What a document's signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It has none.
    No,
    /// It has one that nobody looked at, since no certificate is trusted.
    Unchecked,
    /// It was signed by the key of a trusted certificate, and nothing is reported but what was signed.
    Verified,
}

impl Metadata {
    /// Reads a document: an entity, or a list of them, however deep. `entity` says which one is meant; left out, it must have
    /// one identity provider alone.
    ///
    /// With `trusted`, the document must be signed by the key of one of these certificates; whether they are valid now is
    /// not looked at. The signature is that of the whole document, or of the entity that is meant.
    ///
    /// # Errors
    /// When it is no metadata, not the right one, or not what one can log in with.
    pub fn parse(text: &[u8], entity: Option<&str>, trusted: Option<&[Certificate]>) -> Result<Self, MetadataFault> {
        let document = Document::read(text)?;
        let (root, found) = (document.root(), entity::choose(document.root(), entity)?);
        let has_signature = |element: Element<'_, '_>| element.named(DSIG, "Signature").next().is_some();
        let signed = if has_signature(root) { root } else { found.entity };
        let Some(trusted) = trusted else {
            let signed = if has_signature(signed) { Signed::Unchecked } else { Signed::No };
            return found.read(signed);
        };
        let canonical = signature::verified(&document, signed, trusted)?;
        let document = Document::read(&canonical)?;
        entity::choose(document.root(), entity)?.read(Signed::Verified)
    }
}
