//! Why a signature is not taken.

use super::DSIG;
use crate::text::quote;
use crate::xml::Element;

/// Why a signature is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// There is none.
    Missing,
    /// Something that it needs is missing, there twice, or unreadable.
    Malformed,
    /// It uses an algorithm that is not known here.
    Unsupported {
        /// What the algorithm is for.
        what: Algorithm,
        /// Its name.
        name: Box<str>,
    },
    /// It, or the digest in it, is made with SHA-1, which can be forged.
    Sha1,
    /// It covers another element, or only a part.
    NotCovering,
    /// The document or the signature was changed after it was signed.
    Changed,
    /// It was not made by the key of a trusted certificate.
    Untrusted {
        /// The SHA-256 of the certificate that it says it was made by.
        signer: Option<Box<str>>,
    },
    /// It says that it was made by a trusted certificate, whose key makes none of its kind.
    KeyUnusable {
        /// The SHA-256 of that certificate.
        signer: Box<str>,
    },
    /// What it covers is too large in its canonical form.
    TooLarge,
}

/// What an algorithm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// To write a document in one way only.
    Canonicalization,
    /// To sign.
    Signature,
    /// To choose what is signed.
    Transform,
    /// To make a digest.
    Digest,
}

impl SignatureFault {
    /// The algorithm that an element names is not known.
    pub(super) fn unsupported(element: Element<'_, '_>) -> Self {
        let what = match element.name() {
            "CanonicalizationMethod" => Algorithm::Canonicalization,
            "SignatureMethod" => Algorithm::Signature,
            "DigestMethod" => Algorithm::Digest,
            _ => Algorithm::Transform,
        };
        Self::Unsupported { what, name: quote(algorithm(element)) }
    }
}

pub(super) fn algorithm<'d>(element: Element<'d, '_>) -> &'d str {
    element.attribute("Algorithm").unwrap_or_default()
}

/// A name of the first version of XML Signature, for what is made with SHA-1.
pub(super) fn is_sha1(name: &str) -> bool {
    name.strip_prefix(DSIG).is_some_and(|name| matches!(name, "sha1" | "rsa-sha1" | "dsa-sha1"))
        || name == "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"
}
