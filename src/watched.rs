//! Resources as they come from the API server, and what is kept of them.

#[cfg(test)]
mod fuzz;

use cognigy_sso_api::{
    FINALIZER, IdentityProviderConfig, IdentityProviderConfigSpec, IdentityProviderConfigStatus, RECONCILE_REQUESTED_AT,
};
use cognigy_sso_decide::Resource;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// The longest text of an annotation or a decoding error that is kept, in bytes.
const LONGEST_TEXT: usize = 512;

/// An `IdentityProviderConfig` of which every part is decoded on its own, so that one that cannot be read stops no other.
#[derive(kube::Resource, Clone, Debug, Deserialize)]
#[resource(inherit = "IdentityProviderConfig")]
pub(crate) struct Watched {
    metadata: ObjectMeta,
    #[serde(default = "Part::absent")]
    spec: Part<IdentityProviderConfigSpec>,
    #[serde(default = "Part::absent")]
    status: Part<IdentityProviderConfigStatus>,
}

/// A part of an object, or why it cannot be read.
#[derive(Clone, Debug)]
struct Part<T>(Result<Box<T>, Box<str>>);

impl<T> Part<T> {
    fn absent() -> Self {
        Self(Err("it is missing".into()))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).map(Box::new).map_err(|error| cut(&error.to_string()))))
    }
}

/// Text from outside as it is kept and repeated: bounded.
fn cut(text: &str) -> Box<str> {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default().into()
}

impl From<Watched> for Resource {
    fn from(watched: Watched) -> Self {
        let meta = watched.metadata;
        let has_finalizer = |finalizers: &Vec<String>| finalizers.iter().any(|finalizer| finalizer == FINALIZER);
        Self {
            namespace: meta.namespace.unwrap_or_default().into(),
            name: meta.name.unwrap_or_default().into(),
            uid: meta.uid.unwrap_or_default().into(),
            generation: meta.generation.unwrap_or_default(),
            resource_version: meta.resource_version.and_then(|version| version.parse().ok()).unwrap_or_default(),
            created: meta.creation_timestamp.map(|created| created.0).unwrap_or_default(),
            deleting: meta.deletion_timestamp.is_some(),
            finalizer: meta.finalizers.as_ref().is_some_and(has_finalizer),
            requested_at: meta
                .annotations
                .and_then(|annotations| annotations.get(RECONCILE_REQUESTED_AT).map(|asked| cut(asked))),
            spec: watched.spec.0,
            status: watched.status.0.map(|status| *status).unwrap_or_default(),
        }
    }
}

impl Watched {
    /// Namespace and name.
    pub(crate) fn key(&self) -> Key {
        let meta = self.meta();
        Key {
            namespace: meta.namespace.as_deref().unwrap_or_default().into(),
            name: meta.name.as_deref().unwrap_or_default().into(),
        }
    }
}

/// Namespace and name of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) namespace: Box<str>,
    pub(crate) name: Box<str>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_that_cannot_be_read_spoils_no_other() {
        let object = json!({
            "metadata": { "namespace": "sso", "name": "acme", "generation": 3, "resourceVersion": "42" },
            "spec": { "cognigy": 7 },
            "status": { "observedGeneration": 2, "conditions": [{ "type": "Ready", "reason": "FromTheFuture",
                "status": "True", "observedGeneration": 2, "lastTransitionTime": "2026-01-01T00:00:00Z", "message": "" }] },
        });
        let resource = Resource::from(serde_json::from_value::<Watched>(object).unwrap());
        assert!(resource.spec.unwrap_err().contains("invalid type"));
        assert_eq!((resource.resource_version, resource.status.observed_generation), (42, 2));
        assert_eq!(resource.status.conditions[0].reason, cognigy_sso_api::Reason::Other);
    }

    #[test]
    fn a_status_of_another_version_keeps_what_was_applied() {
        let status = json!({
            "observedGeneration": 2,
            "conditions": [{ "type": "FromTheFuture", "status": "True" }],
            "applied": { "time": "2026-01-01T00:00:00Z", "generation": 2, "fingerprint": "x" },
            "pending": { "operation": "FromTheFuture", "time": "2026-01-01T00:00:00Z" },
        });
        let object = json!({ "metadata": { "name": "acme" }, "spec": {}, "status": status });
        let status = Resource::from(serde_json::from_value::<Watched>(object).unwrap()).status;
        assert!(status.applied.is_some() && status.conditions.is_empty());
        assert_eq!(status.pending.unwrap().operation, cognigy_sso_api::Operation::Replace);
    }
}
