//! Objects that were given in files, as `kubectl apply -f` would read them. The YAML reader leaves copies of what it reads in
//! memory: only a program that soon ends reads files.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cognigy_sso_api::EXPIRES_AT;
use cognigy_sso_decide::{InputProblem, ObjectKind};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use zeroize::Zeroizing;

use super::objects::Object;
use super::unknown::unknown_field;
use crate::watched::Watched;

/// The most files' worth of text that is read, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// Secrets and ConfigMaps by kind and name. One without a namespace is of every namespace, as files that kustomize puts into
/// one have it.
#[derive(Default)]
pub(crate) struct Given(Vec<(ObjectKind, Document)>);

/// Where a text is wrong. What it says is not repeated: it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Where the reader stopped, counted from 1, as far as it knows.
    pub(crate) line: Option<u64>,
    pub(crate) what: &'static str,
}

/// Any object, as far as it is looked at.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    spec: Value,
    #[serde(default, rename = "type")]
    r#type: Option<String>,
    #[serde(default)]
    data: Values,
    #[serde(default)]
    string_data: Values,
    #[serde(default)]
    binary_data: Values,
    #[serde(default)]
    items: Vec<Document>,
}

impl Given {
    /// Takes what a text holds: the resources are answered, Secrets and ConfigMaps are kept, all else is passed over.
    ///
    /// # Errors
    /// Where the text is no YAML or JSON, or an object cannot be read.
    pub(crate) fn take(&mut self, text: &str) -> Result<Vec<Watched>, Unreadable> {
        if text.len() > LARGEST {
            return Err(Unreadable { line: None, what: "is larger than 16 MiB" });
        }
        let documents = serde_saphyr::from_multiple::<Option<Document>>(text).map_err(|error| {
            let line = error.location().map(|location| location.line());
            Unreadable { line, what: "cannot be read as YAML of Kubernetes objects" }
        })?;
        let mut resources = Vec::new();
        for document in documents.into_iter().flatten() {
            self.sort(document, &mut resources)?;
        }
        Ok(resources)
    }

    /// Takes one value of a Secret that is given otherwise than in a file. It is of every namespace.
    pub(crate) fn take_value(&mut self, secret: &str, key: &str, value: String) {
        let document = Document {
            metadata: serde_json::json!({ "name": secret }),
            string_data: Values(BTreeMap::from([(key.to_owned(), Zeroizing::new(value))])),
            ..Document::default()
        };
        self.0.push((ObjectKind::Secret, document));
    }

    fn sort(&mut self, document: Document, resources: &mut Vec<Watched>) -> Result<(), Unreadable> {
        match (document.api_version.as_str(), document.kind.as_str()) {
            ("v1", "Secret") => self.0.push((ObjectKind::Secret, document)),
            ("v1", "ConfigMap") => self.0.push((ObjectKind::ConfigMap, document)),
            ("v1", "List") => {
                for item in document.items {
                    self.sort(item, resources)?;
                }
            }
            (version, "IdentityProviderConfig") if version.starts_with("sso.cognigy.ai/") => {
                let object = serde_json::json!({ "metadata": document.metadata, "spec": &document.spec });
                let unreadable =
                    Unreadable { line: None, what: "holds an IdentityProviderConfig without usable metadata" };
                let mut resource: Watched = serde_json::from_value(object).map_err(|_| unreadable)?;
                if let Some(path) = unknown_field(&document.spec) {
                    resource.refuse(&format!("there is no field {path}"));
                }
                resources.push(resource);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn read(
        &self,
        kind: ObjectKind,
        namespace: &str,
        name: &str,
        keys: &BTreeSet<&str>,
    ) -> Result<Object, InputProblem> {
        let is_it = |document: &Document| document.meta("name") == Some(name) && document.is_in(namespace);
        let found = self.0.iter().filter(|(of, document)| *of == kind && is_it(document));
        let objects = found.map(|(_, document)| document.object(kind, keys));
        // What is given later adds to what was given before, and takes its place.
        let together = |one: Object, other: Object| Object {
            r#type: other.r#type.or(one.r#type),
            data: one.data.into_iter().chain(other.data).collect(),
            ..one
        };
        objects.reduce(together).ok_or(InputProblem::NotGiven)
    }
}

impl Document {
    fn meta(&self, member: &str) -> Option<&str> {
        self.metadata.get(member)?.as_str()
    }

    fn expires_at(&self) -> Option<Box<str>> {
        self.metadata.get("annotations")?.get(EXPIRES_AT)?.as_str().map(Into::into)
    }

    fn is_in(&self, namespace: &str) -> bool {
        self.meta("namespace").is_none_or(|its| its == namespace)
    }

    /// As the API server would have it: `stringData` and `data` of a ConfigMap as they are, the rest from base64.
    fn object(&self, kind: ObjectKind, keys: &BTreeSet<&str>) -> Object {
        let (plain, coded) = match kind {
            ObjectKind::Secret => (&self.string_data, &self.data),
            ObjectKind::ConfigMap => (&self.data, &self.binary_data),
        };
        let wanted = |(key, _): &(&String, &Zeroizing<String>)| keys.contains(key.as_str());
        let coded = coded.0.iter().filter(wanted).filter_map(|(key, text)| Some((key.clone(), decode(text)?)));
        let plain = plain.0.iter().filter(wanted);
        let plain = plain.map(|(key, text)| (key.clone(), Zeroizing::new(text.as_bytes().to_vec())));
        Object {
            uid: String::new(),
            resource_version: String::new(),
            expires_at: self.expires_at(),
            r#type: self.r#type.clone(),
            data: coded.chain(plain).collect(),
        }
    }
}

/// Line breaks within base64 are passed over, as Kubernetes does.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut compact = Zeroizing::new(Vec::with_capacity(text.len()));
    compact.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut value = Zeroizing::new(Vec::with_capacity(base64::decoded_len_estimate(compact.len())));
    BASE64_STANDARD.decode_vec(compact.as_slice(), &mut value).ok()?;
    Some(value)
}

/// Texts by key. What is no text is passed over: objects of other kinds have members of the same names.
#[derive(Default, Deserialize)]
#[serde(from = "Loose")]
struct Values(BTreeMap<String, Zeroizing<String>>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Texts(BTreeMap<String, Text>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Other(IgnoredAny),
}

impl From<Loose> for Values {
    fn from(loose: Loose) -> Self {
        let texts = match loose {
            Loose::Texts(texts) => texts,
            Loose::Other(IgnoredAny) => BTreeMap::new(),
        };
        let text = |(key, text)| match text {
            Text::Text(text) => Some((key, Zeroizing::new(text))),
            Text::Other(IgnoredAny) => None,
        };
        Self(texts.into_iter().filter_map(text).collect())
    }
}

#[cfg(test)]
mod tests {
    use cognigy_sso_decide::Resource;

    use super::*;

    fn read(given: &Given, namespace: &str, name: &str, key: &str) -> Result<Option<Vec<u8>>, InputProblem> {
        let object = given.read(ObjectKind::Secret, namespace, name, &BTreeSet::from([key]))?;
        Ok(object.data.get(key).map(|value| value.to_vec()))
    }

    #[test]
    fn secrets_are_read_as_the_api_server_would() {
        let mut given = Given::default();
        let text = r#"
# a comment
---
apiVersion: v1
kind: Secret
metadata: {name: plain}
stringData: {clientSecret: "s3cret"}
---
apiVersion: v1
kind: Secret
metadata: {name: coded, namespace: sso}
data:
  clientSecret: |
    czNj
    cmV0
  broken: "not base64!"
---
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "listed"}, "stringData": {"clientSecret": "s3cret"}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec: {template: {}}
data: [1, {a: b}]
"#;
        assert!(given.take(text).unwrap().is_empty());
        for name in ["plain", "coded", "listed"] {
            assert_eq!(read(&given, "sso", name, "clientSecret"), Ok(Some(b"s3cret".to_vec())), "{name}");
        }
        assert_eq!(read(&given, "sso", "coded", "broken"), Ok(None));
        assert_eq!(read(&given, "other", "coded", "clientSecret"), Err(InputProblem::NotGiven));
        assert_eq!(read(&given, "other", "plain", "clientSecret"), Ok(Some(b"s3cret".to_vec())), "of every namespace");
        assert_eq!(read(&given, "sso", "other", "clientSecret"), Err(InputProblem::NotGiven));
    }

    #[test]
    fn a_value_that_is_given_by_itself_adds_to_what_is_in_files() {
        let mut given = Given::default();
        given
            .take("{apiVersion: v1, kind: Secret, metadata: {name: acme}, stringData: {id: a, clientSecret: b}}")
            .unwrap();
        given.take_value("acme", "clientSecret", "s3cret".to_owned());
        assert_eq!(read(&given, "sso", "acme", "id"), Ok(Some(b"a".to_vec())));
        assert_eq!(read(&given, "sso", "acme", "clientSecret"), Ok(Some(b"s3cret".to_vec())));
    }

    #[test]
    fn a_secret_keeps_its_type_and_is_no_config_map() {
        let mut given = Given::default();
        given
            .take(
                "{apiVersion: v1, kind: Secret, metadata: {name: acme}, type: helm.sh/release.v1, stringData: {a: b}}",
            )
            .unwrap();
        given.take("{apiVersion: v1, kind: ConfigMap, metadata: {name: plain}, data: {a: b}}").unwrap();
        given.take_value("acme", "clientSecret", "s3cret".to_owned());
        let object = given.read(ObjectKind::Secret, "sso", "acme", &BTreeSet::from(["a"])).ok().unwrap();
        assert_eq!(object.r#type.as_deref(), Some("helm.sh/release.v1"), "it decides whether it may be used");
        assert_eq!(read(&given, "sso", "plain", "a"), Err(InputProblem::NotGiven));
        assert!(given.read(ObjectKind::ConfigMap, "sso", "plain", &BTreeSet::from(["a"])).is_ok());
    }

    #[test]
    fn what_is_larger_than_any_manifest_is_not_read() {
        let text = format!("# {}", "x".repeat(LARGEST));
        assert_eq!(Given::default().take(&text).err().unwrap().what, "is larger than 16 MiB");
    }

    #[test]
    fn resources_are_taken_and_what_is_wrong_with_one_is_kept() {
        let mut given = Given::default();
        let text = "
apiVersion: sso.cognigy.ai/v1alpha1
kind: IdentityProviderConfig
metadata: {name: acme, namespace: sso}
spec: {cognigy: 7}
";
        let resource: Resource = given.take(text).unwrap().remove(0).into();
        assert_eq!((&*resource.name, &*resource.namespace), ("acme", "sso"));
        assert!(resource.spec.is_err());
    }

    #[test]
    fn what_is_no_yaml_is_told_by_its_place_and_not_shown() {
        for text in ["a: [s3cret", "kind: Secret\nstringData: {a: s3cret\n", "\t- s3cret", "kind: [s3cret]"] {
            let unreadable = Given::default().take(text).err().unwrap();
            assert!(!format!("{unreadable:?}").contains("s3cret"), "{unreadable:?}");
            assert!(unreadable.line.is_some(), "{text}: {unreadable:?}");
        }
    }
}
