//! Hostile documents, certificates, keys and requests: nothing panics, and what is kept or said is bounded and clean.

use std::path::Path;

use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use url::Url;

use crate::signature::tests::{certificate, document};
use crate::{AuthnRequest, Certificate, CertificateFault, KeyFault, Metadata, MetadataFault, PrivateKey, Signed};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
const INVISIBLE: [char; 4] = ['\u{200b}', '\u{202a}', '\u{202e}', '\u{feff}'];

fn is_clean(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() || INVISIBLE.contains(&character))
}

/// Texts in what is shown for debugging are escaped where they hold anything that is not plain.
fn says_little(fault: &impl std::fmt::Debug) -> bool {
    let shown = format!("{fault:?}");
    shown.len() < 20_000 && is_clean(&shown) && !shown.contains("\\u{") && !shown.contains("\\n")
}

#[test]
fn metadata() {
    try_all(&Path::new(CORPUS).join("metadata"), |input| {
        let metadata = match Metadata::parse(input, None, None) {
            Ok(metadata) => metadata,
            Err(fault) => {
                prop_assert!(says_little(&fault), "{:?}", fault);
                return Ok(());
            }
        };
        for endpoint in [Some(&metadata.login), metadata.logout.as_ref()].into_iter().flatten() {
            let url = Url::parse(endpoint).unwrap();
            prop_assert!(url.scheme() == "https" && endpoint.len() <= 2048 && endpoint.is_ascii(), "{:?}", endpoint);
            prop_assert!(is_clean(endpoint) && !endpoint.contains(char::is_whitespace), "{:?}", endpoint);
        }
        prop_assert!(is_clean(&metadata.entity_id) && (1..=4096).contains(&metadata.entity_id.len()));
        prop_assert!((1..=16).contains(&metadata.certificates.len()));
        let named = Metadata::parse(input, Some(&metadata.entity_id), None);
        prop_assert_eq!(named, Ok(metadata));
        Ok(())
    });
}

/// Whatever is done to a signed document: it says what its signer said, or nothing.
#[test]
fn signed() {
    let trusted = [certificate("rsa")];
    let genuine: Vec<_> = ["adfs", "tricky", "xmlsec-inclusive", "list"]
        .map(|name| {
            let entity = (name == "list").then_some("https://a.example");
            Metadata::parse(document(name).as_bytes(), entity, Some(&trusted)).unwrap()
        })
        .into();
    try_all(&Path::new(CORPUS).join("signed"), |input| {
        for entity in [None, Some("https://a.example")] {
            match Metadata::parse(input, entity, Some(&trusted)) {
                Ok(metadata) => {
                    prop_assert_eq!(metadata.signed, Signed::Verified);
                    prop_assert!(genuine.contains(&metadata), "{:?}", metadata);
                }
                Err(fault) => prop_assert!(says_little(&fault), "{:?}", fault),
            }
        }
        Ok(())
    });
}

#[test]
fn certificates() {
    try_all(&Path::new(CORPUS).join("certificates"), |input| {
        match Certificate::parse_all(input) {
            Ok(certificates) => {
                prop_assert!((1..=Certificate::LIMIT).contains(&certificates.len()));
                for certificate in certificates {
                    prop_assert_eq!(certificate.sha256.len(), 64);
                    prop_assert_eq!(Certificate::parse(certificate.base64.as_bytes()), Ok(certificate));
                }
            }
            Err(fault) => prop_assert!(says_little(&fault), "{:?}", fault),
        }
        Ok(())
    });
}

#[test]
fn keys() {
    try_all(&Path::new(CORPUS).join("keys"), |input| {
        match PrivateKey::parse(input) {
            Ok(key) => {
                prop_assert!(key.bits() >= 2048);
                let again = PrivateKey::parse(key.pkcs8().expose_secret().as_bytes()).unwrap();
                prop_assert_eq!(again.pkcs8().expose_secret(), key.pkcs8().expose_secret());
            }
            Err(fault) => prop_assert!(says_little(&fault), "{:?}", fault),
        }
        Ok(())
    });
}

#[test]
fn requests() {
    try_all(&Path::new(CORPUS).join("requests"), |input| {
        // As it comes, and as what a parameter would hold.
        let text = String::from_utf8_lossy(input);
        let deflated = crate::armour::encode(&miniz_oxide::deflate::compress_to_vec(input, 1)).unwrap();
        for parameter in [&*text, &deflated] {
            if let Some(request) = AuthnRequest::read(parameter) {
                prop_assert!(is_clean(&request.issuer) && (1..=4096).contains(&request.issuer.len()));
            }
        }
        Ok(())
    });
}

#[test]
fn faults_of_seeds_are_those_that_are_meant() {
    let seed = |name: &str| std::fs::read(Path::new(CORPUS).join(name)).unwrap();
    assert_eq!(Metadata::parse(&seed("metadata/page.html"), None, None), Err(MetadataFault::Html));
    let two = Certificate::parse(&seed("certificates/two.pem"));
    assert_eq!(two, Err(CertificateFault::TooMany { count: 2, limit: 1 }));
    assert_eq!(PrivateKey::parse(&seed("keys/encrypted.pem")).unwrap_err(), KeyFault::Encrypted);
    let request = AuthnRequest::read(str::from_utf8(&seed("requests/request")).unwrap()).unwrap();
    assert_eq!(&*request.issuer, "urn:cognigy:acme");
}
