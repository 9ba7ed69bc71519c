//! What is wrong with a document, in the words of the resource.

use cognigy_sso_decide::SamlFault;
use cognigy_sso_saml::{Algorithm, CertificateFault, Endpoint, KeyFault, MetadataFault, SignatureFault};

use super::Reading;

/// What is wrong with metadata.
pub(super) fn metadata_fault(fault: MetadataFault, reading: &Reading, field: &'static str) -> SamlFault {
    let invalid = |what: String| SamlFault::Invalid { field, what };
    match fault {
        MetadataFault::Encoding { declared: Some(name) } => invalid(format!("is in {name}, not in UTF-8")),
        MetadataFault::Encoding { declared: None } => invalid("is not UTF-8 text".to_owned()),
        MetadataFault::Html => invalid("is a web page, perhaps one to log in at".to_owned()),
        MetadataFault::Doctype => invalid("has a document type declaration, which is never followed".to_owned()),
        MetadataFault::NotXml { line } => invalid(format!("is no well-formed XML (line {line})")),
        MetadataFault::TooComplex => invalid("is more deeply nested, or has more parts, than metadata has".to_owned()),
        MetadataFault::NotMetadata { root } => invalid(format!("is no SAML metadata, but begins with {root}")),
        MetadataFault::NoIdentityProvider { is_service_provider: true } => {
            invalid("describes a service provider, such as Cognigy.AI is, and no identity provider".to_owned())
        }
        MetadataFault::NoIdentityProvider { is_service_provider: false } => {
            invalid("describes no identity provider that speaks SAML 2.0".to_owned())
        }
        MetadataFault::SeveralIdentityProviders { published, .. } => {
            SamlFault::EntityAmbiguous { described: texts(published) }
        }
        MetadataFault::EntityNotFound { published, similar } => SamlFault::EntityNotFound {
            declared: reading.entity.clone().unwrap_or_default(),
            similar: similar.map(Into::into),
            described: texts(published),
        },
        MetadataFault::EntityTwice => {
            invalid("describes the identity provider that is meant more than once".to_owned())
        }
        MetadataFault::EntityIdInvalid => invalid("names no entityID that can be used".to_owned()),
        MetadataFault::NoLoginEndpoint { bindings } if bindings.is_empty() => {
            invalid("names no SingleSignOnService".to_owned())
        }
        MetadataFault::NoLoginEndpoint { bindings } => SamlFault::Binding { offered: texts(bindings) },
        MetadataFault::EndpointInvalid { endpoint } => {
            let service = match endpoint {
                Endpoint::Login => "SingleSignOnService",
                Endpoint::Logout => "SingleLogoutService",
            };
            invalid(format!("names a {service} that is not an https URL"))
        }
        MetadataFault::NoCertificate => invalid("holds no signing certificate".to_owned()),
        MetadataFault::TooManyCertificates { limit } => {
            invalid(format!("holds more than {limit} signing certificates"))
        }
        MetadataFault::CertificateInvalid { number, fault } => {
            invalid(format!("holds a signing certificate (number {number}) that {}", certificate_fault(&fault)))
        }
        MetadataFault::ValidUntilInvalid => invalid("has a validUntil that is no time".to_owned()),
        MetadataFault::Signature(fault) => SamlFault::Unsigned { what: signature_fault(fault) },
    }
}

fn texts(texts: Vec<Box<str>>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

fn signature_fault(fault: SignatureFault) -> String {
    match fault {
        SignatureFault::Missing => "is not signed".to_owned(),
        SignatureFault::Malformed => "has a signature that cannot be read".to_owned(),
        SignatureFault::Unsupported { what, name } => {
            let what = match what {
                Algorithm::Canonicalization => "canonicalization method",
                Algorithm::Signature => "signature method",
                Algorithm::Transform => "transform",
                Algorithm::Digest => "digest method",
            };
            format!("is signed with the {what} {name}, which is not supported")
        }
        SignatureFault::Sha1 => "is signed with SHA-1, which can be forged".to_owned(),
        SignatureFault::NotCovering => "has a signature that does not cover all of it".to_owned(),
        SignatureFault::Changed => "was changed after it was signed".to_owned(),
        SignatureFault::Untrusted { signer: Some(sha256) } => {
            format!("is signed by another certificate (SHA-256 {sha256}) than spec.saml.metadataCertificate holds")
        }
        SignatureFault::Untrusted { signer: None } => {
            "is signed by another certificate than spec.saml.metadataCertificate holds".to_owned()
        }
        SignatureFault::KeyUnusable { signer } => {
            format!(
                "is signed by a certificate (SHA-256 {signer}) whose key is of a kind or size that is not supported"
            )
        }
        SignatureFault::TooLarge => "has a signed part that is too large".to_owned(),
    }
}

/// What is wrong with a certificate, as the end of a sentence.
pub(crate) fn certificate_fault(fault: &CertificateFault) -> String {
    match fault {
        CertificateFault::Empty => "is empty".to_owned(),
        CertificateFault::Armour => "is PEM whose lines do not fit together".to_owned(),
        CertificateFault::NotCertificate { label } => format!("holds a {label} and no certificate"),
        CertificateFault::TooMany { count, limit } => format!("holds {count} certificates, where {limit} may be"),
        CertificateFault::Base64 => "is neither PEM nor base64".to_owned(),
        CertificateFault::NotX509 => "holds no X.509 certificate".to_owned(),
    }
}

/// What is wrong with a private key, as the end of a sentence.
pub(crate) fn key_fault(fault: &KeyFault) -> String {
    match fault {
        KeyFault::Empty => "is empty".to_owned(),
        KeyFault::Armour => "is PEM whose lines do not fit together".to_owned(),
        KeyFault::NotPrivateKey { label } => format!("holds a {label} and no private key"),
        KeyFault::Several { count } => format!("holds {count} private keys, where one may be"),
        KeyFault::Encrypted => "holds a private key that is encrypted with a password".to_owned(),
        KeyFault::Base64 => "is neither PEM nor base64".to_owned(),
        KeyFault::Malformed => "holds no private key of PKCS#8 or PKCS#1".to_owned(),
        KeyFault::NotRsa => "holds a private key that is not RSA".to_owned(),
        KeyFault::TooSmall { bits, smallest } => format!("holds an RSA key of {bits} bits, where {smallest} must be"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        Reading { entity: Some("declared".to_owned()), trusted: None }
    }

    /// What is said of metadata, and where it is.
    fn said(fault: MetadataFault) -> String {
        match metadata_fault(fault, &reading(), "spec.saml.metadataRef") {
            SamlFault::Invalid { field, what } => format!("{field} {what}"),
            SamlFault::Unsigned { what } => what,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_of_metadata_says_what_it_is() {
        use MetadataFault as M;
        let names = |name: &str| [name.into()].into();
        for (fault, words) in [
            (M::Encoding { declared: Some("latin1".into()) }, "spec.saml.metadataRef is in latin1"),
            (M::Encoding { declared: None }, "not UTF-8"),
            (M::Html, "web page"),
            (M::Doctype, "document type"),
            (M::NotXml { line: 7 }, "(line 7)"),
            (M::TooComplex, "more deeply nested"),
            (M::NotMetadata { root: "a".into() }, "begins with a"),
            (M::NoIdentityProvider { is_service_provider: true }, "describes a service provider"),
            (M::NoIdentityProvider { is_service_provider: false }, "describes no identity provider"),
            (M::SeveralIdentityProviders { published: names("one"), count: 2 }, "EntityAmbiguous { described: [\"one"),
            (M::EntityIdInvalid, "no entityID"),
            (M::NoLoginEndpoint { bindings: names("SOAP") }, "Binding { offered: [\"SOAP"),
            (M::EndpointInvalid { endpoint: Endpoint::Login }, "SingleSignOnService"),
            (M::EndpointInvalid { endpoint: Endpoint::Logout }, "SingleLogoutService"),
            (M::NoCertificate, "no signing certificate"),
            (M::TooManyCertificates { limit: 16 }, "more than 16"),
            (M::CertificateInvalid { number: 2, fault: CertificateFault::Base64 }, "(number 2) that is neither PEM"),
            (M::ValidUntilInvalid, "validUntil"),
        ] {
            let said = said(fault);
            assert!(said.contains(words), "{words}: {said}");
        }
        let fault = M::EntityNotFound { published: names("other"), similar: Some("declared/".into()) };
        let expected = SamlFault::EntityNotFound {
            declared: "declared".to_owned(),
            similar: Some("declared/".to_owned()),
            described: vec!["other".to_owned()],
        };
        assert_eq!(metadata_fault(fault, &reading(), "spec"), expected);
    }

    #[test]
    fn every_fault_of_a_signature_says_what_it_is() {
        use SignatureFault as S;
        let unsupported = |what| S::Unsupported { what, name: "x".into() };
        for (fault, words) in [
            (S::Missing, "is not signed"),
            (S::Malformed, "cannot be read"),
            (unsupported(Algorithm::Canonicalization), "canonicalization method x"),
            (unsupported(Algorithm::Signature), "signature method x"),
            (unsupported(Algorithm::Transform), "transform x"),
            (unsupported(Algorithm::Digest), "digest method x"),
            (S::Sha1, "SHA-1"),
            (S::NotCovering, "does not cover"),
            (S::Changed, "was changed"),
            (S::Untrusted { signer: Some("5d".into()) }, "(SHA-256 5d)"),
            (S::Untrusted { signer: None }, "another certificate than"),
            (S::TooLarge, "too large"),
        ] {
            let said = said(MetadataFault::Signature(fault));
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    #[test]
    fn every_fault_of_a_certificate_and_of_a_key_says_what_it_is() {
        use {CertificateFault as C, KeyFault as K};
        for (fault, words) in [
            (C::Empty, "empty"),
            (C::Armour, "lines do not fit"),
            (C::NotCertificate { label: "PRIVATE KEY".into() }, "a PRIVATE KEY and no certificate"),
            (C::TooMany { count: 2, limit: 1 }, "2 certificates, where 1"),
            (C::Base64, "neither PEM nor base64"),
            (C::NotX509, "no X.509"),
        ] {
            assert!(certificate_fault(&fault).contains(words), "{words}");
        }
        for (fault, words) in [
            (K::Empty, "empty"),
            (K::Armour, "lines do not fit"),
            (K::NotPrivateKey { label: "CERTIFICATE".into() }, "a CERTIFICATE and no private key"),
            (K::Several { count: 2 }, "2 private keys, where one"),
            (K::Encrypted, "encrypted with a password"),
            (K::Base64, "neither PEM nor base64"),
            (K::Malformed, "PKCS#8 or PKCS#1"),
            (K::NotRsa, "not RSA"),
            (K::TooSmall { bits: 1024, smallest: 2048 }, "1024 bits, where 2048"),
        ] {
            assert!(key_fault(&fault).contains(words), "{words}");
        }
    }
}
