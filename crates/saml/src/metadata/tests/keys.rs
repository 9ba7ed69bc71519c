//! Which certificates are taken.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::*;
use crate::certificate::CertificateFault;

#[test]
fn keys_that_sign_are_taken() {
    let (token, other) = (certificate("token"), certificate("other"));
    let keys = |keys: &[String]| parse(&with_role(&(keys.concat() + &login()))).map(|metadata| metadata.certificates);
    let signing = |certificate: &Certificate| key("use='signing'", &[&certificate.base64]);
    assert_eq!(keys(&[signing(&token), signing(&other)]), Ok(vec![token.clone(), other.clone()]));
    assert_eq!(keys(&[signing(&token), signing(&token)]), Ok(vec![token.clone()]));
    assert_eq!(keys(&[key("", &[&token.base64])]), Ok(vec![token.clone()]));
    assert_eq!(keys(&[key("", &[&token.base64, &other.base64])]), Ok(vec![token.clone(), other.clone()]));
    let encryption = key("use='encryption'", &[&other.base64]);
    let unknown = key("use='other'", &[&other.base64]);
    assert_eq!(keys(&[encryption.clone(), signing(&token)]), Ok(vec![token.clone()]));
    // An attribute of another namespace says nothing.
    assert_eq!(keys(&[key("xmlns:x='urn:x' x:use='encryption'", &[&token.base64])]), Ok(vec![token.clone()]));
    let by_value = "<KeyDescriptor><d:KeyInfo><d:KeyName>k</d:KeyName></d:KeyInfo></KeyDescriptor>".to_owned();
    assert_eq!(keys(&[by_value.clone(), signing(&token)]), Ok(vec![token]));
    for none in [&[][..], &[encryption], &[unknown], &[by_value], &[key("", &[]).replace("d:X509Data", "X509Data")]] {
        assert_eq!(keys(none), Err(MetadataFault::NoCertificate));
    }
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let token = certificate("token").base64;
    let commented = format!("{}<!-- -->{}", &token[..8], &token[8..]);
    for (text, expected) in [
        ("", CertificateFault::Empty),
        (commented.as_str(), CertificateFault::Empty),
        ("MII?", CertificateFault::Base64),
        ("AAAA", CertificateFault::NotX509),
    ] {
        let keys = key("", &[&token]) + &key("", &[text]);
        let expected = MetadataFault::CertificateInvalid { number: 2, fault: expected };
        assert_eq!(fault(&with_role(&(keys + &login()))), expected, "{text}");
    }
    let many = |count| parse(&with_role(&(key("", &[&token]).repeat(count) + &login())));
    assert!(many(16).is_ok());
    assert_eq!(many(17), Err(MetadataFault::TooManyCertificates { limit: 16 }));
}

/// Authorities that come along with a certificate sign no assertions.
#[test]
fn a_chain_leads_to_one_certificate() {
    let named = |name: &str| {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut authority = named("authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let leaf = named("leaf").signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
    let base64 = |pem: &str| Certificate::parse(pem.as_bytes()).unwrap().base64;
    let (leaf, authority) = (base64(&leaf.pem()), base64(&authority.pem()));
    for order in [[&*leaf, &*authority], [&*authority, &*leaf]] {
        let read = parse(&with_role(&(key("", &order) + &login()))).unwrap().certificates;
        assert_eq!(read.iter().map(|certificate| &*certificate.base64).collect::<Vec<_>>(), [&*leaf]);
    }
    // Two of the same name, where one is about to replace the other, are no chain.
    let own = || named("idp").self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
    let (old, new) = (base64(&own()), base64(&own()));
    assert_eq!(parse(&with_role(&(key("", &[&old, &new]) + &login()))).unwrap().certificates.len(), 2);
}
