//! Objects as they come from the API server, and what is kept of them.
//!
//! Users write a part of what they are made of, and the API server keeps what this program's types do not know: a time in
//! `metadata.managedFields` that no calendar here has made a whole list unreadable. So what is not used is not decoded, and
//! what is used, each part on its own.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

#[cfg(test)]
mod fuzz;

use cognigy_sso_api::{
    FINALIZER, GROUP, IdentityProviderConfig, IdentityProviderConfigSpec, IdentityProviderConfigStatus,
    RECONCILE_REQUESTED_AT,
};
use cognigy_sso_decide::Resource;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::Resource as _;
use serde::de::{self, DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The longest text of an annotation or a decoding error that is kept, in bytes.
const LONGEST_TEXT: usize = 512;

/// An `IdentityProviderConfig` of which every part is decoded on its own, so that one that cannot be read stops no other.
#[derive(kube::Resource, Clone, Debug, Deserialize)]
#[resource(inherit = "IdentityProviderConfig")]
pub(crate) struct Watched {
    #[serde(default, deserialize_with = "lean")]
    metadata: ObjectMeta,
    #[serde(default = "Part::absent")]
    spec: Part<IdentityProviderConfigSpec>,
    #[serde(default = "Part::absent")]
    status: Part<IdentityProviderConfigStatus>,
}

/// An object of kind `K`, of which the API server sends the metadata alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Outline<K> {
    #[serde(default, deserialize_with = "lean")]
    pub(crate) metadata: ObjectMeta,
    #[serde(skip)]
    kind: PhantomData<K>,
}

impl<K: kube::Resource> kube::Resource for Outline<K> {
    type DynamicType = K::DynamicType;
    type Scope = K::Scope;

    fn metadata_api() -> bool {
        true
    }

    fn kind(of: &K::DynamicType) -> std::borrow::Cow<'_, str> {
        K::kind(of)
    }

    fn group(of: &K::DynamicType) -> std::borrow::Cow<'_, str> {
        K::group(of)
    }

    fn version(of: &K::DynamicType) -> std::borrow::Cow<'_, str> {
        K::version(of)
    }

    fn plural(of: &K::DynamicType) -> std::borrow::Cow<'_, str> {
        K::plural(of)
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

/// The metadata that is used.
fn lean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ObjectMeta, D::Error> {
    let meta = Meta::deserialize(deserializer)?;
    Ok(ObjectMeta {
        namespace: meta.namespace.0,
        name: meta.name.0,
        uid: meta.uid.0,
        generation: meta.generation.0,
        resource_version: meta.resource_version.0,
        creation_timestamp: meta.creation_timestamp.0,
        // That there is one is what counts.
        deletion_timestamp: meta.deletion_timestamp.map(|_| Time(jiff::Timestamp::UNIX_EPOCH)),
        finalizers: meta.finalizers.0,
        annotations: Some(meta.annotations.0).filter(|annotations| !annotations.is_empty()),
        ..ObjectMeta::default()
    })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    namespace: Readable<String>,
    name: Readable<String>,
    uid: Readable<String>,
    generation: Readable<i64>,
    resource_version: Readable<String>,
    creation_timestamp: Readable<Time>,
    deletion_timestamp: Option<IgnoredAny>,
    finalizers: Readable<Vec<String>>,
    annotations: Annotations,
}

/// A value, if it can be read.
struct Readable<T>(Option<T>);

impl<T> Default for Readable<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).ok()))
    }
}

/// The operator's own annotations. Of others nothing is copied: `kubectl apply` leaves the values of a Secret in one.
#[derive(Default)]
pub(crate) struct Annotations(BTreeMap<String, String>);

impl Annotations {
    /// The value of one, if it is there and a text.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Own;

        impl<'de> Visitor<'de> for Own {
            type Value = Annotations;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("annotations")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Annotations, E> {
                Ok(Annotations::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
                let mut annotations = Annotations::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key.split('/').next() != Some(GROUP) {
                        map.next_value::<IgnoredAny>()?;
                    } else if let Readable(Some(value)) = map.next_value()? {
                        annotations.0.insert(key, value);
                    }
                }
                Ok(annotations)
            }
        }

        deserializer.deserialize_any(Own)
    }
}

/// A part of an object, or why it cannot be read. What may fail has to be taken as a text first, which can be had of an event of a
/// watch because the API server writes the type of an event before its object.
#[derive(Clone, Debug)]
struct Part<T>(Result<Box<T>, Box<str>>);

impl<T> Part<T> {
    fn absent() -> Self {
        Self(Err("it is missing".into()))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(text.get()).map(Box::new).map_err(|error| cut(&problem(&error)))))
    }
}

/// What is wrong, without the text that was found in a wrong place: it may be a secret. And without line and column, which are of
/// a text that nobody has seen.
fn problem(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let error = error.to_string();
    let error = error.strip_suffix(&place).unwrap_or(&error);
    match (error.split_once("string \""), error.rsplit_once("\", expected ")) {
        (Some((before, _)), Some((_, expected))) => format!("{before}string, expected {expected}"),
        _ => error.to_owned(),
    }
}

/// Text from outside as it is kept and repeated: bounded.
fn cut(text: &str) -> Box<str> {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default().into()
}

impl Watched {
    /// Takes a spec for one that cannot be read.
    pub(crate) fn refuse(&mut self, problem: &str) {
        self.spec = Part(Err(cut(problem)));
    }
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
        Key::new(meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default())
    }
}

/// Namespace and name of an object, in one text that all copies share: neither of them holds a slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(Arc<str>);

impl Key {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self([namespace, "/", name].concat().into())
    }

    pub(crate) fn namespace(&self) -> &str {
        self.0.split_once('/').unwrap_or_default().0
    }

    pub(crate) fn name(&self) -> &str {
        self.0.split_once('/').unwrap_or_default().1
    }
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
    fn a_secret_in_a_wrong_place_is_not_repeated() {
        for secret in ["s3cret", "s3cret\", expected s3cret", "string \"s3cret\\\""] {
            let cognigy = json!({ "apiUrl": "https://api.example", "apiKeySecretRef": secret });
            let object = json!({ "metadata": { "name": "acme" }, "spec": { "cognigy": cognigy } });
            let problem = Resource::from(serde_json::from_value::<Watched>(object).unwrap()).spec.unwrap_err();
            assert!(problem.starts_with("invalid type: string, expected ") && !problem.contains("s3cret"), "{problem}");
        }
    }

    /// Lesson: Argo Workflows CVE-2026-40886.
    #[test]
    fn metadata_that_is_not_used_or_cannot_be_read_spoils_nothing() {
        let strange = ["-0001-12-31T00:01:00Z", "9999-12-31T23:59:59Z", "soon"];
        for time in strange {
            let object = json!({ "metadata": {
                "namespace": "sso", "name": "acme", "uid": 7, "generation": "3", "resourceVersion": "42",
                "creationTimestamp": time, "deletionTimestamp": time, "finalizers": ["x", FINALIZER],
                "annotations": { RECONCILE_REQUESTED_AT: "now", "sso.cognigy.ai/x": 7, "other": { "not": "text" } },
                "managedFields": [{ "manager": "x", "time": time, "fieldsV1": 7 }], "ownerReferences": "none",
            } });
            let outline: Outline<IdentityProviderConfig> = serde_json::from_value(object.clone()).unwrap();
            assert_eq!(outline.metadata.resource_version.as_deref(), Some("42"));
            let resource = Resource::from(serde_json::from_value::<Watched>(object).unwrap());
            assert_eq!((&*resource.namespace, &*resource.name, resource.resource_version), ("sso", "acme", 42));
            assert!(resource.deleting && resource.finalizer);
            assert_eq!(resource.requested_at.as_deref(), Some("now"));
        }
    }

    /// Lesson: Argo CD CVE-2023-40029.
    #[test]
    fn only_our_own_annotations_are_kept() {
        let values = r#"{ "data": { "apiKey": "Y2FuYXJ5" } }"#;
        let annotations =
            json!({ "kubectl.kubernetes.io/last-applied-configuration": values, "sso.cognigy.ai/x": "y" });
        let object = json!({ "metadata": { "annotations": annotations } });
        let outline: Outline<IdentityProviderConfig> = serde_json::from_value(object).unwrap();
        let kept = outline.metadata.annotations.unwrap();
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("sso.cognigy.ai/x".to_owned(), "y".to_owned())]);
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
