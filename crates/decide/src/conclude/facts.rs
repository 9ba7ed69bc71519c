//! What is reported beside the conditions.

use cognigy_sso_api::{
    ApiUrl, CertificateStatus, ConditionType, IdentityProviderConfigSpec, IdentityProviderConfigStatus, IssuerStatus,
    Organization, SamlStatus, Urls,
};
use jiff::Timestamp;

use super::Ending;
use crate::expiry;
use crate::finding::Finding;
use crate::observed::{Account, Observed};
use crate::plan::Plan;
use crate::resource::Resource;
use crate::strategy::Strategy;

/// Where Cognigy.AI documents what must be registered with a SAML identity provider.
const SAML_DOCUMENTATION: &str = "https://docs.cognigy.com/ai/administer/installation/single-sign-on-saml2";

/// Organization and URLs are told as early as they are known: a person needs the callback to register it.
pub(crate) fn locate(status: &mut IdentityProviderConfigStatus, account: &Account, spec: &IdentityProviderConfigSpec) {
    let Ok(api) = ApiUrl::parse(&spec.cognigy.api_url) else { return };
    let (id, is_saml) = (&account.organization, spec.saml.is_some());
    let logout = spec.cognigy.frontend_url.as_deref().and_then(|url| ApiUrl::parse(url).ok());
    status.organization = Some(Organization { id: id.as_str().into(), api_host: api.authority().into() });
    status.urls = Some(Urls {
        login: if is_saml { api.saml_login(id) } else { api.oidc_login(id) }.into(),
        callback: (!is_saml).then(|| api.callback(id).into()),
        logout: logout.map(|frontend| frontend.at_root(&format!("/slo/{id}")).into()),
        documentation: is_saml.then(|| SAML_DOCUMENTATION.into()),
    });
}

/// What the provider publishes, as of when it was last found to fit anew.
pub(super) fn publish_issuer(
    status: &mut IdentityProviderConfigStatus,
    observed: &Observed,
    plan: &Plan,
    now: Timestamp,
) {
    let (Some(Ok(provider)), Some(key_count)) = (observed.provider.as_deref(), plan.findings.key_count) else { return };
    let verified_before = status.is_true(ConditionType::IssuerVerified);
    let before = status.issuer.take();
    let found = |verified_time| IssuerStatus {
        authorization_endpoint: provider.authorization_endpoint.clone(),
        token_endpoint: provider.token_endpoint.clone(),
        jwks_uri: provider.jwks_uri.clone(),
        key_count,
        verified_time,
    };
    let same = before.filter(|before| verified_before && *before == found(before.verified_time));
    status.issuer = Some(same.unwrap_or_else(|| found(now)));
}

/// The SAML identity provider as it was looked at last, as of when the outcome last changed.
pub(super) fn publish_saml(ending: &Ending<'_>, status: &mut IdentityProviderConfigStatus) {
    let findings = &ending.plan.findings;
    let Some(chosen) = &findings.chosen else { return };
    let outcome_before = status.condition(ConditionType::IssuerVerified).map(|condition| condition.status);
    let found = |verified_time| SamlStatus {
        entity_id: chosen.entity_id.clone(),
        login_endpoint: chosen.login_endpoint.clone(),
        logout_endpoint: chosen.logout_endpoint.clone(),
        certificate: CertificateStatus {
            sha256: chosen.certificate.sha256.clone(),
            not_after: chosen.certificate.not_after,
        },
        verified_time,
    };
    let is_said = |saml: &SamlStatus| *saml == found(saml.verified_time);
    if outcome_before != Some(findings.issuer.status) || !status.saml.as_deref().is_some_and(is_said) {
        status.saml = Some(Box::new(found(ending.moment.now)));
    }
}

/// What is known of a provider by the other strategy is not kept.
pub(super) fn forget_other_strategy(resource: &Resource, status: &mut IdentityProviderConfigStatus) {
    match resource.spec.as_deref().ok().and_then(Strategy::of) {
        Some(Strategy::Oidc(_)) => status.saml = None,
        Some(Strategy::Saml(_)) => status.issuer = None,
        None => {}
    }
}

/// Of which configuration `ClientVerified` speaks: of what was tried in this visit, until that is the one that was applied.
pub(super) fn note_trial(ending: &Ending<'_>, configured: &Finding, status: &mut IdentityProviderConfigStatus) {
    if configured.is_true() {
        status.tried = None;
    } else if ending.observed.trial.is_some() {
        status.tried = ending.fingerprint.map(|fingerprint| fingerprint.as_str().into());
    }
}

/// Which Secrets expire soon, where they were read.
pub(super) fn warn_of_expiry(ending: &Ending<'_>, status: &mut IdentityProviderConfigStatus) {
    let Ending { resource, observed, moment, .. } = *ending;
    if let Some(warnings) =
        expiry::warnings(resource, &observed.inputs, status, moment.now).filter(|_| !resource.deleting)
    {
        status.expiring = warnings;
    }
}

/// A new version of a Secret with the same bytes is no news: alone it is not worth a write.
pub(super) fn keep_equal_secrets(previous: &IdentityProviderConfigStatus, status: &mut IdentityProviderConfigStatus) {
    let (Some(before), Some(after)) = (&previous.applied, &mut status.applied) else { return };
    let secrets = std::mem::replace(&mut after.secrets, before.secrets.clone());
    if status != previous
        && let Some(after) = &mut status.applied
    {
        after.secrets = secrets;
    }
}
