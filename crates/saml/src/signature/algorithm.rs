//! Which algorithms are known: RSA (PKCS #1) and ECDSA with SHA-2 (RFC 9231).

use std::ops::RangeInclusive;

use der::asn1::UintRef;
use der::{Encode as _, Sequence};
use ring::digest::{Algorithm as DigestAlgorithm, SHA256, SHA384, SHA512};
use ring::signature::{self as ring_signature, UnparsedPublicKey, VerificationAlgorithm};

use super::SignatureFault;
use super::fault::{algorithm, is_sha1};
use crate::certificate::{Certificate, KeyKind};
use crate::xml::Element;

/// The sizes of RSA keys that are taken, in bits.
const RSA_SIZES: RangeInclusive<u32> = 2048..=8192;

/// How a signature is verified.
#[derive(Clone, Copy)]
pub(super) enum Signature {
    Rsa(&'static dyn VerificationAlgorithm),
    /// One for each curve.
    Ecdsa {
        p256: &'static dyn VerificationAlgorithm,
        p384: &'static dyn VerificationAlgorithm,
    },
}

/// A signature as ECDSA has it outside of XML (RFC 3279, section 2.2.3).
#[derive(Sequence)]
struct EcdsaValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl Signature {
    /// Can the key of this certificate make such a signature?
    pub fn takes(self, certificate: &Certificate) -> bool {
        match (self, certificate.key) {
            (Self::Rsa(_), KeyKind::Rsa { bits }) => RSA_SIZES.contains(&bits),
            (Self::Ecdsa { .. }, KeyKind::Ec { bits }) => matches!(bits, 256 | 384),
            _ => false,
        }
    }

    /// Is it a signature over these bytes by the key of this certificate?
    pub fn by(self, certificate: &Certificate, bytes: &[u8], value: &[u8]) -> bool {
        let is_by = |algorithm, value: &[u8]| {
            UnparsedPublicKey::new(algorithm, certificate.public_key()).verify(bytes, value).is_ok()
        };
        match (self, certificate.key) {
            (Self::Rsa(algorithm), KeyKind::Rsa { .. }) => is_by(algorithm, value),
            (Self::Ecdsa { p256, .. }, KeyKind::Ec { bits: 256 }) => {
                der(value, 32).is_some_and(|der| is_by(p256, &der))
            }
            (Self::Ecdsa { p384, .. }, KeyKind::Ec { bits: 384 }) => {
                der(value, 48).is_some_and(|der| is_by(p384, &der))
            }
            _ => false,
        }
    }
}

/// In XML both numbers have the length of the curve, one after the other.
fn der(value: &[u8], length: usize) -> Option<Vec<u8>> {
    let (r, s) = value.split_at_checked(length).filter(|(_, s)| s.len() == length)?;
    EcdsaValue { r: UintRef::new(r).ok()?, s: UintRef::new(s).ok()? }.to_der().ok()
}

/// The algorithm that a `SignatureMethod` names.
///
/// # Errors
/// When it is not known, or made with SHA-1.
pub(super) fn signature(method: Element<'_, '_>) -> Result<Signature, SignatureFault> {
    let name = known(method)?;
    let algorithm = match name.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#") {
        Some("rsa-sha256") => Signature::Rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA256),
        Some("rsa-sha384") => Signature::Rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA384),
        Some("rsa-sha512") => Signature::Rsa(&ring_signature::RSA_PKCS1_2048_8192_SHA512),
        Some("ecdsa-sha256") => Signature::Ecdsa {
            p256: &ring_signature::ECDSA_P256_SHA256_ASN1,
            p384: &ring_signature::ECDSA_P384_SHA256_ASN1,
        },
        Some("ecdsa-sha384") => Signature::Ecdsa {
            p256: &ring_signature::ECDSA_P256_SHA384_ASN1,
            p384: &ring_signature::ECDSA_P384_SHA384_ASN1,
        },
        _ => return Err(SignatureFault::unsupported(method)),
    };
    Ok(algorithm)
}

/// The algorithm that a `DigestMethod` names.
///
/// # Errors
/// When it is not known, or SHA-1.
pub(super) fn digest(method: Element<'_, '_>) -> Result<&'static DigestAlgorithm, SignatureFault> {
    match known(method)? {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(&SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(&SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(&SHA512),
        _ => Err(SignatureFault::unsupported(method)),
    }
}

fn known<'d>(method: Element<'d, '_>) -> Result<&'d str, SignatureFault> {
    let name = algorithm(method);
    if is_sha1(name) { Err(SignatureFault::Sha1) } else { Ok(name) }
}
