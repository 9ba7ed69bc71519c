//! What a signature says that it covers, and how.

use ring::digest::Algorithm as DigestAlgorithm;

use super::canonical::Form;
use super::fault::algorithm as name;
use super::{DSIG, SignatureFault, algorithm};
use crate::armour::decode;
use crate::xml::Element;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The one reference of a signature.
pub(super) struct SignedInfo {
    pub reference: String,
    pub form: Form,
    pub digest_algorithm: &'static DigestAlgorithm,
    pub digest: Vec<u8>,
}

impl SignedInfo {
    /// # Errors
    /// When it has more than one reference, or another form than SAML has.
    pub fn read(info: Element<'_, '_>) -> Result<Self, SignatureFault> {
        let reference = info.only(DSIG, "Reference").ok_or(SignatureFault::NotCovering)?;
        let method = reference.only(DSIG, "DigestMethod").ok_or(SignatureFault::Malformed)?;
        let digest = reference.only(DSIG, "DigestValue").and_then(Element::text).ok_or(SignatureFault::Malformed)?;
        Ok(Self {
            reference: reference.attribute("URI").ok_or(SignatureFault::NotCovering)?.to_owned(),
            form: transforms(reference)?,
            digest_algorithm: algorithm::digest(method)?,
            digest: decode(&digest).ok_or(SignatureFault::Malformed)?.to_vec(),
        })
    }
}

/// The signature itself is left out first, then the rest is written in a canonical form. There is nothing else that may be
/// done (SAML core, section 5.4.4).
fn transforms(reference: Element<'_, '_>) -> Result<Form, SignatureFault> {
    let list = reference.only(DSIG, "Transforms").ok_or(SignatureFault::Malformed)?;
    let transforms: Vec<_> = list.named(DSIG, "Transform").collect();
    match *transforms {
        [enveloped] if name(enveloped) == ENVELOPED => Ok(Form::default()),
        [enveloped, form] if name(enveloped) == ENVELOPED => {
            Form::read(form)?.ok_or_else(|| SignatureFault::unsupported(form))
        }
        [other, ..] if name(other) != ENVELOPED => Err(SignatureFault::unsupported(other)),
        _ => Err(SignatureFault::Malformed),
    }
}
