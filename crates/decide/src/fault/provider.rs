//! What can be wrong with a provider.

use std::fmt;

use cognigy_sso_api::{Reason, SigningAlgorithm, TokenEndpointAuthMethod};

use super::saml::SamlFault;
use super::transport::Fields;
use super::{Class, Fault, TransportFault, class_of};

const OIDC: Fields = Fields { url: "spec.oidc.issuer", authority: "spec.oidc.caBundle" };
const SAML: Fields = Fields { url: "spec.saml.metadataUrl", authority: "spec.saml.caBundle" };

const ALGORITHMS: [SigningAlgorithm; 6] = [
    SigningAlgorithm::RS256,
    SigningAlgorithm::RS384,
    SigningAlgorithm::RS512,
    SigningAlgorithm::HS256,
    SigningAlgorithm::HS384,
    SigningAlgorithm::HS512,
];
const METHODS: [TokenEndpointAuthMethod; 7] = [
    TokenEndpointAuthMethod::ClientSecretBasic,
    TokenEndpointAuthMethod::ClientSecretPost,
    TokenEndpointAuthMethod::ClientSecretJwt,
    TokenEndpointAuthMethod::PrivateKeyJwt,
    TokenEndpointAuthMethod::TlsClientAuth,
    TokenEndpointAuthMethod::SelfSignedTlsClientAuth,
    TokenEndpointAuthMethod::None,
];

/// The documents that a provider publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// The discovery document.
    Discovery,
    /// The key set behind `jwks_uri`.
    Keys,
    /// The metadata of a SAML identity provider.
    Metadata,
}

impl Document {
    /// The fields that say where it is and whom its server is trusted by.
    fn fields(self) -> &'static Fields {
        match self {
            Self::Discovery | Self::Keys => &OIDC,
            Self::Metadata => &SAML,
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Keys => "key set",
            Self::Metadata => "metadata",
        })
    }
}

/// What can be wrong with a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderFault {
    /// The issuer is not a URL that can be asked.
    InvalidIssuer {
        /// What is wrong with it.
        problem: String,
    },
    /// A document could not be fetched.
    Transport {
        /// Which document.
        document: Document,
        /// The server, as host and port.
        server: String,
        /// How it failed.
        fault: TransportFault,
    },
    /// A document was answered with another status than 200.
    Status {
        /// Which document.
        document: Document,
        /// Where it was asked for.
        url: String,
        /// HTTP status.
        status: u16,
        /// Seconds that the server asks to wait.
        retry_after: Option<u64>,
    },
    /// A document is not what its specification says.
    Malformed {
        /// Which document.
        document: Document,
        /// Where it was asked for.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The discovery document names another issuer.
    IssuerMismatch {
        /// `spec.oidc.issuer`.
        declared: String,
        /// `issuer` of the document.
        published: String,
    },
    /// An endpoint is missing, or is no https URL.
    Endpoint {
        /// The member of the discovery document.
        member: &'static str,
        /// Is it there at all?
        present: bool,
    },
    /// No published key fits the algorithm.
    NoUsableKey {
        /// The algorithm.
        algorithm: &'static str,
    },
    /// The algorithm is not offered.
    Algorithm {
        /// The algorithm.
        algorithm: &'static str,
        /// Those that are offered.
        offered: Vec<String>,
    },
    /// The authentication method is not offered.
    AuthMethod {
        /// The method.
        method: &'static str,
        /// Those that are offered.
        offered: Vec<String>,
    },
    /// The authorization code flow is not offered.
    Flow,
    /// A SAML identity provider cannot be used as it is declared or as its metadata describes it.
    Saml(SamlFault),
}

impl Fault for ProviderFault {
    fn reason(&self) -> Reason {
        match self {
            Self::InvalidIssuer { .. } => Reason::InvalidSpec,
            Self::Transport { document: Document::Metadata, fault: TransportFault::TooLarge, .. } => {
                Reason::MetadataInvalid
            }
            Self::Transport { fault: TransportFault::TooLarge, .. } => Reason::DiscoveryInvalid,
            Self::Transport { .. } => Reason::Unreachable,
            Self::Status { status: 429, .. } => Reason::Throttled,
            Self::Status { status: 408 | 425 | 500.., .. } => Reason::ServerError,
            Self::Status { document: Document::Discovery, status: 404 | 410, .. } => Reason::DiscoveryNotFound,
            Self::Status { document: Document::Metadata, status: 404 | 410, .. } => Reason::MetadataNotFound,
            Self::Status { document: Document::Metadata, .. } => Reason::MetadataInvalid,
            Self::Status { .. } | Self::Malformed { .. } => Reason::DiscoveryInvalid,
            Self::IssuerMismatch { .. } => Reason::IssuerMismatch,
            Self::Endpoint { .. } => Reason::EndpointInvalid,
            Self::NoUsableKey { .. } => Reason::NoUsableKey,
            Self::Algorithm { .. } => Reason::AlgorithmNotSupported,
            Self::AuthMethod { .. } => Reason::AuthMethodNotSupported,
            Self::Flow => Reason::FlowNotSupported,
            Self::Saml(fault) => fault.reason(),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::InvalidIssuer { problem } => {
                format!("spec.oidc.issuer {problem}. Write the provider's issuer, an https URL.")
            }
            Self::Transport { document, server, fault } => {
                format!("The provider's {document}: {}", fault.text(server, document.fields()))
            }
            Self::Status { document, url, status, .. } => {
                let check = format!("Check {}.", document.fields().url);
                let advice = if self.class().is_passing() { "It is tried again." } else { &check };
                format!("The provider answers {status} for its {document} at {url}. {advice}")
            }
            Self::Malformed { document, url, what } => {
                let field = document.fields().url;
                format!("The provider's {document} at {url} {what}. Check {field}, or have the provider corrected.")
            }
            Self::IssuerMismatch { declared, published } => mismatch(declared, published),
            Self::Endpoint { member, present: false } => {
                format!("The provider's discovery document lacks {member}. Have the provider corrected.")
            }
            Self::Endpoint { member, present: true } => {
                format!(
                    "{member} in the provider's discovery document is not an https URL. Have the provider corrected."
                )
            }
            Self::NoUsableKey { algorithm } => format!(
                "The provider publishes no signing key for {algorithm}. Set spec.oidc.idTokenSignedResponseAlg to the \
                 algorithm that the provider signs with."
            ),
            Self::Algorithm { algorithm, offered } => format!(
                "The provider does not sign ID tokens with {algorithm}. {}",
                choice("spec.oidc.idTokenSignedResponseAlg", offered, &ALGORITHMS.map(SigningAlgorithm::as_str))
            ),
            Self::AuthMethod { method, offered } => format!(
                "The provider does not offer {method} at its token endpoint. {}",
                choice("spec.oidc.tokenEndpointAuthMethod", offered, &METHODS.map(TokenEndpointAuthMethod::as_str))
            ),
            Self::Flow => {
                "The provider does not offer the authorization code flow (response type code). Enable it there."
                    .to_owned()
            }
            Self::Saml(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Transport { fault, .. } if *fault != TransportFault::TooLarge => Class::Transient,
            Self::Status { status, retry_after, .. } => class_of(*status, *retry_after),
            _ => Class::Input,
        }
    }
}

impl ProviderFault {
    /// Is it one of the signing certificate, while everything else is as it should be?
    pub(crate) fn is_of_certificate(&self) -> bool {
        matches!(self, Self::Saml(fault) if fault.is_of_certificate())
    }
}

/// What to choose of what is offered: only what the field can be set to.
fn choice(field: &str, offered: &[String], possible: &[&str]) -> String {
    let usable: Vec<_> = offered.iter().map(String::as_str).filter(|offered| possible.contains(offered)).collect();
    if usable.is_empty() {
        return format!(
            "Of what it offers ({}), {field} can be set to nothing: have it corrected.",
            offered.join(", ")
        );
    }
    format!("Set {field} to one of: {}.", usable.join(", "))
}

fn mismatch(declared: &str, published: &str) -> String {
    let advice = if published.contains('{') {
        "It is a template: write the issuer of your own tenant.".to_owned()
    } else if declared.trim_end_matches('/') == published.trim_end_matches('/') {
        format!("Only the slash at the end differs: set spec.oidc.issuer to {published}")
    } else {
        format!("If that is the provider you mean, set spec.oidc.issuer to {published}")
    };
    format!("The discovery document for {declared} says that its issuer is {published}. {advice}")
}
