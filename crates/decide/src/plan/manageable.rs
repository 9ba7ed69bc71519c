//! Is what a spec asks for something that can be done? The API server refuses most of what is not; files are judged before they
//! get there.

use cognigy_sso_api::{ApiUrl, Endpoint, IdentityProviderConfigSpec, KeySource, Oidc, Reason, Saml};

use crate::fault::Class;
use crate::finding::Finding;
use crate::strategy::Strategy;

/// The declared strategy, unless the resource asks for what cannot be done.
pub(super) fn manageable(spec: &IdentityProviderConfigSpec) -> Result<Strategy<'_>, Finding> {
    judge_url("spec.cognigy.apiUrl", &spec.cognigy.api_url, "https://api-trial.cognigy.ai/new")?;
    if let Some(url) = &spec.cognigy.frontend_url {
        judge_url("spec.cognigy.frontendUrl", url, "https://trial.cognigy.ai")?;
    }
    judge_source("spec.cognigy.caBundle", spec.cognigy.ca_bundle.as_ref())?;
    match (&spec.oidc, &spec.saml) {
        (Some(oidc), None) => judge_oidc(oidc).map(|()| Strategy::Oidc(oidc)),
        (None, Some(saml)) => judge_saml(saml).map(|()| Strategy::Saml(saml)),
        (None, None) | (Some(_), Some(_)) => Err(invalid("spec: set exactly one of oidc and saml.".to_owned())),
    }
}

fn judge_oidc(oidc: &Oidc) -> Result<(), Finding> {
    if let Some(url) = &oidc.front_channel_logout_url {
        judge_url("spec.oidc.frontChannelLogoutUrl", url, "https://acme.example.com/logout")?;
    }
    judge_source("spec.oidc.caBundle", oidc.ca_bundle.as_ref())?;
    if oidc.client_id.is_some() == oidc.client_id_secret_ref.is_some() {
        let problem = "spec.oidc: set exactly one of clientId and clientIdSecretRef.";
        return Err(invalid(problem.to_owned()));
    }
    Ok(())
}

fn judge_saml(saml: &Saml) -> Result<(), Finding> {
    let sources = [saml.login_endpoint.is_some(), saml.metadata_url.is_some(), saml.metadata_ref.is_some()];
    if sources.into_iter().filter(|is_given| *is_given).count() != 1 {
        let problem = "spec.saml: set exactly one of loginEndpoint, metadataUrl and metadataRef.";
        return Err(invalid(problem.to_owned()));
    }
    if saml.login_endpoint.is_some() && saml.certificate.is_none() {
        let problem = "spec.saml.certificate is missing. Name the identity provider's signing certificate there.";
        return Err(invalid(problem.to_owned()));
    }
    judge_companions(saml)?;
    let sources = [
        ("spec.saml.certificate", &saml.certificate),
        ("spec.saml.metadataRef", &saml.metadata_ref),
        ("spec.saml.metadataCertificate", &saml.metadata_certificate),
        ("spec.saml.caBundle", &saml.ca_bundle),
    ];
    sources.into_iter().try_for_each(|(field, source)| judge_source(field, source.as_ref()))?;
    judge_endpoints(saml)
}

fn judge_endpoints(saml: &Saml) -> Result<(), Finding> {
    let endpoints = [
        ("spec.saml.loginEndpoint", &saml.login_endpoint),
        ("spec.saml.logoutEndpoint", &saml.logout_endpoint),
        ("spec.saml.metadataUrl", &saml.metadata_url),
    ];
    for (field, url) in endpoints {
        let fault = url.as_deref().and_then(|url| Endpoint::parse(url).err());
        if let Some(fault) = fault {
            return Err(invalid(format!("{field} {fault}. Write one such as https://login.example.com/saml")));
        }
    }
    Ok(())
}

/// Fields that would mean nothing beside the others.
fn judge_companions(saml: &Saml) -> Result<(), Finding> {
    let has_metadata = saml.login_endpoint.is_none();
    let companions = [
        ("logoutEndpoint", saml.logout_endpoint.is_some(), !has_metadata, "loginEndpoint"),
        ("entityId", saml.entity_id.is_some(), has_metadata, "metadataUrl or metadataRef"),
        ("metadataCertificate", saml.metadata_certificate.is_some(), has_metadata, "metadataUrl or metadataRef"),
        ("caBundle", saml.ca_bundle.is_some(), saml.metadata_url.is_some(), "metadataUrl"),
    ];
    let alone = companions.into_iter().find(|(_, is_given, makes_sense, _)| *is_given && !makes_sense);
    alone.map_or(Ok(()), |(field, _, _, other)| {
        Err(invalid(format!("spec.saml.{field} means nothing without {other}. Leave it out.")))
    })
}

fn judge_source(field: &str, source: Option<&KeySource>) -> Result<(), Finding> {
    let is_one = source.is_none_or(|source| source.config_map_ref.is_some() != source.secret_ref.is_some());
    if is_one { Ok(()) } else { Err(invalid(format!("{field}: set exactly one of configMapRef and secretRef."))) }
}

/// The API server refuses most of what is no URL; what it lets through is refused here.
pub(super) fn judge_url(field: &str, url: &str, example: &str) -> Result<(), Finding> {
    let fault = ApiUrl::parse(url).err();
    fault.map_or(Ok(()), |fault| Err(invalid(format!("{field} {fault}. Write one such as {example}"))))
}

pub(super) fn invalid(message: String) -> Finding {
    Finding::refuted(Reason::InvalidSpec, message, Class::Input)
}
