//! What can be wrong with a SAML identity provider.

use cognigy_sso_api::Reason;
use jiff::Timestamp;

/// What can be wrong with a SAML identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SamlFault {
    /// The metadata cannot be read as what SAML 2.0 Metadata asks for.
    Invalid {
        /// The field that says where it is.
        field: &'static str,
        /// What is wrong with it, as the end of a sentence.
        what: String,
    },
    /// The metadata is not signed as it is asked for.
    Unsigned {
        /// What is wrong with the signature, as the end of a sentence.
        what: String,
    },
    /// The metadata describes other identity providers than the one that is asked for.
    EntityNotFound {
        /// `spec.saml.entityId`.
        declared: String,
        /// The one among them that is named almost like that.
        similar: Option<String>,
        /// The entity ids of some that it describes.
        described: Vec<String>,
    },
    /// The metadata describes several identity providers.
    EntityAmbiguous {
        /// The entity ids of some.
        described: Vec<String>,
    },
    /// The single sign-on service takes no requests by HTTP-Redirect.
    Binding {
        /// The bindings that it has, by the end of their names.
        offered: Vec<String>,
    },
    /// The metadata was valid until then.
    MetadataExpired {
        /// `validUntil`.
        time: Timestamp,
    },
    /// The chosen certificate is not in the metadata.
    CertificateNotPublished {
        /// Its SHA-256.
        sha256: Box<str>,
    },
    /// The metadata holds several certificates, and nothing says which signs at present.
    CertificateAmbiguous {
        /// Their SHA-256.
        sha256: Vec<Box<str>>,
    },
    /// The certificate is not valid before then.
    CertificateNotYetValid {
        /// Its SHA-256.
        sha256: Box<str>,
        /// When it begins to be valid.
        time: Timestamp,
    },
    /// The certificate was valid until then.
    CertificateExpired {
        /// Its SHA-256.
        sha256: Box<str>,
        /// When it ended to be valid.
        time: Timestamp,
    },
}

impl SamlFault {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::Invalid { .. } => Reason::MetadataInvalid,
            Self::Unsigned { .. } => Reason::SignatureInvalid,
            Self::EntityNotFound { .. } => Reason::EntityNotFound,
            Self::EntityAmbiguous { .. } => Reason::EntityAmbiguous,
            Self::Binding { .. } => Reason::BindingNotSupported,
            Self::MetadataExpired { .. } => Reason::MetadataExpired,
            Self::CertificateNotPublished { .. } => Reason::CertificateNotPublished,
            Self::CertificateAmbiguous { .. } => Reason::CertificateAmbiguous,
            Self::CertificateNotYetValid { .. } => Reason::CertificateNotYetValid,
            Self::CertificateExpired { .. } => Reason::CertificateExpired,
        }
    }

    pub(super) fn is_of_certificate(&self) -> bool {
        matches!(
            self,
            Self::CertificateNotPublished { .. }
                | Self::CertificateAmbiguous { .. }
                | Self::CertificateNotYetValid { .. }
                | Self::CertificateExpired { .. }
        )
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::Invalid { field, what } => {
                format!(
                    "The identity provider's metadata {what}. Check {field}, or have the identity provider corrected."
                )
            }
            Self::Unsigned { what } => format!(
                "The identity provider's metadata {what}: nothing is taken from it, since somebody else may have changed it. If \
                 the identity provider signs it with a new certificate, put that into spec.saml.metadataCertificate; if it \
                 signs no metadata, leave that out."
            ),
            Self::EntityNotFound { declared, similar, described } => {
                entity_not_found(declared, similar.as_deref(), described)
            }
            Self::EntityAmbiguous { described } => format!(
                "The metadata describes several identity providers, among them {}. Set spec.saml.entityId to the one that is \
                 meant.",
                described.join(", ")
            ),
            Self::Binding { offered } => format!(
                "The identity provider's single sign-on service takes no requests by HTTP-Redirect, which Cognigy.AI sends them \
                 by, but by {}. Enable that binding there.",
                offered.join(", ")
            ),
            Self::MetadataExpired { time } => format!(
                "The identity provider's metadata was valid until {time}. Have it published anew, or store the present one."
            ),
            Self::CertificateNotPublished { sha256 } => format!(
                "The signing certificate that spec.saml.certificate names (SHA-256 {sha256}) is not in the metadata. Put the \
                 present one there, or leave spec.saml.certificate out."
            ),
            Self::CertificateAmbiguous { sha256 } => format!(
                "The metadata holds several signing certificates, and Cognigy.AI takes one (SHA-256 {}). Say in \
                 spec.saml.certificate which one signs at present.",
                sha256.join(", ")
            ),
            Self::CertificateNotYetValid { sha256, time } => format!(
                "The signing certificate (SHA-256 {sha256}) is not valid before {time}. Use the one that signs at present."
            ),
            Self::CertificateExpired { sha256, time } => format!(
                "The signing certificate (SHA-256 {sha256}) has expired, on {time}. Renew it at the identity provider."
            ),
        }
    }
}

fn entity_not_found(declared: &str, similar: Option<&str>, described: &[String]) -> String {
    let advice = if let Some(close) = similar {
        format!("They are compared letter by letter: set spec.saml.entityId to {close}")
    } else {
        let described = described.join(", ");
        format!("It describes {described}. Correct spec.saml.entityId, or where the metadata is taken from.")
    };
    format!("The metadata does not describe the identity provider {declared}. {advice}")
}
