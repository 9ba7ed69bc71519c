//! The signature of an XML document, in the one form that SAML has for it (SAML core, section 5.4): it lies in the element
//! that it signs, and covers all of it.
//!
//! What is answered is the very text whose digest was signed, so there is no second reading of the document that an attacker
//! could lead elsewhere. Only keys of trusted certificates count; those that a signature brings along are a hint for the
//! reader of a message.

mod algorithm;
mod canonical;
mod fault;
mod info;
#[cfg(test)]
mod signer;
#[cfg(test)]
pub(crate) mod tests;

use ring::digest::digest;

pub use fault::{Algorithm, SignatureFault};

use crate::armour::decode;
use crate::certificate::Certificate;
use crate::xml::{Document, Element};
use algorithm::Signature;
use canonical::Form;
use info::SignedInfo;

/// The namespace of signatures.
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// The element as it was signed: its canonical text, without the signature.
///
/// # Errors
/// When it has no signature by a trusted key that covers all of it.
pub(crate) fn verified(
    document: &Document<'_>,
    element: Element<'_, '_>,
    trusted: &[Certificate],
) -> Result<Vec<u8>, SignatureFault> {
    if element.named(DSIG, "Signature").next().is_none() {
        return Err(SignatureFault::Missing);
    }
    let signature = element.only(DSIG, "Signature").ok_or(SignatureFault::Malformed)?;
    let info = signed_info(document, signature, trusted)?;
    if !covers(document, &info.reference, element) {
        return Err(SignatureFault::NotCovering);
    }
    let covered = if info.reference.is_empty() { document.whole() } else { element };
    let canonical = info.form.element(document, covered, Some(signature))?;
    if digest(info.digest_algorithm, &canonical).as_ref() == info.digest.as_slice() {
        Ok(canonical)
    } else {
        Err(SignatureFault::Changed)
    }
}

/// What was signed: it is read only after the signature over it was verified, and from the text that it was verified for.
fn signed_info(
    document: &Document<'_>,
    signature: Element<'_, '_>,
    trusted: &[Certificate],
) -> Result<SignedInfo, SignatureFault> {
    let element = signature.only(DSIG, "SignedInfo").ok_or(SignatureFault::Malformed)?;
    let method = element.only(DSIG, "CanonicalizationMethod").ok_or(SignatureFault::Malformed)?;
    let canonical =
        Form::read(method)?.ok_or_else(|| SignatureFault::unsupported(method))?.element(document, element, None)?;
    let read = Document::read(&canonical).map_err(|_| SignatureFault::Malformed)?;
    let method = read.root().only(DSIG, "SignatureMethod").ok_or(SignatureFault::Malformed)?;
    let value = signature.only(DSIG, "SignatureValue").and_then(Element::text).ok_or(SignatureFault::Malformed)?;
    let value = decode(&value).ok_or(SignatureFault::Malformed)?;
    let verifies = algorithm::signature(method)?;
    if !trusted.iter().any(|certificate| verifies.by(certificate, &canonical, &value)) {
        return Err(untrusted(signature, verifies, trusted));
    }
    SignedInfo::read(read.root())
}

/// Does the reference mean this element, and no other? An empty one means the document, which is its root.
fn covers(document: &Document<'_>, reference: &str, element: Element<'_, '_>) -> bool {
    let root = document.root();
    let Some(id) = reference.strip_prefix('#') else { return reference.is_empty() && element.id == root.id };
    let named = root.tree().filter(|other| other.attribute("ID") == Some(id)).take(2);
    named.map(|other| other.id).eq([element.id])
}

fn untrusted(signature: Element<'_, '_>, verifies: Signature, trusted: &[Certificate]) -> SignatureFault {
    let data = signature.only(DSIG, "KeyInfo").and_then(|info| info.named(DSIG, "X509Data").next());
    let text = data.and_then(|data| data.named(DSIG, "X509Certificate").next()).and_then(Element::text);
    match text.and_then(|text| Certificate::from_base64(&text)) {
        Some(signer) if trusted.contains(&signer) && verifies.takes(&signer) => SignatureFault::Changed,
        Some(signer) if trusted.contains(&signer) => SignatureFault::KeyUnusable { signer: signer.sha256 },
        signer => SignatureFault::Untrusted { signer: signer.map(|signer| signer.sha256) },
    }
}
