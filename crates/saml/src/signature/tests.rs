//! Documents that others signed, whole and forged.

use std::fs;
use std::path::Path;

use super::*;
use crate::{Metadata, MetadataFault, Signed};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/signed");

pub(crate) fn document(name: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(name).with_extension("xml")).unwrap()
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::parse(&fs::read(Path::new(FOLDER).join(name).with_extension("pem")).unwrap()).unwrap()
}

fn parse(text: &str, entity: Option<&str>, trusted: &str) -> Result<Metadata, MetadataFault> {
    Metadata::parse(text.as_bytes(), entity, Some(&[certificate("other"), certificate(trusted)]))
}

fn fault(text: &str) -> SignatureFault {
    match parse(text, None, "rsa") {
        Err(MetadataFault::Signature(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// A text with one part replaced, which must be there.
fn with(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

/// From the first place where a text begins so, to the next where it ends so.
pub(super) fn part<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let start = text.find(begin).unwrap();
    let length = text[start..].find(end).unwrap() + end.len();
    &text[start..start + length]
}

#[test]
fn what_others_signed_is_verified() {
    let cases = [
        ("adfs", None, "rsa"),
        ("adfs-whole", None, "rsa"),
        ("tricky", None, "rsa"),
        ("tricky-prefixes", None, "rsa"),
        ("tricky-inclusive", None, "rsa"),
        ("tricky-inclusive-11", None, "rsa"),
        ("xmlsec-inclusive", None, "rsa"),
        ("xmlsec-no-form", None, "rsa"),
        ("xmlsec-comments", None, "rsa"),
        ("xmlsec-whole", None, "rsa"),
        ("xmlsec-ec", Some("https://a.example"), "p256"),
        ("list", Some("https://a.example"), "rsa"),
        ("list", Some("https://b.example"), "rsa"),
        ("list-whole", Some("https://b.example"), "rsa"),
        ("list-entity", Some("https://a.example"), "rsa"),
        ("ec-p256", Some("https://a.example"), "p256"),
        ("ec-p384", Some("https://a.example"), "p384"),
        ("ec-p384-sha256", Some("https://a.example"), "p384"),
    ];
    for (name, entity, trusted) in cases {
        let text = document(name);
        let read = parse(&text, entity, trusted).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_eq!(read.signed, Signed::Verified);
        // It says what it says without the signature.
        let unchecked = Metadata::parse(text.as_bytes(), entity, None).unwrap();
        assert_eq!(unchecked.signed, Signed::Unchecked);
        let valid_until = if name == "list-entity" { read.valid_until } else { unchecked.valid_until };
        assert_eq!(read, Metadata { signed: Signed::Verified, valid_until, ..unchecked }, "{name}");
        // Another certificate does not do.
        let untrusted = parse(&text, entity, "token").unwrap_err();
        let signer = Some(certificate(trusted).sha256);
        assert_eq!(untrusted, MetadataFault::Signature(SignatureFault::Untrusted { signer }), "{name}");
    }
}

#[test]
fn line_breaks_of_another_system_are_no_change() {
    let text = document("tricky").replace('\n', "\r\n");
    assert_eq!(parse(&text, None, "rsa").unwrap().signed, Signed::Verified);
}

#[test]
fn comments_are_no_part_of_what_is_signed() {
    // By the standard; whoever signs them for all that is not understood.
    assert_eq!(fault(&document("with-comments")), SignatureFault::Changed);
    let text = with(&document("adfs"), "<IDPSSODescriptor", "<!-- new --><IDPSSODescriptor");
    assert_eq!(parse(&text, None, "rsa").unwrap().signed, Signed::Verified);
}

/// A comment within a text leads some readers to one half of it. What is read is the text that was signed, without it.
#[test]
fn comments_part_no_text() {
    let text = document("adfs");
    let role = &text[text.find("<IDPSSODescriptor").unwrap()..];
    let second = role.match_indices("<X509Certificate>").nth(1).unwrap().0;
    let place = text.find("<IDPSSODescriptor").unwrap() + second + "<X509Certificate>".len() + 40;
    let parted = format!("{}<!-- -->{}", &text[..place], &text[place..]);
    assert_eq!(parse(&parted, None, "rsa").unwrap(), parse(&text, None, "rsa").unwrap());
    let unchecked = Metadata::parse(parted.as_bytes(), None, None).unwrap_err();
    assert!(matches!(unchecked, MetadataFault::CertificateInvalid { number: 1, .. }), "{unchecked:?}");
    let digest = part(&text, "<DigestValue>", "</DigestValue>");
    let before_digest = with(&text, digest, &digest.replace("<DigestValue>", "<DigestValue><!-- -->"));
    assert_eq!(parse(&before_digest, None, "rsa").unwrap().signed, Signed::Verified);
    let in_digest = with(&text, digest, &digest.replace("<DigestValue>", "<DigestValue>AAAA<!-- -->"));
    assert_eq!(fault(&in_digest), SignatureFault::Changed);
}

#[test]
fn every_change_is_seen() {
    let text = document("adfs");
    for (old, new) in [
        ("Location=\"https://adfs.example/adfs/ls/\"", "Location=\"https://evil.example/adfs/ls/\""),
        ("entityID=\"http://adfs", "entityID=\"http://evil"),
        ("<NameIDFormat>", "<NameIDFormat> "),
        ("<IDPSSODescriptor", "<?new?><IDPSSODescriptor"),
        ("<IDPSSODescriptor ", "<IDPSSODescriptor validUntil=\"2030-01-01T00:00:00Z\" "),
        ("<IDPSSODescriptor ", "<IDPSSODescriptor xmlns:z=\"urn:z\" z:a=\"1\" "),
        ("xmlns:fed=\"http://docs", "xmlns:fed=\"http://other"),
        ("<DigestValue>", "<DigestValue>AAAA"),
        ("<SignatureValue>", "<SignatureValue>AAAA"),
        ("#rsa-sha256", "#rsa-sha512"),
    ] {
        assert_eq!(fault(&with(&text, old, new)), SignatureFault::Changed, "{new}");
    }
}

#[test]
fn weak_and_unknown_algorithms_are_refused() {
    assert_eq!(fault(&document("sha1")), SignatureFault::Sha1);
    assert_eq!(fault(&document("sha1-digest")), SignatureFault::Sha1);
    for name in ["http://www.w3.org/2000/09/xmldsig#dsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"] {
        let other = with(&document("adfs"), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", name);
        assert_eq!(fault(&other), SignatureFault::Sha1, "{name}");
    }
    let unsupported = |what, name: &str| SignatureFault::Unsupported { what, name: name.into() };
    let refused = |name, trusted| match parse(&document(name), Some("https://a.example"), trusted) {
        Err(MetadataFault::Signature(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let ecdsa = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512";
    assert_eq!(refused("ec-p256-sha512", "p256"), unsupported(Algorithm::Signature, ecdsa));
    let pss = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    assert_eq!(refused("pss", "rsa"), unsupported(Algorithm::Signature, pss));
    let form = "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"";
    let changed = with(&document("adfs"), form, "<CanonicalizationMethod Algorithm=\"urn:none\"");
    assert_eq!(fault(&changed), unsupported(Algorithm::Canonicalization, "urn:none"));
}

/// Of what is there twice, two readers may take another one each.
#[test]
fn nothing_in_a_signature_is_there_twice() {
    let text = document("adfs");
    for (begin, end) in [
        ("<SignedInfo>", "</SignedInfo>"),
        ("<CanonicalizationMethod ", "/>"),
        ("<SignatureMethod ", "/>"),
        ("<SignatureValue>", "</SignatureValue>"),
    ] {
        let part = part(&text, begin, end);
        for count in [0, 2] {
            assert_eq!(fault(&with(&text, part, &part.repeat(count))), SignatureFault::Malformed, "{begin} {count}");
        }
    }
}

/// In a signature by a curve both numbers have the curve's length.
#[test]
fn a_number_is_not_written_longer_than_it_is() {
    let text = document("ec-p256");
    let value = part(&text, "SignatureValue>", "<");
    let mut longer = decode(&value["SignatureValue>".len()..value.len() - 1]).unwrap();
    longer.insert(32, 0);
    let longer = format!("SignatureValue>{}<", crate::armour::encode(&longer).unwrap());
    let refused = parse(&with(&text, value, &longer), Some("https://a.example"), "p256").unwrap_err();
    assert_eq!(refused, MetadataFault::Signature(SignatureFault::Changed));
}

/// A key that signs nothing of the kind is told from a document that was changed.
#[test]
fn a_trusted_key_that_cannot_have_signed_is_told() {
    let text = document("adfs");
    let signer = part(&text, "<X509Certificate>", "</X509Certificate>");
    let trusted = |pem: &str| {
        let trusted = Certificate::parse(pem.as_bytes()).unwrap();
        let claims = with(&text, signer, &format!("<X509Certificate>{}</X509Certificate>", trusted.base64));
        (trusted.sha256.clone(), Metadata::parse(claims.as_bytes(), None, Some(&[trusted])))
    };
    for pem in [
        include_str!("../../tests/corpus/certificates/for-ever.pem"), // 1024 bits
        include_str!("../../tests/corpus/certificates/ec.pem"),
        include_str!("../../tests/corpus/certificates/ed25519.pem"),
    ] {
        let (signer, refused) = trusted(pem);
        assert_eq!(refused, Err(MetadataFault::Signature(SignatureFault::KeyUnusable { signer })));
    }
    let (_, refused) = trusted(include_str!("../../tests/corpus/certificates/rsa.pem"));
    assert_eq!(refused, Err(MetadataFault::Signature(SignatureFault::Changed)));
}

#[test]
fn a_signature_of_a_part_is_not_one_of_the_whole() {
    for (name, entity) in [("part", "https://a.example"), ("two-references", "https://a.example")] {
        let refused = parse(&document(name), Some(entity), "rsa").unwrap_err();
        assert_eq!(refused, MetadataFault::Signature(SignatureFault::NotCovering), "{name}");
    }
    // The one that is meant is not the one that is signed.
    let other = parse(&document("list-entity"), Some("https://b.example"), "rsa").unwrap_err();
    assert_eq!(other, MetadataFault::Signature(SignatureFault::Missing));
}

#[test]
fn without_a_signature_nothing_is_taken() {
    let text = document("adfs");
    let signature = part(&text, "<Signature ", "</Signature>");
    assert_eq!(fault(&with(&text, signature, "")), SignatureFault::Missing);
    assert_eq!(fault(&with(&text, signature, &signature.repeat(2))), SignatureFault::Malformed);
    // In another namespace, or in another place, it is none.
    let elsewhere = signature.replace("http://www.w3.org/2000/09/xmldsig#\"", "urn:none\"");
    assert_eq!(fault(&with(&text, signature, &elsewhere)), SignatureFault::Missing);
    let later = with(&with(&text, signature, ""), "<IDPSSODescriptor", &format!("{signature}<IDPSSODescriptor"));
    assert_eq!(parse(&later, None, "rsa").unwrap().signed, Signed::Verified);
    let text_without = with(&text, signature, "");
    let deeper = with(&text_without, "<SingleSignOnService", &format!("{signature}<SingleSignOnService"));
    assert_eq!(fault(&deeper), SignatureFault::Missing);
    for part_name in ["SignedInfo", "SignatureValue", "Reference", "DigestMethod", "DigestValue", "Transforms"] {
        let broken = text.replace(&format!("<{part_name}"), "<Other").replace(&format!("</{part_name}>"), "</Other>");
        assert!(parse(&broken, None, "rsa").is_err(), "{part_name}");
    }
}

#[test]
fn no_certificate_means_no_trust() {
    let trusted = Metadata::parse(document("adfs").as_bytes(), None, Some(&[])).unwrap_err();
    let signer = Some(certificate("rsa").sha256);
    assert_eq!(trusted, MetadataFault::Signature(SignatureFault::Untrusted { signer }));
}

/// The signed document, whole and untouched, is put where it is verified but not read, and a forged one where it is read.
#[test]
fn wrapped_documents_are_refused() {
    let signed = document("adfs");
    let signature = part(&signed, "<Signature ", "</Signature>");
    let unsigned = with(&signed, signature, "");
    let forged =
        unsigned.replace("https://adfs.example/adfs/ls/", "https://evil.example/").replace("_6e9bd5c5", "_evil");
    let same_id = forged.replace("_evil", "_6e9bd5c5");
    let into = |outer: &str, inner: &str, with_signature: bool| {
        let extensions = format!("<Extensions>{inner}</Extensions>");
        let added = if with_signature { format!("{signature}{extensions}") } else { extensions };
        with(outer, "<RoleDescriptor", &format!("{added}<RoleDescriptor"))
    };
    let with_object = signature.replace("</Signature>", &format!("<Object>{unsigned}</Object></Signature>"));
    let list = |content: &str| {
        format!("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{content}</EntitiesDescriptor>")
    };
    let in_list =
        |id: &str| list(&signed).replace("<EntitiesDescriptor ", &format!("<EntitiesDescriptor ID=\"{id}\" "));
    for (text, expected) in [
        // The signature is moved to a forged document that holds the signed one.
        (into(&forged, &unsigned, true), SignatureFault::NotCovering),
        (into(&same_id, &unsigned, true), SignatureFault::NotCovering),
        (into(&same_id, "", true), SignatureFault::Changed),
        // It stays in the signed document, and that is put into the forged one.
        (into(&forged, &signed, false), SignatureFault::Missing),
        // The signed document is moved into its own signature.
        (with(&forged, "<RoleDescriptor", &format!("{with_object}<RoleDescriptor")), SignatureFault::NotCovering),
        (with(&same_id, "<RoleDescriptor", &format!("{with_object}<RoleDescriptor")), SignatureFault::NotCovering),
        // Names are compared letter by letter.
        (with(&signed, "ID=\"_6e9bd5c5", "ID=\"_6E9BD5C5"), SignatureFault::NotCovering),
        // Another element has the same name.
        (
            with(&signed, "<NameIDFormat>", "<NameIDFormat ID=\"_6e9bd5c5-0b5a-4d0e-8a0e-6d0ad2a4a3f1\">"),
            SignatureFault::NotCovering,
        ),
    ] {
        assert_eq!(fault(&text), expected, "{text}");
    }
    // In a list, the signed entity is read as it was signed, and the forged one beside it is not signed.
    let both = list(&format!("{forged}{signed}"));
    let refused = parse(&both, Some("http://adfs.example/adfs/services/trust"), "rsa").unwrap_err();
    assert_eq!(refused, MetadataFault::EntityTwice);
    let forged = forged.replace("http://adfs.example", "http://evil.example");
    let both = list(&format!("{forged}{signed}"));
    let genuine = parse(&both, Some("http://adfs.example/adfs/services/trust"), "rsa").unwrap();
    assert_eq!(genuine, parse(&signed, None, "rsa").unwrap());
    let refused = parse(&both, Some("http://evil.example/adfs/services/trust"), "rsa").unwrap_err();
    assert_eq!(refused, MetadataFault::Signature(SignatureFault::Missing));
    assert_eq!(fault(&in_list("_6e9bd5c5-0b5a-4d0e-8a0e-6d0ad2a4a3f1")), SignatureFault::NotCovering);
}

/// What an empty reference means is the document: it is no name for an entity within.
#[test]
fn an_empty_reference_means_the_root() {
    let inner = document("adfs-whole");
    let list =
        format!("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{inner}</EntitiesDescriptor>");
    assert_eq!(fault(&list), SignatureFault::NotCovering);
}

/// A namespace that each of many elements has to repeat makes much of a small document.
#[test]
fn canonical_forms_are_bounded() {
    let text = document("adfs");
    let many = format!("<Extensions xmlns:z=\"urn:{}\">{}</Extensions>", "z".repeat(1000), "<z:a/>".repeat(2000));
    assert_eq!(fault(&with(&text, "<RoleDescriptor", &format!("{many}<RoleDescriptor"))), SignatureFault::TooLarge);
    let form = "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let told = |list: &str| {
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
        let told = format!("<InclusiveNamespaces xmlns=\"{exclusive}\" PrefixList=\"{list}\"/>");
        with(&text, form, &format!("{}>{told}</CanonicalizationMethod>", &form[..form.len() - 2]))
    };
    assert_eq!(fault(&told(&"a ".repeat(16))), SignatureFault::Changed);
    assert_eq!(fault(&told(&"a ".repeat(17))), SignatureFault::Malformed);
    // Other forms are told nothing.
    let inclusive = "<CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"";
    let told_inclusive = with(&told("a"), form.trim_end_matches("/>"), inclusive);
    assert_eq!(fault(&told_inclusive), SignatureFault::Malformed);
}
