//! What SAML identity providers publish, and the certificates that they sign with.

use cognigy_sso_api::{AppliedSaml, KeyRef, KeySource, Saml};
use cognigy_sso_decide::{Certificate, Document, Metadata, ProviderFault, SamlFault};

use crate::time::{DAY, exact};
use crate::weather::Wrong;
use crate::world::{CERTIFICATE_KEY, sign_in_secret};

/// How long certificates are valid.
const VALIDITY: u64 = 1000 * DAY;
const FIELD: &str = "spec.saml.metadataUrl";

/// What all identity providers sign with: each has certificates of the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificates {
    /// Number of the newest.
    pub newest: u32,
    /// Is the one before it published as well?
    pub overlap: bool,
}

/// How a resource declares its identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// By the URL of its metadata.
    Metadata,
    /// By that, with the certificate pinned.
    Pinned,
    /// By its endpoint and its certificate.
    ByHand,
    /// By metadata that people store, of the entity that is declared.
    Stored,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Metadata, Self::Pinned, Self::ByHand, Self::Stored];

    /// Declares a resource's identity provider so, which was declared by its metadata.
    pub fn declare(self, saml: &mut Saml, resource: &str) {
        if self == Self::Metadata {
            return;
        }
        let key = KeyRef { name: sign_in_secret(resource).into(), key: CERTIFICATE_KEY.to_owned() };
        let source = Some(KeySource { secret_ref: Some(key), config_map_ref: None });
        if self == Self::Stored {
            saml.metadata_url = None;
            saml.metadata_ref = source;
            return;
        }
        saml.certificate = source;
        if self == Self::ByHand {
            let provider = saml.metadata_url.take().unwrap_or_default();
            saml.login_endpoint = Some(login_endpoint(base(&provider)));
            saml.entity_id = None;
        }
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Self { newest: 1, overlap: false }
    }
}

impl Certificates {
    /// Those that are published.
    fn published(self) -> Vec<Certificate> {
        let before = self.overlap.then(|| certificate(self.newest - 1));
        before.into_iter().chain([certificate(self.newest)]).collect()
    }
}

/// The certificate of a number.
#[must_use]
pub fn certificate(number: u32) -> Certificate {
    Certificate {
        base64: encoded(number).into(),
        sha256: format!("sha256-of-{number}").into(),
        not_before: exact(0),
        not_after: exact(VALIDITY),
    }
}

/// How a certificate is written in a Secret, and sent.
#[must_use]
pub fn encoded(number: u32) -> String {
    format!("certificate-{number}")
}

/// The certificate that a text holds, if it holds one.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Certificate> {
    let number = str::from_utf8(text).ok()?.trim().strip_prefix("certificate-")?;
    number.parse().ok().map(certificate)
}

/// What is taken from the identity provider that is declared, once it signs with the certificate of this number.
#[must_use]
pub fn applied(saml: &Saml, number: u32) -> AppliedSaml {
    let by_metadata = saml.metadata_url.as_deref().map(|url| login_endpoint(base(url)));
    let by_entity = || saml.entity_id.as_deref().map(|entity| login_endpoint(of_entity(entity)));
    let login_endpoint = by_metadata.or_else(|| saml.login_endpoint.clone()).or_else(by_entity).unwrap_or_default();
    AppliedSaml { login_endpoint: login_endpoint.into(), logout_endpoint: None, certificate: encoded(number).into() }
}

/// Entity id of the identity provider at an address.
#[must_use]
pub fn entity(provider: &str) -> String {
    format!("{provider}/saml")
}

/// The address of the identity provider with this entity id.
fn of_entity(entity: &str) -> &str {
    entity.trim_end_matches("/saml")
}

/// What the operator makes of metadata that people store. It is written as its one certificate: the rest is as declared.
pub(crate) fn stored(saml: &Saml, text: &[u8]) -> Result<Metadata, ProviderFault> {
    let entity = saml.entity_id.clone().unwrap_or_default();
    let invalid = || SamlFault::Invalid { field: "spec.saml.metadataRef", what: "is no well-formed XML".to_owned() };
    let certificate = parse(text).ok_or_else(|| ProviderFault::Saml(invalid()))?;
    let provider = of_entity(&entity).to_owned();
    Ok(metadata(entity, &provider, vec![certificate]))
}

fn login_endpoint(provider: &str) -> String {
    format!("{provider}/saml/sso")
}

/// The address of the identity provider whose metadata is there.
pub(crate) fn base(url: &str) -> &str {
    url.trim_end_matches("/metadata")
}

/// What the operator makes of the metadata at this address, with what is wrong with it.
///
/// # Errors
/// When something is wrong with it that is found in reading.
pub fn answers(url: &str, certificates: Certificates, wrong: Option<Wrong>) -> Result<Metadata, ProviderFault> {
    let document = Document::Metadata;
    let entity = entity(base(url));
    let invalid = |what: &str| Err(ProviderFault::Saml(SamlFault::Invalid { field: FIELD, what: what.to_owned() }));
    let not_found = |described: String, similar: bool| {
        let similar = similar.then(|| described.clone());
        let declared = entity.clone();
        Err(ProviderFault::Saml(SamlFault::EntityNotFound { declared, similar, described: vec![described] }))
    };
    match wrong {
        None => Ok(metadata(entity, base(url), certificates.published())),
        Some(Wrong::Key { expired: true }) => {
            let expired = certificates.published().into_iter().map(|one| Certificate { not_after: exact(0), ..one });
            Ok(metadata(entity, base(url), expired.collect()))
        }
        Some(Wrong::RunOut) => {
            Ok(Metadata { valid_until: Some(exact(0)), ..metadata(entity, base(url), certificates.published()) })
        }
        Some(Wrong::Key { expired: false }) => invalid("holds no signing certificate"),
        Some(Wrong::Transport(fault)) => {
            let server = base(url).trim_start_matches("https://").to_owned();
            Err(ProviderFault::Transport { document, server, fault })
        }
        Some(Wrong::Status(status)) => {
            Err(ProviderFault::Status { document, url: url.to_owned(), status, retry_after: None })
        }
        Some(Wrong::Another) => not_found("https://another.example".to_owned(), false),
        Some(Wrong::Slash) => not_found(format!("{entity}/"), true),
        Some(Wrong::Endpoint) => invalid("names a SingleSignOnService that is not an https URL"),
        Some(Wrong::Lacking) => Err(ProviderFault::Saml(SamlFault::Binding { offered: vec!["HTTP-POST".to_owned()] })),
        Some(Wrong::Page) => invalid("is a web page, perhaps one to log in at"),
        Some(Wrong::Garbage) => invalid("is not UTF-8 text"),
    }
}

fn metadata(entity: String, provider: &str, certificates: Vec<Certificate>) -> Metadata {
    Metadata {
        entity_id: entity.into(),
        login_endpoint: login_endpoint(provider).into(),
        logout_endpoint: None,
        certificates,
        valid_until: None,
        wants_signed_requests: false,
    }
}
