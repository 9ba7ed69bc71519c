//! Reads only. What failed to be read is a fault that says so, never taken for absent.

mod inputs;

use cognigy_sso_api::{ApiUrl, IdentityProviderConfigSpec, Issuer, UrlFault};
use cognigy_sso_decide::{Account, CallFault, Inputs, Login, Observed, Provider, ProviderFault, Resource};
use std::sync::Arc;

use crate::cognigy::{Cognigy, HostPattern, Limits};
use crate::egress::Egress;
use crate::lease::Claim;
use crate::openid::Providers;

pub(crate) use inputs::{References, Sources};

/// All that observing needs.
pub(crate) struct Observer {
    pub(crate) client: kube::Client,
    pub(crate) egress: Arc<Egress>,
    /// What a change is made under that follows from what is observed.
    pub(crate) claim: Claim,
    pub(crate) hosts: Vec<HostPattern>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) providers: Providers,
}

/// What was observed, with what it was read by: the same authorities serve the change that may follow.
pub(crate) struct Observation {
    pub(crate) observed: Observed,
    pub(crate) sources: Sources,
}

impl Observer {
    /// Reads all that planning this resource needs. `fresh` asks the provider anew, whatever was read lately.
    pub(crate) async fn observe(&self, resource: &Resource, fresh: bool) -> Observation {
        let spec = resource.spec.as_deref().ok().filter(|_| resource.needs_observation());
        let Some(spec) = spec else { return Observation { observed: nothing(), sources: Sources::default() } };
        let (inputs, sources) = inputs::read(&self.client, &resource.namespace, spec).await;
        let mut observed = Observed { inputs, ..nothing() };
        if resource.deleting {
            observed.account = self.account(spec, &observed.inputs, &sources).await;
            return Observation { observed, sources };
        }
        let provider = self.provider(spec, &sources, fresh);
        let organization = async {
            observed.account = self.account(spec, &observed.inputs, &sources).await;
            // Before anything was applied: does the organization show a configuration already?
            if resource.status.applied.is_none() {
                observed.login = self.login(resource, &observed, &sources).await;
            }
        };
        let ((), provider) = futures::join!(organization, provider);
        observed.provider = provider;
        Observation { observed, sources }
    }

    /// What the organization's login URL shows; `None` while it is not known whose key it is.
    pub(crate) async fn login(&self, resource: &Resource, observed: &Observed, sources: &Sources) -> Option<Login> {
        let organization = &observed.account.as_ref()?.as_ref().ok()?.organization;
        let api = ApiUrl::parse(&resource.spec.as_ref().ok()?.cognigy.api_url);
        match self.cognigy(&observed.inputs, sources, &api)? {
            Ok(cognigy) => Some(cognigy.login(organization).await),
            Err(_) => None,
        }
    }

    async fn account(
        &self,
        spec: &IdentityProviderConfigSpec,
        inputs: &Inputs,
        sources: &Sources,
    ) -> Option<Result<Account, CallFault>> {
        match self.cognigy(inputs, sources, &ApiUrl::parse(&spec.cognigy.api_url))? {
            Ok(cognigy) => Some(cognigy.me().await),
            Err(fault) => Some(Err(fault)),
        }
    }

    /// Cognigy.AI as this resource reaches it; `None` while the key or the CA bundle is missing.
    pub(crate) fn cognigy<'a>(
        &'a self,
        inputs: &'a Inputs,
        sources: &'a Sources,
        api: &'a Result<ApiUrl, UrlFault>,
    ) -> Option<Result<Cognigy<'a>, CallFault>> {
        let (Ok(api_key), Ok(api), Ok(ca)) = (&inputs.api_key, api, &sources.cognigy_ca) else { return None };
        Some(Cognigy::new(&self.egress, &self.claim, &self.hosts, &self.limits, api, ca.as_ref(), api_key))
    }

    async fn provider(
        &self,
        spec: &IdentityProviderConfigSpec,
        sources: &Sources,
        fresh: bool,
    ) -> Option<Arc<Result<Provider, ProviderFault>>> {
        let oidc = spec.oidc.as_ref()?;
        let Ok(ca) = &sources.provider_ca else { return None };
        let issuer = match Issuer::parse(&oidc.issuer) {
            Ok(issuer) => issuer,
            Err(problem) => return Some(Arc::new(Err(ProviderFault::InvalidIssuer { problem: problem.to_string() }))),
        };
        Some(self.providers.get(&self.egress, &issuer, ca.as_ref(), spec.interval(), fresh).await)
    }
}

fn nothing() -> Observed {
    Observed {
        inputs: Inputs::unread(),
        account: None,
        provider: None,
        login: None,
        known_unchanged: false,
        already_configured: false,
        reset: false,
    }
}
