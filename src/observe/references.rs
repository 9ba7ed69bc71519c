//! What a resource refers to.

use std::collections::BTreeSet;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeyRef, KeySource, Oidc, Saml};
use cognigy_sso_decide::ObjectKind;

/// Which objects a resource refers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References(pub(crate) BTreeSet<(ObjectKind, Box<str>)>);

impl References {
    pub(crate) fn of(spec: &IdentityProviderConfigSpec) -> Self {
        Self(keys(spec).map(|(kind, key)| (kind, key.name.as_str().into())).collect())
    }
}

/// Every key that a resource refers to.
pub(super) fn keys(spec: &IdentityProviderConfigSpec) -> impl Iterator<Item = (ObjectKind, &KeyRef)> {
    let (oidc, saml) = (spec.oidc.as_ref(), spec.saml.as_deref());
    let secrets = std::iter::once(&spec.cognigy.api_key_secret_ref)
        .chain(oidc.into_iter().flat_map(secrets_of_oidc))
        .chain(saml.and_then(|saml| saml.decryption_private_key_secret_ref.as_ref()));
    let sources = [spec.cognigy.ca_bundle.as_ref(), oidc.and_then(|oidc| oidc.ca_bundle.as_ref())];
    let sources = sources.into_iter().chain(saml.into_iter().flat_map(sources_of_saml)).flatten();
    secrets.map(|key| (ObjectKind::Secret, key)).chain(sources.filter_map(target))
}

/// The Secrets that the configuration is made from, in the order of their names.
pub(super) fn secrets(spec: &IdentityProviderConfigSpec) -> BTreeSet<&str> {
    let bundles = [
        spec.cognigy.ca_bundle.as_ref(),
        spec.oidc.as_ref().and_then(|oidc| oidc.ca_bundle.as_ref()),
        spec.saml.as_ref().and_then(|saml| saml.ca_bundle.as_ref()),
    ];
    let is_bundle = |key: &KeyRef| bundles.into_iter().flatten().any(|source| source.secret_ref.as_ref() == Some(key));
    let secrets = keys(spec).filter(|(kind, key)| *kind == ObjectKind::Secret && !is_bundle(key));
    secrets.map(|(_, key)| key.name.as_str()).collect()
}

fn secrets_of_oidc(oidc: &Oidc) -> impl Iterator<Item = &KeyRef> {
    oidc.client_id_secret_ref.iter().chain([&oidc.client_secret_ref])
}

fn sources_of_saml(saml: &Saml) -> [Option<&KeySource>; 4] {
    [&saml.certificate, &saml.metadata_ref, &saml.metadata_certificate, &saml.ca_bundle].map(Option::as_ref)
}

/// What a source names.
pub(super) fn target(source: &KeySource) -> Option<(ObjectKind, &KeyRef)> {
    let secret = source.secret_ref.as_ref().map(|key| (ObjectKind::Secret, key));
    secret.or_else(|| source.config_map_ref.as_ref().map(|key| (ObjectKind::ConfigMap, key)))
}
