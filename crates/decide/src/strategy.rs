//! The two ways of signing in, and what is the same about them.

use cognigy_sso_api::{ApiUrl, AppliedSaml, IdentityProviderConfigSpec, Oidc, Saml, place};
use jiff::Timestamp;

use crate::desired::Desired;
use crate::observed::{Login, Observed, Party};
use crate::provider;
use crate::resource::Resource;
use crate::saml;

/// How people sign in, as it is declared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Strategy<'a> {
    /// OpenID Connect.
    Oidc(&'a Oidc),
    /// SAML 2.0.
    Saml(&'a Saml),
}

impl<'a> Strategy<'a> {
    /// The one that is declared; `None` where none is.
    pub(crate) fn of(spec: &'a IdentityProviderConfigSpec) -> Option<Self> {
        let saml = spec.saml.as_deref().map(Self::Saml);
        saml.or_else(|| spec.oidc.as_ref().map(Self::Oidc))
    }

    /// What is to be applied, once every part of it is known; `provider` is what is taken from a SAML identity provider. While
    /// nobody can be asked whose API key it is, it is taken to be of the organization that was configured: enough to compare,
    /// and no change is made before the key is tried.
    pub(crate) fn desired(
        self,
        resource: &Resource,
        observed: &Observed,
        provider: Option<&AppliedSaml>,
    ) -> Option<Desired> {
        let (spec, inputs) = (resource.spec.as_ref().ok()?, &observed.inputs);
        let configured = resource.status.organization.as_ref();
        let organization = observed.user().map(|account| account.organization.as_str());
        let organization = organization.or_else(|| configured.map(|organization| &*organization.id))?.to_owned();
        let host = ApiUrl::parse(&spec.cognigy.api_url).ok()?.authority();
        match self {
            Self::Oidc(oidc) => {
                let client_id = inputs.client_id.as_ref().ok()?.clone();
                let client_secret = inputs.client_secret.as_ref().ok()?.clone();
                Some(Desired::oidc(oidc, client_id, client_secret, organization, host))
            }
            Self::Saml(saml) => {
                let key = inputs.saml.decryption_key.as_ref().map(Result::as_ref).transpose().ok()?.cloned();
                Some(Desired::saml(saml, provider?.clone(), key, organization, host))
            }
        }
    }

    /// Does the login URL introduce Cognigy.AI by the declared name? `None` where it leads nowhere, or where that name cannot be
    /// read.
    pub(crate) fn is_introduced(self, observed: &Observed) -> Option<bool> {
        let Some(Login::Redirect { party, .. }) = &observed.login else { return None };
        match (self, party) {
            (Self::Oidc(_), Party::Client(name)) => Some(name == observed.inputs.client_id.as_ref().ok()?),
            // Blanks around it are no part of a name in XML.
            (Self::Saml(saml), Party::Issuer(name)) => Some(name == saml.issuer.trim_ascii()),
            (Self::Oidc(_), Party::Issuer(_)) | (Self::Saml(_), Party::Client(_)) => Some(false),
        }
    }

    /// Does the login URL lead to the declared provider and introduce Cognigy.AI by the declared name? `None` where it leads
    /// nowhere, or where that provider or name cannot be read.
    pub(crate) fn leads_to_declared(self, observed: &Observed, provider: Option<&AppliedSaml>) -> Option<bool> {
        let Some(Login::Redirect { endpoint, .. }) = &observed.login else { return None };
        let is_introduced = self.is_introduced(observed)?;
        let declared = match self {
            Self::Oidc(_) => &*observed.provider.as_deref()?.as_ref().ok()?.authorization_endpoint,
            Self::Saml(_) => &*provider?.login_endpoint,
        };
        Some(is_introduced && place(declared).as_ref() == Some(endpoint))
    }
}

/// Must what a provider published a while ago be read anew before anything follows from it? It speaks against what is declared,
/// or something else would be taken from it than what is in force.
#[must_use]
pub fn is_doubted(resource: &Resource, observed: &Observed, now: Timestamp) -> bool {
    match resource.spec.as_deref().ok().and_then(Strategy::of) {
        Some(Strategy::Oidc(oidc)) => {
            let provider = observed.provider.as_deref().and_then(|provider| provider.as_ref().ok());
            provider.is_some_and(|provider| provider::judge(oidc, provider).is_err())
        }
        Some(Strategy::Saml(saml)) => {
            let is_read = observed.metadata.as_deref().is_some_and(Result::is_ok);
            is_read && saml::look(saml, resource, observed, now).is_some_and(|look| look.is_doubted(resource))
        }
        None => false,
    }
}
