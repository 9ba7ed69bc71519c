//! Reads Secrets, and leaves no value behind in memory: what comes is decoded where it lies, only the keys that are wanted,
//! and both are wiped.
//!
//! The Kubernetes client's own way of reading would leave four copies of each Secret, one of them with every key. Beyond
//! reach are the buffers of its connection (see [`crate::secret`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::pin;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cognigy_sso_api::EXPIRES_AT;
use cognigy_sso_decide::InputProblem;
use futures::AsyncBufReadExt;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{GetParams, ListParams, VersionMatch};
use kube::core::Request;
use kube::{Client, Resource};
use serde::de::{self, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::objects::{Object, is_foreign};
use crate::secret::Incoming;
use crate::selector::LabelSelector;
use crate::watched::Annotations;

/// Reads these keys of a Secret that is not older than `floor`, if the selector lets it be used.
pub(super) async fn read(
    client: &Client,
    selector: Option<&LabelSelector>,
    namespace: &str,
    name: &str,
    keys: &BTreeSet<&str>,
    floor: Option<u64>,
) -> Result<Object, InputProblem> {
    let floor = floor.map(|version| version.to_string());
    let request = Request::new(Secret::url_path(&(), Some(namespace)));
    let Some(selector) = selector else {
        let answer = ask(client, request.get(name, &GetParams { resource_version: floor })).await?;
        return Ok(decode::<Wire<'_>>(answer.as_slice())?.into_object(keys));
    };
    // The API server compares the labels, so that no value of another Secret ever comes here, not even between a look at the
    // labels and the reading. It takes the right to list, which the watch needs as well; a rule with resource names covers it,
    // since one name is asked for.
    let wanted = ListParams {
        version_match: floor.is_some().then_some(VersionMatch::NotOlderThan),
        resource_version: floor,
        ..ListParams::default().fields(&format!("metadata.name={name}")).labels(selector.as_str())
    };
    let answer = ask(client, request.list(&wanted)).await?;
    if let Some(found) = decode::<List<'_>>(answer.as_slice())?.items.pop() {
        return Ok(found.into_object(keys));
    }
    // Is it not there, or only without the labels? Its metadata tells, which no value comes with.
    let answer = ask(client, request.get_metadata(name, &GetParams::default())).await?;
    decode::<IgnoredAny>(answer.as_slice())?;
    Err(InputProblem::NotSelected(selector.to_string()))
}

pub(super) async fn ask(
    client: &Client,
    request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
) -> Result<Incoming, InputProblem> {
    let request = request.map_err(|_| InputProblem::Unavailable)?;
    let mut answer = pin!(client.request_stream(request).await.map_err(|error| problem(&error))?);
    let mut incoming = Incoming::default();
    loop {
        let piece = answer.fill_buf().await.map_err(|_| InputProblem::Unavailable)?;
        if piece.is_empty() {
            return Ok(incoming);
        }
        incoming.push(piece);
        let taken = piece.len();
        answer.consume_unpin(taken);
    }
}

/// Why the API server gives no object.
pub(super) fn problem(error: &kube::Error) -> InputProblem {
    match error {
        kube::Error::Api(status) if status.code == 404 => InputProblem::ObjectAbsent,
        kube::Error::Api(status) if status.code == 401 || status.code == 403 => InputProblem::Forbidden,
        _ => InputProblem::Unavailable,
    }
}

/// What an answer is read as. Nothing of it is copied but what is not secret.
pub(super) fn decode<'a, T: Deserialize<'a>>(answer: &'a [u8]) -> Result<T, InputProblem> {
    // The error may hold a part of the answer, and is dropped here.
    serde_json::from_slice(answer).map_err(|_| InputProblem::Unavailable)
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    items: Vec<Wire<'a>>,
}

/// A Secret as it comes.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(default)]
    metadata: Meta,
    #[serde(default, rename = "type")]
    r#type: Option<String>,
    #[serde(borrow, default)]
    data: Option<BTreeMap<String, Encoded<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Meta {
    pub(super) uid: String,
    pub(super) resource_version: String,
    pub(super) annotations: Annotations,
}

impl Wire<'_> {
    /// Of a type that is never used no value is decoded.
    fn into_object(self, keys: &BTreeSet<&str>) -> Object {
        let is_used = self.r#type.as_deref().is_none_or(|r#type| !is_foreign(r#type));
        let data = self.data.unwrap_or_default().into_iter().filter(|(key, _)| is_used && keys.contains(&**key));
        Object {
            uid: self.metadata.uid,
            resource_version: self.metadata.resource_version,
            expires_at: self.metadata.annotations.value(EXPIRES_AT).map(Into::into),
            r#type: self.r#type,
            data: data.filter_map(|(key, value)| Some((key, value.decode()?))).collect(),
        }
    }
}

/// A value as it comes, base64, where it lies.
pub(super) enum Encoded<'a> {
    InPlace(&'a str),
    /// Only where characters are written as escapes, which base64 gives no cause for.
    Copied(Zeroizing<String>),
}

impl Encoded<'_> {
    pub(super) fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let text = match self {
            Self::InPlace(text) => text,
            Self::Copied(text) => text.as_str(),
        };
        // As much as it may take, so that it never grows.
        let mut value = Zeroizing::new(Vec::with_capacity(base64::decoded_len_estimate(text.len())));
        BASE64_STANDARD.decode_vec(text, &mut value).ok()?;
        Some(value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Encoded<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Encoded<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value in base64")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Encoded<'de>, E> {
                Ok(Encoded::InPlace(text))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Encoded<'de>, E> {
                Ok(Encoded::Copied(Zeroizing::new(text.to_owned())))
            }

            // A value of no bytes, as Go writes one that is not there.
            fn visit_unit<E: de::Error>(self) -> Result<Encoded<'de>, E> {
                Ok(Encoded::InPlace(""))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use parking_lot::Mutex;
    use serde_json::{Value, json};

    use super::*;

    fn secret(r#type: &str, data: &Value) -> Vec<u8> {
        let annotations = json!({ "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{}}" });
        let metadata = json!({ "name": "s", "uid": "u", "resourceVersion": "7", "annotations": annotations });
        serde_json::to_vec(&json!({ "kind": "Secret", "metadata": metadata, "type": r#type, "data": data })).unwrap()
    }

    fn read(json: &[u8], keys: &[&str]) -> Object {
        decode::<Wire<'_>>(json).unwrap().into_object(&keys.iter().copied().collect())
    }

    #[test]
    fn only_the_keys_that_are_wanted_are_decoded() {
        let json = secret("Opaque", &json!({ "one": "c2VjcmV0", "other": "b3RoZXI=", "none": null }));
        let object = read(&json, &["one", "none", "absent"]);
        assert_eq!((&*object.uid, &*object.resource_version, object.r#type.as_deref()), ("u", "7", Some("Opaque")));
        let values: Vec<_> = object.data.iter().map(|(key, value)| (key.as_str(), value.as_slice())).collect();
        assert_eq!(values, [("none", &b""[..]), ("one", b"secret")]);
    }

    /// Lesson: Argo CD CVE-2023-40029.
    #[test]
    fn of_the_annotations_only_the_date_of_expiry_is_taken() {
        for (annotations, expected) in [
            (
                json!({ "kubectl.kubernetes.io/last-applied-configuration": "{\"s3cret\":1}", "sso.cognigy.ai/x": "y" }),
                None,
            ),
            (json!({ "other": { "not": "text" }, EXPIRES_AT: "2030-01-31T00:00:00Z" }), Some("2030-01-31T00:00:00Z")),
            (json!(null), None),
        ] {
            let json = serde_json::to_vec(&json!({ "metadata": { "annotations": annotations } })).unwrap();
            assert_eq!(read(&json, &[]).expires_at.as_deref(), expected);
        }
    }

    #[test]
    fn a_value_is_decoded_where_it_lies_into_a_buffer_that_never_grows() {
        let json = secret("Opaque", &json!({ "one": "c2VjcmV0" }));
        let wire = decode::<Wire<'_>>(&json).unwrap();
        let Encoded::InPlace(text) = &wire.data.as_ref().unwrap()["one"] else { panic!("it was copied") };
        assert!(json.as_ptr_range().contains(&text.as_ptr()));
        for length in 0..200 {
            let text = BASE64_STANDARD.encode(vec![b'x'; length]);
            let value = Encoded::InPlace(&text).decode().unwrap();
            assert_eq!((value.len(), value.capacity()), (length, base64::decoded_len_estimate(text.len())));
        }
    }

    #[test]
    fn a_value_with_escapes_is_read_all_the_same() {
        let object = read(br#"{ "metadata": {}, "data": { "one": "c2Vj\u0063mV0" } }"#, &["one"]);
        assert_eq!(object.data["one"].as_slice(), b"secret");
    }

    #[test]
    fn of_a_type_that_is_never_used_no_value_is_decoded() {
        let json = secret("helm.sh/release.v1", &json!({ "release": "c2VjcmV0" }));
        assert!(read(&json, &["release"]).data.is_empty());
    }

    /// What is asked of an API server whose Secret `s` is labelled or not, and what comes of it.
    async fn asked(
        labelled: bool,
        selector: Option<&str>,
        floor: Option<u64>,
    ) -> (Vec<String>, Result<usize, InputProblem>) {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let server = Router::new().fallback(async move |request: http::Request<axum::body::Body>| {
            let accepted = request.headers().get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
            let metadata_only = accepted.is_some_and(|accepted| accepted.contains("PartialObjectMetadata"));
            seen.lock().push(format!("{}{}", if metadata_only { "metadata of " } else { "" }, request.uri()));
            let object = secret("Opaque", &json!({ "one": if metadata_only { "" } else { "c2VjcmV0" } }));
            let is_list = request.uri().query().is_some_and(|query| query.contains("fieldSelector"));
            let items: Vec<Value> = labelled.then(|| serde_json::from_slice(&object).unwrap()).into_iter().collect();
            if is_list { serde_json::to_vec(&json!({ "items": items })).unwrap() } else { object }
        });
        let selector = selector.map(|text| text.parse().unwrap());
        let client = Client::new(server, "default");
        let found = super::read(&client, selector.as_ref(), "sso", "s", &BTreeSet::from(["one"]), floor).await;
        let requests = requests.lock().clone();
        (requests, found.map(|object| object.data["one"].len()))
    }

    #[tokio::test]
    async fn a_secret_without_the_labels_is_never_asked_for_its_values() {
        let get = "/api/v1/namespaces/sso/secrets/s".to_owned();
        let list = "/api/v1/namespaces/sso/secrets?&fieldSelector=metadata.name%3Ds&labelSelector=use%3Dyes".to_owned();
        assert_eq!(asked(false, None, None).await, (vec![get.clone()], Ok(6)));
        assert_eq!(asked(true, Some("use=yes"), None).await, (vec![list.clone()], Ok(6)));
        let at_least = format!("{list}&resourceVersion=7&resourceVersionMatch=NotOlderThan");
        assert_eq!(asked(true, Some("use=yes"), Some(7)).await, (vec![at_least], Ok(6)));
        let not_selected = Err(InputProblem::NotSelected("use=yes".to_owned()));
        assert_eq!(asked(false, Some("use=yes"), None).await, (vec![list, format!("metadata of {get}")], not_selected));
    }
}
