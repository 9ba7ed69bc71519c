//! Builders for the resource.

use cognigy_sso_api::{IdentityProviderConfig, Reason};
use serde_json::{Value, json};

use crate::strategy::{self, PART, SECRET_KEY, SECRET_NAME, SECRET_REF};

/// The organization that [`API_KEY`] belongs to.
pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
pub const API_KEY: &str = "api-key-canary-7f31";
/// The name of the value in the provider's Secret; tests look for it where it must not be.
pub const SECRET: &str = "client-secret-canary-9a42";

/// A resource to be.
#[derive(Clone)]
pub struct Idp(Value);

impl Idp {
    /// One that refers to the Secrets and the CA of a world.
    pub fn new(name: &str, api_url: &str, address: &str) -> Self {
        let ca = json!({ "configMapRef": { "name": "ca", "key": "ca.crt" } });
        let secret = json!({ "name": SECRET_NAME, "key": SECRET_KEY });
        let idp = Self(json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": { "name": name },
            "spec": {
                "cognigy": { "apiUrl": api_url, "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" }, "caBundle": ca },
                (PART): strategy::part(address),
            },
        }));
        idp.declaring(json!({ (SECRET_REF): secret, "caBundle": ca }))
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

    /// The same with these members in what declares the provider.
    #[must_use]
    pub fn declaring(mut self, members: Value) -> Self {
        let Value::Object(members) = members else { panic!("no members: {members}") };
        self.0["spec"][PART].as_object_mut().expect("a provider is declared").extend(members);
        self
    }

    /// The same with another Secret for the provider.
    #[must_use]
    pub fn with_secret(self, name: &str) -> Self {
        self.declaring(json!({ (SECRET_REF): { "name": name, "key": SECRET_KEY } }))
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

/// A patch of these members of what declares the provider.
pub fn declared(members: &Value) -> Value {
    json!({ "spec": { (PART): members } })
}

/// The field in what declares the provider, as messages name it.
pub fn field(member: &str) -> String {
    format!("spec.{PART}.{member}")
}

/// A mistake in what is declared, and what is said of it.
pub struct Mistake {
    pub wrong: Value,
    pub right: Value,
    pub reason: Reason,
    /// The check of `verify` that finds it.
    pub check: &'static str,
    pub advice: String,
}
