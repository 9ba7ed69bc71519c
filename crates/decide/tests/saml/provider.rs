//! An identity provider as a test wants it.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeySource};
use cognigy_sso_decide::{Certificate, Metadata, Observed};
use serde_json::json;

use crate::support::SAML;
use crate::support::metadata;
use crate::support::strategy::saml;

/// The metadata says this.
pub fn describe(observed: &mut Observed, change: impl FnOnce(&mut Metadata)) {
    observed.metadata = Some(Arc::new(Ok(metadata(change))));
}

/// This certificate is declared.
pub fn pin(observed: &mut Observed, certificate: Certificate) {
    observed.inputs.saml.certificate = Some(Ok(certificate));
}

/// The endpoint is declared and the certificate named, and there is no metadata.
pub fn by_endpoint(spec: &mut IdentityProviderConfigSpec) {
    let saml = saml(spec);
    (saml.metadata_url, saml.login_endpoint) = (None, Some(SAML.endpoint.to_owned()));
    saml.certificate = Some(source());
}

pub fn source() -> KeySource {
    serde_json::from_value(json!({ "configMapRef": { "name": "acme-saml", "key": "certificate" } })).unwrap()
}
