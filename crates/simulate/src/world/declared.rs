//! What resources declare: by it is known whose the configuration is that an organization has, and how new it is.

use cognigy_sso_api::IdentityProviderConfigSpec;
use cognigy_sso_decide::Desired;
use secrecy::ExposeSecret;

use super::{SECRET_KEY, World, sign_in_secret};
use crate::history::{Edition, Holding};
use crate::operator::{usable_key, usable_text};
use crate::saml::applied;
use crate::strategy::Strategy;

/// What a resource has declared so far.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    pub(super) specs: Vec<IdentityProviderConfigSpec>,
    pub(super) secrets: Vec<String>,
    pub(super) organization: Box<str>,
}

impl World {
    /// Notes what a resource declares now.
    pub(super) fn note_editions(&self, name: &str) {
        let mut declared = self.declared.borrow_mut();
        let declared = declared.entry(name.into()).or_default();
        let kubernetes = self.kubernetes.borrow();
        let Some(Ok(spec)) = kubernetes.resource(name).map(|resource| &resource.spec) else { return };
        if declared.specs.last() != Some(spec) {
            declared.specs.push((**spec).clone());
        }
        let value = kubernetes.secret(&sign_in_secret(name)).and_then(|secret| secret.data.get(SECRET_KEY).cloned());
        let usable = match Strategy::of(spec) {
            Strategy::Oidc => usable_text,
            Strategy::Saml => usable_key,
        };
        if let Some(Ok(value)) = value.map(|bytes| usable(&bytes))
            && declared.secrets.last() != Some(&value)
        {
            declared.secrets.push(value);
        }
        self.register(name, declared);
    }

    /// Every set of a spec, a secret and a certificate that were ever declared or published is an edition: they change apart
    /// from each other.
    pub(super) fn register(&self, name: &str, declared: &Declared) {
        let mut editions = self.editions.borrow_mut();
        for (spec_number, spec) in (1..).zip(&declared.specs) {
            for (secret_number, secret) in (1..).zip(&declared.secrets) {
                for certificate in self.certificates_for(spec) {
                    let Some(body) = body(spec, secret, certificate, &declared.organization) else { continue };
                    let (spec, secret) = (spec_number, secret_number);
                    let edition = Edition { resource: name.into(), spec, secret, certificate };
                    editions.insert((declared.organization.clone(), body), edition);
                }
            }
        }
    }

    /// The numbers of the certificates that a configuration may hold; 0 for one that holds none.
    fn certificates_for(&self, spec: &IdentityProviderConfigSpec) -> std::ops::RangeInclusive<u32> {
        match Strategy::of(spec) {
            Strategy::Oidc => 0..=0,
            Strategy::Saml => 1..=self.certificates.get().newest,
        }
    }

    /// The configuration that a resource declares now.
    #[must_use]
    pub fn newest_edition(&self, name: &str) -> Option<Edition> {
        let declared = self.declared.borrow();
        let declared = declared.get(name)?;
        let spec = declared.specs.last()?;
        let certificate = *self.certificates_for(spec).end();
        let body = body(spec, declared.secrets.last()?, certificate, &declared.organization)?;
        self.editions.borrow().get(&(declared.organization.clone(), body)).cloned()
    }

    /// The organization of a resource.
    #[must_use]
    pub fn organization_declared(&self, name: &str) -> Box<str> {
        self.declared.borrow().get(name).map(|declared| declared.organization.clone()).unwrap_or_default()
    }

    /// What an organization has.
    #[must_use]
    pub fn holding(&self, organization: &str) -> Holding {
        let cognigy = self.cognigy.borrow();
        let held = cognigy.organizations.get(organization).and_then(|organization| organization.holds.clone());
        match held {
            None => Holding::Nothing,
            Some(body) => match self.editions.borrow().get(&(organization.into(), body)) {
                Some(edition) => Holding::Declared(edition.clone()),
                None => Holding::Strangers,
            },
        }
    }
}

fn body(spec: &IdentityProviderConfigSpec, secret: &str, certificate: u32, organization: &str) -> Option<Box<str>> {
    let (organization, host) = (organization.to_owned(), "api.cognigy.ai".to_owned());
    let desired = match (&spec.saml, &spec.oidc) {
        (Some(saml), _) => Desired::saml(saml, applied(saml, certificate), Some(secret.into()), organization, host),
        (None, Some(oidc)) => {
            let client_id = oidc.client_id.clone().unwrap_or_default();
            Desired::oidc(oidc, client_id, secret.into(), organization, host)
        }
        (None, None) => return None,
    };
    Some(desired.body().expose_secret().into())
}
