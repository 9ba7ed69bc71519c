//! Reads only. What failed to be read is a fault that says so, never taken for absent.

#[cfg(test)]
mod fuzz;
mod given;
mod held;
mod inputs;
mod leaving;
mod objects;
mod organization;
mod reader;
mod references;
mod secrets;
#[cfg(test)]
mod tests;
mod unknown;

use std::sync::Arc;

use cognigy_sso_api::{ApiUrl, Endpoint, IdentityProviderConfigSpec, Issuer, UrlFault};
use cognigy_sso_decide::{
    CallFault, InputFault, Inputs, Metadata, Observed, Provider, ProviderFault, Resource, Trial, encoding_matters,
    is_doubted,
};
use secrecy::SecretString;

use crate::clock;
use crate::cognigy::{Cognigy, HostPattern, Limits};
use crate::egress::Egress;
use crate::lease::Claim;
use crate::metrics::Found;
use crate::openid::{self, Providers, Trials};
use crate::organizations::{Organizations, Turn};
use crate::saml::IdentityProviders;
use crate::shards::Shards;

pub(crate) use given::Given;
pub(crate) use inputs::Sources;
pub(crate) use leaving::Keepsake;
pub(crate) use reader::{Floors, Reader};
pub(crate) use references::References;

/// All that observing needs.
pub(crate) struct Observer {
    pub(crate) reader: Reader,
    pub(crate) egress: Arc<Egress>,
    /// What a change is made under that follows from what is observed.
    pub(crate) claim: Claim,
    pub(crate) hosts: Vec<HostPattern>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) providers: Providers,
    pub(crate) identity_providers: IdentityProviders,
    pub(crate) trials: Trials,
    pub(crate) organizations: Arc<Organizations>,
    pub(crate) shards: Shards,
}

/// What a provider publishes, by either way of signing in.
#[derive(Default)]
struct Published {
    provider: Option<Arc<Result<Provider, ProviderFault>>>,
    metadata: Option<Arc<Result<Metadata, ProviderFault>>>,
    /// Was it held already?
    held: bool,
}

/// What was observed, with what it was read by: the same authorities serve the change that may follow.
pub(crate) struct Observation {
    pub(crate) observed: Observed,
    pub(crate) sources: Sources,
    /// Held to the visit's end: what was seen of the organization stays true so long, as far as we change it.
    pub(crate) turn: Option<Turn>,
}

impl Observation {
    /// Nothing was read, since nothing needs it.
    fn nothing() -> Self {
        Self { observed: Observed::nothing(), sources: Sources::default(), turn: None }
    }
}

impl Observer {
    /// Reads all that planning this resource needs. `fresh` asks the provider anew, whatever was read lately.
    pub(crate) async fn observe(
        &self,
        resource: &Resource,
        fresh: bool,
        keepsake: Option<&Keepsake>,
        floors: &Floors,
    ) -> Observation {
        let spec = resource.spec.as_deref().ok().filter(|_| resource.needs_observation());
        let Some(spec) = spec else {
            return Observation::nothing();
        };
        let keepsake = keepsake.filter(|_| resource.deleting);
        if let Some(keepsake) = keepsake
            && let Some(observation) = Box::pin(self.leaving(resource, spec, keepsake, floors)).await
        {
            return observation;
        }
        let (mut inputs, mut sources) = self.inputs(&resource.namespace, spec, floors).await;
        if let Some(keepsake) = keepsake {
            keepsake.recall(&mut inputs, &mut sources);
        }
        let mut observed = Observed { inputs, ..Observed::nothing() };
        let published = async {
            if resource.deleting { Published::default() } else { self.published(spec, &sources, fresh).await }
        };
        let organization = self.organization(resource, spec, &mut observed, &sources);
        let (turn, published) = futures::join!(organization, published);
        (observed.provider, observed.metadata) = (published.provider, published.metadata);
        if published.held && is_doubted(resource, &observed, clock::now()) {
            // It may be otherwise by now. Once a visit is enough: what is held again after that was read just now.
            let published = self.published(spec, &sources, true).await;
            (observed.provider, observed.metadata) = (published.provider, published.metadata);
        }
        Observation { observed, sources, turn }
    }

    /// Reads what planning needs of the provider, and asks nothing of Cognigy.AI: no API key is needed.
    pub(crate) async fn observe_provider(&self, resource: &Resource) -> Observation {
        let Some(spec) = resource.spec.as_deref().ok().filter(|_| resource.needs_observation()) else {
            return Observation::nothing();
        };
        let (inputs, sources) = self.inputs(&resource.namespace, spec, &Floors::default()).await;
        let authorities = sources.provider_ca.as_ref().err().cloned().into_iter().collect();
        let inputs = Inputs { api_key: Ok(SecretString::default()), authorities, ..inputs };
        let Published { provider, metadata, .. } = self.published(spec, &sources, false).await;
        Observation { observed: Observed { inputs, provider, metadata, ..Observed::nothing() }, sources, turn: None }
    }

    /// The values that a resource refers to.
    pub(crate) async fn inputs(
        &self,
        namespace: &str,
        spec: &IdentityProviderConfigSpec,
        floors: &Floors,
    ) -> (Inputs, Sources) {
        inputs::read(&self.reader, namespace, spec, floors).await
    }

    /// Cognigy.AI as this resource reaches it; `None` while the key or the CA bundle is missing.
    pub(crate) fn cognigy<'a>(
        &'a self,
        api_key: &'a Result<SecretString, InputFault>,
        sources: &'a Sources,
        api: &'a Result<ApiUrl, UrlFault>,
    ) -> Option<Result<Cognigy<'a>, CallFault>> {
        let (Ok(api_key), Ok(api), Ok(ca)) = (api_key, api, &sources.cognigy_ca) else { return None };
        Some(Cognigy::new(&self.egress, &self.claim, &self.hosts, &self.limits, api, ca.as_ref(), api_key))
    }

    /// Tries the client at its provider; `None` while its id or what the provider publishes is not known. `fresh` tries it anew,
    /// whatever was found lately.
    pub(crate) async fn try_client(
        &self,
        resource: &Resource,
        observed: &Observed,
        sources: &Sources,
        fresh: bool,
    ) -> Option<Trial> {
        let spec = resource.spec.as_ref().ok()?;
        let oidc = spec.oidc.as_ref()?;
        let callback = observed.organization(resource).and_then(|organization| spec.cognigy.callback(organization));
        let client = openid::Client {
            oidc,
            provider: observed.provider.as_deref()?.as_ref().ok()?,
            ca: sources.provider_ca.as_ref().ok()?.as_ref(),
            id: observed.inputs.client_id.as_ref().ok()?,
            secret: observed.inputs.client_secret.as_ref().ok(),
            callback: callback.as_deref(),
            encoding_matters: encoding_matters(oidc.token_endpoint_auth_method, &observed.inputs),
        };
        Some(openid::try_client(&self.egress, &self.trials, &client, fresh).await)
    }

    /// What the provider publishes, by the strategy that is declared.
    async fn published(&self, spec: &IdentityProviderConfigSpec, sources: &Sources, fresh: bool) -> Published {
        let published = if spec.saml.is_some() {
            Box::pin(self.metadata(spec, sources, fresh)).await
        } else {
            Box::pin(self.provider(spec, sources, fresh)).await
        };
        published.unwrap_or_default()
    }

    async fn metadata(&self, spec: &IdentityProviderConfigSpec, sources: &Sources, fresh: bool) -> Option<Published> {
        let Some(url) = &spec.saml.as_ref()?.metadata_url else {
            return Some(Published { metadata: sources.metadata.clone(), ..Published::default() });
        };
        let (Ok(ca), Some(reading)) = (&sources.provider_ca, &sources.reading) else { return None };
        // What is no URL was refused before.
        let url = Endpoint::parse(url).ok()?;
        let (metadata, found) =
            self.identity_providers.get(&self.egress, &url, ca.as_ref(), reading, spec.interval(), fresh).await;
        Some(Published { metadata: Some(metadata), held: found == Found::Hit, ..Published::default() })
    }

    async fn provider(&self, spec: &IdentityProviderConfigSpec, sources: &Sources, fresh: bool) -> Option<Published> {
        let oidc = spec.oidc.as_ref()?;
        let Ok(ca) = &sources.provider_ca else { return None };
        let issuer = match Issuer::parse(&oidc.issuer) {
            Ok(issuer) => issuer,
            Err(problem) => {
                let fault = ProviderFault::InvalidIssuer { problem: problem.to_string() };
                return Some(Published { provider: Some(Arc::new(Err(fault))), ..Published::default() });
            }
        };
        let (provider, found) = self.providers.get(&self.egress, &issuer, ca.as_ref(), spec.interval(), fresh).await;
        Some(Published { provider: Some(provider), held: found == Found::Hit, ..Published::default() })
    }
}
