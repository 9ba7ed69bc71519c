//! Judging a SAML 2.0 identity provider, by what is declared or by its metadata.

use cognigy_sso_api::{AppliedSaml, Reason, Saml};
use jiff::Timestamp;

use crate::fault::{ProviderFault, SamlFault};
use crate::finding::Finding;
use crate::observed::Observed;
use crate::resource::Resource;

/// A certificate, reduced to what is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its DER encoding in base64, in one line.
    pub base64: Box<str>,
    /// SHA-256 of its DER encoding, in hexadecimal digits.
    pub sha256: Box<str>,
    /// When it begins to be valid.
    pub not_before: Timestamp,
    /// The last moment of its validity.
    pub not_after: Timestamp,
}

/// What the metadata of an identity provider says (SAML 2.0 Metadata section 2.4), reduced to what is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// `entityID`.
    pub entity_id: Box<str>,
    /// Location of the single sign-on service, by the HTTP-Redirect binding.
    pub login_endpoint: Box<str>,
    /// Location of the single logout service, by the HTTP-Redirect binding, if there is one.
    pub logout_endpoint: Option<Box<str>>,
    /// The signing certificates, at least one.
    pub certificates: Vec<Certificate>,
    /// `validUntil`.
    pub valid_until: Option<Timestamp>,
    /// `WantAuthnRequestsSigned`.
    pub wants_signed_requests: bool,
}

/// What is taken from an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub entity_id: Option<Box<str>>,
    pub login_endpoint: Box<str>,
    pub logout_endpoint: Option<Box<str>>,
    pub certificate: Certificate,
}

impl Chosen {
    /// What of it is on record once it was applied.
    pub(crate) fn applied(&self) -> AppliedSaml {
        AppliedSaml {
            login_endpoint: self.login_endpoint.clone(),
            logout_endpoint: self.logout_endpoint.clone(),
            certificate: self.certificate.base64.clone(),
        }
    }

    fn in_words(&self) -> String {
        let name = self.entity_id.as_ref().unwrap_or(&self.login_endpoint);
        let Certificate { sha256, not_after, .. } = &self.certificate;
        format!("{name} can be used, with the signing certificate (SHA-256 {sha256}) that is valid until {not_after}.")
    }
}

/// An identity provider, looked at.
#[derive(Debug)]
pub(crate) struct Look {
    /// What is taken from it, or why that is not clear.
    pub chosen: Result<Chosen, ProviderFault>,
    /// What speaks against taking that.
    objection: Option<ProviderFault>,
    /// What is worth saying though it blocks nothing.
    pub warnings: Vec<&'static str>,
}

/// The identity provider as it is known; `None` where what it is declared by could not be read.
pub(crate) fn look(saml: &Saml, resource: &Resource, observed: &Observed, now: Timestamp) -> Option<Look> {
    let certificate = observed.inputs.saml.certificate.as_ref();
    if let Some(login_endpoint) = &saml.login_endpoint {
        let certificate = certificate?.as_ref().ok()?.clone();
        let objection = validity(&certificate, now).err().map(ProviderFault::Saml);
        let chosen = Chosen {
            entity_id: None,
            login_endpoint: login_endpoint.as_str().into(),
            logout_endpoint: saml.logout_endpoint.as_deref().map(Into::into),
            certificate,
        };
        return Some(Look { chosen: Ok(chosen), objection, warnings: Vec::new() });
    }
    let pinned = certificate.map(Result::as_ref).transpose().ok()?;
    match observed.metadata.as_deref()? {
        Err(fault) => Some(Look { chosen: Err(fault.clone()), objection: None, warnings: Vec::new() }),
        Ok(metadata) => Some(look_at(metadata, saml, pinned, resource, now)),
    }
}

fn look_at(
    metadata: &Metadata,
    saml: &Saml,
    pinned: Option<&Certificate>,
    resource: &Resource,
    now: Timestamp,
) -> Look {
    let mut warnings = warnings(metadata, saml);
    let certificate = match choose(metadata, pinned, resource, now) {
        Ok(certificate) => certificate.clone(),
        Err(fault) => return Look { chosen: Err(ProviderFault::Saml(fault)), objection: None, warnings },
    };
    if pinned.is_none() && metadata.certificates.iter().any(|other| *other != certificate && now <= other.not_after) {
        warnings.push(
            "The metadata holds another signing certificate, too: when the identity provider begins to sign with that one, name it \
             in spec.saml.certificate.",
        );
    }
    let objection = judge(metadata, &certificate, now).err().map(ProviderFault::Saml);
    let chosen = Chosen {
        entity_id: Some(metadata.entity_id.clone()),
        login_endpoint: metadata.login_endpoint.clone(),
        logout_endpoint: metadata.logout_endpoint.clone(),
        certificate,
    };
    Look { chosen: Ok(chosen), objection, warnings }
}

/// Cognigy.AI takes one certificate. Which of several signs at present the metadata does not say, and the wrong one locks
/// everybody out: what is in force stays while it is published, and else a person says which.
fn choose<'a>(
    metadata: &'a Metadata,
    pinned: Option<&'a Certificate>,
    resource: &Resource,
    now: Timestamp,
) -> Result<&'a Certificate, SamlFault> {
    if let Some(pinned) = pinned {
        return Ok(pinned);
    }
    let valid: Vec<_> = metadata.certificates.iter().filter(|one| validity(one, now).is_ok()).collect();
    let published = if valid.is_empty() { metadata.certificates.iter().collect() } else { valid };
    let applied = resource.status.applied.as_ref().and_then(|applied| applied.saml.as_ref());
    let in_force = applied.and_then(|applied| published.iter().find(|one| one.base64 == applied.certificate));
    match (in_force, published.as_slice()) {
        (Some(one), _) | (None, [one]) => Ok(one),
        (None, several) => {
            Err(SamlFault::CertificateAmbiguous { sha256: several.iter().map(|one| one.sha256.clone()).collect() })
        }
    }
}

fn judge(metadata: &Metadata, certificate: &Certificate, now: Timestamp) -> Result<(), SamlFault> {
    if let Some(time) = metadata.valid_until.filter(|time| *time <= now) {
        return Err(SamlFault::MetadataExpired { time });
    }
    if !metadata.certificates.contains(certificate) {
        return Err(SamlFault::CertificateNotPublished { sha256: certificate.sha256.clone() });
    }
    validity(certificate, now)
}

/// Is it valid now (RFC 5280 section 4.1.2.5)?
fn validity(certificate: &Certificate, now: Timestamp) -> Result<(), SamlFault> {
    let Certificate { sha256, not_before, not_after, .. } = certificate;
    if now < *not_before {
        return Err(SamlFault::CertificateNotYetValid { sha256: sha256.clone(), time: *not_before });
    }
    if now > *not_after {
        return Err(SamlFault::CertificateExpired { sha256: sha256.clone(), time: *not_after });
    }
    Ok(())
}

fn warnings(metadata: &Metadata, saml: &Saml) -> Vec<&'static str> {
    let warnings = [
        (
            metadata.wants_signed_requests,
            "The identity provider asks for signed requests, and whether Cognigy.AI signs them is not known: try to sign in.",
        ),
        (
            *metadata.entity_id == *saml.issuer,
            "spec.saml.issuer is the identity provider's own entity id: it should be the name that Cognigy.AI is registered by \
             there.",
        ),
    ];
    warnings.into_iter().filter_map(|(is_so, warning)| is_so.then_some(warning)).collect()
}

impl Look {
    /// What is wrong with it, if something is.
    pub(crate) fn fault(&self) -> Option<&ProviderFault> {
        self.chosen.as_ref().err().or(self.objection.as_ref())
    }

    /// Is something wrong with it, or is something else in force than what is taken from it?
    pub(crate) fn is_doubted(&self, resource: &Resource) -> bool {
        let in_force = resource.status.applied.as_ref().and_then(|applied| applied.saml.as_deref());
        let is_other = |chosen: &Chosen| in_force.is_some_and(|in_force| *in_force != chosen.applied());
        self.fault().is_some() || self.chosen.as_ref().is_ok_and(is_other)
    }

    /// What `IssuerVerified` says of it.
    pub(crate) fn finding(&self) -> Finding {
        match (&self.chosen, &self.objection) {
            (Err(fault), _) | (Ok(_), Some(fault)) => fault.into(),
            (Ok(chosen), None) => Finding::verified(Reason::Verified, chosen.in_words()),
        }
    }
}
