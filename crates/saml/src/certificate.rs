//! X.509 certificates, reduced to what is judged.

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use x509_cert::certificate::Certificate as X509;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use crate::armour::{decode, encode, sections};
use crate::key::bits;
use crate::text::quote;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The curves of NIST (RFC 5480 section 2.1.1.1), with their bits.
const CURVES: [(ObjectIdentifier, u32); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), 256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), 384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), 521),
];

/// A certificate. Two are equal when they are the same certificate, in whichever spelling they came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// The DER in base64, in one line.
    pub base64: Box<str>,
    /// The SHA-256 of the DER, in lower hexadecimal digits.
    pub sha256: Box<str>,
    /// When it begins to be valid.
    pub not_before: Timestamp,
    /// The last moment of its validity.
    pub not_after: Timestamp,
    /// Which key it certifies.
    pub key: KeyKind,
    issuer: Box<[u8]>,
    subject: Box<[u8]>,
    public_key: Box<[u8]>,
}

/// The kind of a public key, and its size in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// The size of the modulus.
        bits: u32,
    },
    /// On an elliptic curve of NIST.
    Ec {
        /// The size of the curve.
        bits: u32,
    },
    /// Something else.
    Other,
}

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// There is nothing at all.
    Empty,
    /// PEM whose lines do not fit together.
    Armour,
    /// PEM of something else.
    NotCertificate {
        /// What the first section says that it is.
        label: Box<str>,
    },
    /// More than can be meant.
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Neither PEM nor base64.
    Base64,
    /// The bytes are no X.509 certificate.
    NotX509,
}

impl Certificate {
    /// How many certificates [`Certificate::parse_all`] takes.
    pub const LIMIT: usize = 16;

    /// Reads the one certificate in a text: PEM, or base64 of DER.
    ///
    /// # Errors
    /// When it has none, or more than one.
    pub fn parse(text: &[u8]) -> Result<Self, CertificateFault> {
        let mut certificates = read(text, 1)?;
        certificates.pop().ok_or(CertificateFault::Empty)
    }

    /// Reads all certificates in a text, at least one: PEM, or base64 of DER.
    ///
    /// # Errors
    /// When it has none, more than [`Certificate::LIMIT`], or one that cannot be read.
    pub fn parse_all(text: &[u8]) -> Result<Vec<Self>, CertificateFault> {
        read(text, Self::LIMIT)
    }

    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = X509::from_der(der).ok()?;
        let facts = certificate.tbs_certificate();
        let public_key = facts.subject_public_key_info();
        Some(Self {
            base64: encode(der)?.into(),
            sha256: hex(digest(&SHA256, der).as_ref()),
            not_before: timestamp(facts.validity().not_before),
            not_after: timestamp(facts.validity().not_after),
            key: kind(public_key),
            issuer: facts.issuer().to_der().ok()?.into(),
            subject: facts.subject().to_der().ok()?.into(),
            public_key: public_key.subject_public_key.as_bytes()?.into(),
        })
    }

    pub(crate) fn from_base64(text: &str) -> Option<Self> {
        Self::from_der(&decode(text)?)
    }

    /// The key as signatures are verified by, without the frame that says of which kind it is.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Was the other one issued by the owner of this one? One that issued itself, or another under the same name, is none of
    /// these.
    pub(crate) fn is_issuer_of(&self, other: &Self) -> bool {
        self.subject == other.issuer && other.subject != other.issuer
    }
}

fn read(text: &[u8], limit: usize) -> Result<Vec<Certificate>, CertificateFault> {
    let text = str::from_utf8(text).map_err(|_| CertificateFault::Base64)?.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(CertificateFault::Empty);
    }
    let sections = sections(text).ok_or(CertificateFault::Armour)?;
    let bodies: Vec<_> =
        sections.iter().filter(|section| section.label == "CERTIFICATE").map(|section| section.body).collect();
    let bodies = match (sections.first(), bodies.len()) {
        (None, _) => vec![text],
        (Some(first), 0) => return Err(CertificateFault::NotCertificate { label: quote(first.label) }),
        (Some(_), count) if count > limit => return Err(CertificateFault::TooMany { count, limit }),
        (Some(_), _) => bodies,
    };
    let certificate = |body| {
        let der = decode(body).ok_or(CertificateFault::Base64)?;
        Certificate::from_der(&der).ok_or(CertificateFault::NotX509)
    };
    bodies.into_iter().map(certificate).collect()
}

/// A certificate may be valid for longer than a [`Timestamp`] can say (RFC 5280 section 4.1.2.5: 99991231235959Z for ever).
fn timestamp(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn kind(key: &SubjectPublicKeyInfoOwned) -> KeyKind {
    if key.algorithm.oid == pkcs1::ALGORITHM_OID {
        let rsa = pkcs1::RsaPublicKeyRef::from_der(key.subject_public_key.raw_bytes());
        return rsa.map_or(KeyKind::Other, |rsa| KeyKind::Rsa { bits: bits(rsa.modulus) });
    }
    let name = key.algorithm.parameters.as_ref().and_then(|name| name.decode_as::<ObjectIdentifier>().ok());
    let curve = CURVES.iter().find(|(curve, _)| key.algorithm.oid == EC_PUBLIC_KEY && name == Some(*curve));
    curve.map_or(KeyKind::Other, |(_, bits)| KeyKind::Ec { bits: *bits })
}

fn hex(bytes: &[u8]) -> Box<str> {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: &str = include_str!("../tests/corpus/certificates/rsa.pem");
    const TWO: &str = include_str!("../tests/corpus/certificates/two.pem");
    const KEY: &str = include_str!("../tests/corpus/keys/pkcs8.pem");

    fn base64() -> String {
        RSA.lines().filter(|line| !line.starts_with('-')).collect()
    }

    #[test]
    fn one_certificate_has_many_spellings() {
        let certificate = Certificate::parse(RSA.as_bytes()).unwrap();
        assert_eq!(*certificate.base64, *base64());
        assert_eq!(&*certificate.sha256, "76c7fdb186da2b6b3c45365ad8abf17830e27d917b5f8525a99137173513e86d");
        assert_eq!(certificate.not_before.to_string(), "2026-11-26T09:27:55Z");
        assert_eq!(certificate.not_after.to_string(), "2126-11-02T09:27:55Z");
        assert_eq!(certificate.key, KeyKind::Rsa { bits: 2048 });
        let base64 = base64();
        let in_lines: String =
            base64.as_bytes().chunks(76).flat_map(|line| [str::from_utf8(line).unwrap(), "\n"]).collect();
        let with_key = format!("{KEY}{RSA}");
        for text in [
            &base64,
            &in_lines,
            &RSA.replace('\n', "\r\n"),
            &format!("\u{feff}{RSA}"),
            &format!("\u{feff}{base64}"),
            &format!("Acme\n{RSA}"),
            &with_key,
        ] {
            assert_eq!(Certificate::parse(text.as_bytes()), Ok(certificate.clone()), "{text}");
        }
    }

    #[test]
    fn kinds_of_keys_are_told_apart() {
        for (pem, key) in [
            (include_str!("../tests/corpus/certificates/for-ever.pem"), KeyKind::Rsa { bits: 1024 }),
            (include_str!("../tests/corpus/certificates/ec.pem"), KeyKind::Ec { bits: 384 }),
            (include_str!("../tests/corpus/certificates/ed25519.pem"), KeyKind::Other),
            (include_str!("../tests/corpus/certificates/secp256k1.pem"), KeyKind::Other), // points as long as those of P-256
        ] {
            assert_eq!(Certificate::parse(pem.as_bytes()).unwrap().key, key);
        }
    }

    #[test]
    fn a_certificate_may_be_for_ever() {
        let pem = include_str!("../tests/corpus/certificates/for-ever.pem");
        assert_eq!(Certificate::parse(pem.as_bytes()).unwrap().not_after, Timestamp::MAX);
    }

    #[test]
    fn what_is_no_certificate_is_told() {
        let label = |label: &str| CertificateFault::NotCertificate { label: label.into() };
        let body = base64();
        let with_more = |base64: &str| encode(&[&decode(base64).unwrap()[..], &[0]].concat()).unwrap();
        for (text, expected) in [
            (String::new(), CertificateFault::Empty),
            (" \n".to_owned(), CertificateFault::Empty),
            (RSA.replace("-----END", "----END"), CertificateFault::Armour),
            (KEY.to_owned(), label("PRIVATE KEY")),
            (RSA.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), label("TRUSTED CERTIFICATE")),
            (RSA.replace("CERTIFICATE", "\u{1b}[31mX"), label("[31mX")),
            (TWO.to_owned(), CertificateFault::TooMany { count: 2, limit: 1 }),
            ("https://idp.example".to_owned(), CertificateFault::Base64),
            (body[1..].to_owned(), CertificateFault::Base64),
            (body[4..].to_owned(), CertificateFault::NotX509),
            (with_more(&body), CertificateFault::NotX509),
            (KEY.replace("PRIVATE KEY", "CERTIFICATE"), CertificateFault::NotX509),
        ] {
            assert_eq!(Certificate::parse(text.as_bytes()), Err(expected), "{text}");
        }
        assert_eq!(Certificate::parse(b"\xff\xfe"), Err(CertificateFault::Base64));
    }

    #[test]
    fn several_are_read_where_several_may_be() {
        assert_eq!(Certificate::parse_all(TWO.as_bytes()).unwrap().len(), 2);
        assert_eq!(Certificate::parse_all(base64().as_bytes()).unwrap().len(), 1);
        assert_eq!(Certificate::parse_all(TWO.repeat(8).as_bytes()).unwrap().len(), 16);
        let too_many = CertificateFault::TooMany { count: 18, limit: 16 };
        assert_eq!(Certificate::parse_all(TWO.repeat(9).as_bytes()), Err(too_many));
        // One that cannot be read is not passed over: it may be the one that matters.
        let broken = format!("{RSA}{}", KEY.replace("PRIVATE KEY", "CERTIFICATE"));
        assert_eq!(Certificate::parse_all(broken.as_bytes()), Err(CertificateFault::NotX509));
    }
}
