//! Builders for the resource.

use cognigy_sso_api::IdentityProviderConfig;
use serde_json::{Value, json};

/// The organization that [`API_KEY`] belongs to.
pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
pub const API_KEY: &str = "api-key-canary-7f31";
/// The client secret; tests look for it where it must not be.
pub const SECRET: &str = "client-secret-canary-9a42";

/// A resource to be.
#[derive(Clone)]
pub struct Idp(Value);

impl Idp {
    /// One that refers to the Secrets and the CA of a world.
    pub fn new(name: &str, api_url: &str, issuer: &str) -> Self {
        let ca = json!({ "configMapRef": { "name": "ca", "key": "ca.crt" } });
        Self(json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": { "name": name },
            "spec": {
                "cognigy": { "apiUrl": api_url, "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" }, "caBundle": ca },
                "oidc": {
                    "issuer": issuer,
                    "clientId": "acme",
                    "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
                    "caBundle": ca,
                },
            },
        }))
    }

    /// The same with a part of it changed: a JSON pointer and its new value; null takes it out.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, member) = pointer.rsplit_once('/').expect("a JSON pointer");
        let mut parts = &mut self.0;
        for part in parent.split('/').skip(1) {
            parts = &mut parts[part];
        }
        parts[member] = value;
        self
    }

    /// The same with a part of it made from what it was.
    #[must_use]
    pub fn edit(self, pointer: &str, change: impl FnOnce(&Value) -> Value) -> Self {
        let value = change(self.0.pointer(pointer).expect("a part of it"));
        self.with(pointer, value)
    }

    /// As a person writes it, without what the API server fills in.
    pub fn written(self) -> Value {
        self.0
    }

    pub fn build(self) -> IdentityProviderConfig {
        serde_json::from_value(self.0).expect("a resource")
    }
}
