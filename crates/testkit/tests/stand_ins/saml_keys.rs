//! Keys and certificates by name.

use std::thread;

use cognigy_sso_saml::{Certificate, KeyKind, PrivateKey};
use cognigy_sso_testkit::saml::{
    Validity, certificate, decryption_key, name_of_certificate, name_of_key, signing_certificate,
};
use secrecy::ExposeSecret as _;

#[test]
fn a_name_has_one_certificate_and_one_key() {
    let first = signing_certificate("first").unwrap();
    assert_eq!(signing_certificate("first").unwrap(), first);
    assert_eq!(certificate("first", Validity::default()).unwrap(), first);
    let rotated = signing_certificate("rotated").unwrap();
    assert_ne!(rotated, first);
    assert_eq!(decryption_key("first").unwrap(), decryption_key("first").unwrap());
    assert_ne!(decryption_key("first").unwrap(), decryption_key("rotated").unwrap());
    let all = thread::scope(|scope| {
        let started: Vec<_> = (0..8).map(|_| scope.spawn(|| signing_certificate("raced").unwrap())).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn what_cognigy_holds_can_be_named() {
    let first = signing_certificate("first").unwrap();
    assert_eq!(name_of_certificate(&first.base64).as_deref(), Some("first"));
    let key = PrivateKey::parse(decryption_key("first").unwrap().as_bytes()).unwrap();
    assert_eq!(name_of_key(key.pkcs8().expose_secret()).as_deref(), Some("first"));
    for nobodys in ["", "AAAA", "no base64"] {
        assert_eq!((name_of_certificate(nobodys), name_of_key(nobodys)), (None, None));
    }
}

#[test]
fn certificates_are_what_they_are_asked_to_be() {
    let validity = Validity {
        not_before: "2024-02-29T12:00:00Z".parse().unwrap(),
        not_after: "2055-01-01T00:00:01Z".parse().unwrap(),
    };
    let made = certificate("first", validity).unwrap();
    let read = Certificate::parse(made.pem.as_bytes()).unwrap();
    assert_eq!((read.not_before, read.not_after), (validity.not_before, validity.not_after));
    assert_eq!((&*read.base64, read.key), (made.base64.as_str(), KeyKind::Rsa { bits: 2048 }));
    assert_eq!(name_of_certificate(&made.base64).as_deref(), Some("first"));
    assert_ne!(made, signing_certificate("first").unwrap());
    let long_ago = Validity::since("1969-12-31T00:00:00Z".parse().unwrap());
    assert!(certificate("first", long_ago).unwrap_err().to_string().contains("1970"));
}

#[test]
fn a_key_belongs_to_the_certificate_of_its_name() {
    let key = PrivateKey::parse(decryption_key("first").unwrap().as_bytes()).unwrap();
    let belongs = |name| {
        let certificate = Certificate::parse(signing_certificate(name).unwrap().pem.as_bytes()).unwrap();
        key.fits(&certificate)
    };
    assert!(belongs("first") && !belongs("rotated"));
}
