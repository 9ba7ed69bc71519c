//! A signer for tests: it signs whatever it is told, in whatever form.

use rcgen::{CertificateParams, KeyPair};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};

use super::*;
use crate::armour::encode;
use crate::{Metadata, MetadataFault};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SHA2: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// What stands before and after the place of the signature.
fn document() -> [String; 2] {
    let certificate = super::tests::certificate("token").base64;
    let before =
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_1\" entityID=\"urn:acme\">".to_owned();
    let key = format!("<d:X509Data><d:X509Certificate>{certificate}</d:X509Certificate></d:X509Data>");
    let after = format!(
        "<IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><KeyDescriptor>\
         <d:KeyInfo xmlns:d=\"{DSIG}\">{key}</d:KeyInfo></KeyDescriptor><SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example/sso\">\
         </SingleSignOnService></IDPSSODescriptor></EntityDescriptor>"
    );
    [before, after]
}

fn transform(algorithm: &str) -> String {
    format!("<d:Transform Algorithm=\"{algorithm}\"></d:Transform>")
}

fn enveloped() -> String {
    transform(&format!("{DSIG}enveloped-signature"))
}

fn reference(uri: &str, transforms: &str, digest: &str) -> String {
    format!(
        "<d:Reference{uri}><d:Transforms>{transforms}</d:Transforms><d:DigestMethod Algorithm=\"{SHA2}\"></d:DigestMethod>\
         <d:DigestValue>{digest}</d:DigestValue></d:Reference>"
    )
}

/// Signs these references, and reads the document with the signer trusted.
fn signed(form: &str, references: &str) -> Result<Metadata, MetadataFault> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    let trusted = Certificate::parse(certificate.pem().as_bytes()).unwrap();
    // It is in its canonical form already.
    let info = format!(
        "<d:SignedInfo xmlns:d=\"{DSIG}\"><d:CanonicalizationMethod Algorithm=\"{form}\"></d:CanonicalizationMethod>\
         <d:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"></d:SignatureMethod>\
         {references}</d:SignedInfo>"
    );
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &random).unwrap();
    let value = encode(key.sign(&random, info.as_bytes()).unwrap().as_ref()).unwrap();
    let signature =
        format!("<d:Signature xmlns:d=\"{DSIG}\">{info}<d:SignatureValue>{value}</d:SignatureValue></d:Signature>");
    let [before, after] = document();
    Metadata::parse(format!("{before}{signature}{after}").as_bytes(), None, Some(&[trusted]))
}

/// With one part of it there twice.
fn twice(text: &str, begin: &str, end: &str) -> String {
    let part = super::tests::part(text, begin, end);
    text.replace(part, &part.repeat(2))
}

/// Even of a trusted signer, only the one form is taken that covers the document and changes nothing in it.
#[test]
fn what_is_signed_in_another_form_is_refused() {
    let digest = encode(digest(&SHA256, document().concat().as_bytes()).as_ref()).unwrap();
    let form = transform(EXCLUSIVE);
    let good = reference(" URI=\"#_1\"", &(enveloped() + &form), &digest);
    assert!(signed(EXCLUSIVE, &good).is_ok());
    let unsupported = |what, name: &str| SignatureFault::Unsupported { what, name: name.into() };
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let uri = |uri: &str| good.replace(" URI=\"#_1\"", uri);
    let transforms = |transforms: &str| reference(" URI=\"#_1\"", transforms, &digest);
    for (references, expected) in [
        (String::new(), SignatureFault::NotCovering),
        (good.repeat(2), SignatureFault::NotCovering),
        (uri(""), SignatureFault::NotCovering),
        (uri(" URI=\"#_2\""), SignatureFault::NotCovering),
        (uri(" URI=\"#\""), SignatureFault::NotCovering),
        (uri(" URI=\"#xpointer(/)\""), SignatureFault::NotCovering),
        (uri(" URI=\"https://idp.example/metadata\""), SignatureFault::NotCovering),
        (transforms(&(enveloped() + &transform(xpath))), unsupported(Algorithm::Transform, xpath)),
        (transforms(&(transform(xpath) + &form)), unsupported(Algorithm::Transform, xpath)),
        (transforms(&(enveloped() + &form + &transform(xpath))), SignatureFault::Malformed),
        (transforms(&(enveloped() + &form + &form)), SignatureFault::Malformed),
        (transforms(&form), unsupported(Algorithm::Transform, EXCLUSIVE)),
        (transforms(""), SignatureFault::Malformed),
        (good.replace(SHA2, "urn:md5"), unsupported(Algorithm::Digest, "urn:md5")),
        (good.replace("<d:DigestValue>", "<d:DigestValue>?"), SignatureFault::Malformed),
        (good.replace("DigestValue", "Other"), SignatureFault::Malformed),
        (reference(" URI=\"#_1\"", &(enveloped() + &form), "AAAA"), SignatureFault::Changed),
        (good.replace(&digest, &digest[..40]), SignatureFault::Changed),
        (twice(&good, "<d:DigestMethod", "</d:DigestMethod>"), SignatureFault::Malformed),
        (twice(&good, "<d:DigestValue", "</d:DigestValue>"), SignatureFault::Malformed),
        (twice(&good, "<d:Transforms", "</d:Transforms>"), SignatureFault::Malformed),
        (good.replace(&form, &form.replace("></", "><d:XPath></d:XPath></")), SignatureFault::Malformed),
    ] {
        assert_eq!(signed(EXCLUSIVE, &references), Err(MetadataFault::Signature(expected)), "{references}");
    }
}

/// A form that keeps comments would let one part the digest, for whoever reads only a half of it.
#[test]
fn a_comment_parts_no_digest() {
    let digest = encode(digest(&SHA256, document().concat().as_bytes()).as_ref()).unwrap();
    let parted = format!("{}<!-- -->{}", &digest[..8], &digest[8..]);
    let reference = reference(" URI=\"#_1\"", &(enveloped() + &transform(EXCLUSIVE)), &parted);
    for form in [EXCLUSIVE, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"] {
        let refused = signed(form, &reference).unwrap_err();
        assert_eq!(refused, MetadataFault::Signature(SignatureFault::Untrusted { signer: None }), "{form}");
    }
}
