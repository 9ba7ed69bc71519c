//! The objects that hold values, and which of them may be used for what.

use std::collections::BTreeMap;
use std::sync::Arc;

use cognigy_sso_api::{KeyRef, KeySource, SecretVersion};
use cognigy_sso_decide::{Certificate, Expiry, InputFault, InputProblem, ObjectKind};
use cognigy_sso_saml as saml;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::GetParams;
use kube::core::Request;
use kube::{Client, Resource};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::references::target;
use super::secrets;
use crate::egress::CaBundle;
use crate::saml::{LONGEST_VALUE as LONGEST_SAML_VALUE, certificate, certificate_fault, key_fault};

/// The longest value that Cognigy.AI takes, in characters.
const LONGEST_VALUE: usize = 5000;
/// Secrets of these types belong to other controllers and are never used.
const FOREIGN_TYPES: [&str; 3] =
    ["kubernetes.io/service-account-token", "kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"];
/// Nor are those whose type is of one of these domains: Helm's releases, the tokens that nodes join a cluster with, and Cluster
/// API's kubeconfigs and keys of whole clusters.
const FOREIGN_DOMAINS: [&str; 3] = ["helm.sh", "bootstrap.kubernetes.io", "cluster.x-k8s.io"];
/// Secrets of this type are used for certificates and their private keys only.
const TLS_TYPE: &str = "kubernetes.io/tls";
/// Under which key they have their certificate.
pub(super) const TLS_CERTIFICATE: &str = "tls.crt";

/// One object that was read, reduced to what is used.
pub(super) struct Object {
    pub(super) uid: String,
    pub(super) resource_version: String,
    /// Of a Secret: the annotation that says when it expires.
    pub(super) expires_at: Option<Box<str>>,
    pub(super) r#type: Option<String>,
    pub(super) data: BTreeMap<String, Zeroizing<Vec<u8>>>,
}

/// A ConfigMap as it comes. What is not used is not decoded, as with Secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Map<'a> {
    #[serde(default)]
    metadata: secrets::Meta,
    #[serde(default)]
    data: Option<BTreeMap<String, String>>,
    #[serde(borrow, default)]
    binary_data: Option<BTreeMap<String, secrets::Encoded<'a>>>,
}

/// Reads a ConfigMap that is not older than `floor`.
pub(super) async fn config_map(
    client: &Client,
    namespace: &str,
    name: &str,
    floor: Option<u64>,
) -> Result<Object, InputProblem> {
    let at = GetParams { resource_version: floor.map(|version| version.to_string()) };
    let request = Request::new(ConfigMap::url_path(&(), Some(namespace))).get(name, &at);
    let answer = secrets::ask(client, request).await?;
    let map: Map<'_> = secrets::decode(answer.as_slice())?;
    let text = map.data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.into_bytes().into()));
    let binary = map.binary_data.unwrap_or_default().into_iter();
    Ok(Object {
        uid: map.metadata.uid,
        resource_version: map.metadata.resource_version,
        expires_at: None,
        r#type: None,
        data: text.chain(binary.filter_map(|(key, value)| Some((key, value.decode()?)))).collect(),
    })
}

/// The objects that were read, by kind and name.
pub(super) struct Objects(pub(super) BTreeMap<(ObjectKind, Box<str>), Result<Arc<Object>, InputProblem>>);

impl Objects {
    /// `also` is a type that may be used here, though not everywhere.
    fn bytes(&self, kind: ObjectKind, key: &KeyRef, also: Option<&str>) -> Result<&[u8], InputProblem> {
        let object = self.0.get(&(kind, key.name.as_str().into())).ok_or(InputProblem::ObjectAbsent)?;
        let object = object.as_ref().map_err(Clone::clone)?;
        let is_refused = |r#type: &&str| is_foreign(r#type) || (*r#type == TLS_TYPE && also != Some(TLS_TYPE));
        if let Some(r#type) = object.r#type.as_deref().filter(is_refused) {
            return Err(InputProblem::TypeRefused(r#type.to_owned()));
        }
        object.data.get(&key.key).map(|value| value.as_slice()).ok_or(InputProblem::KeyAbsent)
    }

    pub(super) fn text(&self, field: &'static str, key: &KeyRef) -> Result<&str, InputFault> {
        let value = self.bytes(ObjectKind::Secret, key, None).and_then(usable_text);
        value.map_err(|problem| fault(field, ObjectKind::Secret, key, problem))
    }

    pub(super) fn secret(&self, field: &'static str, key: &KeyRef) -> Result<SecretString, InputFault> {
        self.text(field, key).map(Into::into)
    }

    pub(super) fn bundle(
        &self,
        field: &'static str,
        source: Option<&KeySource>,
    ) -> Result<Option<CaBundle>, InputFault> {
        let Some((kind, key)) = source.and_then(target) else { return Ok(None) };
        let bundle = self
            .bytes(kind, key, Some(TLS_TYPE))
            .and_then(|pem| CaBundle::parse(pem).ok_or(InputProblem::NoCertificate));
        bundle.map(Some).map_err(|problem| fault(field, kind, key, problem))
    }

    /// What is made of a value that is not empty. `also` is a type that may be used here, though not everywhere.
    fn read<'a, T>(
        &'a self,
        field: &'static str,
        (kind, key): (ObjectKind, &KeyRef),
        also: Option<&str>,
        read: impl FnOnce(&'a [u8]) -> Result<T, InputProblem>,
    ) -> Result<T, InputFault> {
        let value = self.bytes(kind, key, also).and_then(not_empty).and_then(read);
        value.map_err(|problem| fault(field, kind, key, problem))
    }

    /// The one certificate that a value holds.
    pub(super) fn certificate(
        &self,
        field: &'static str,
        source: &KeySource,
    ) -> Option<Result<Certificate, InputFault>> {
        let target = target(source)?;
        let read = |text: &[u8]| {
            let read = saml::Certificate::parse(text);
            let read = read.map_err(|fault| InputProblem::Certificate(certificate_fault(&fault)))?;
            let is_taken = read.base64.len() <= LONGEST_SAML_VALUE;
            if is_taken { Ok(certificate(read)) } else { Err(InputProblem::TooLong(LONGEST_SAML_VALUE)) }
        };
        Some(self.read(field, target, Some(TLS_TYPE), read))
    }

    /// The certificates that a value holds.
    pub(super) fn certificates(
        &self,
        field: &'static str,
        source: &KeySource,
    ) -> Option<Result<Vec<saml::Certificate>, InputFault>> {
        let target = target(source)?;
        let read = |text: &[u8]| {
            let read = saml::Certificate::parse_all(text);
            read.map_err(|fault| InputProblem::Certificate(certificate_fault(&fault)))
        };
        Some(self.read(field, target, Some(TLS_TYPE), read))
    }

    /// The private key that a value holds. It must be that of the certificate `beside` it, if there is one.
    pub(super) fn private_key(
        &self,
        field: &'static str,
        key: &KeyRef,
        beside: Option<&saml::Certificate>,
    ) -> Result<SecretString, InputFault> {
        let read = |text: &[u8]| {
            let private = saml::PrivateKey::parse(text);
            let private = private.map_err(|fault| InputProblem::PrivateKey(key_fault(&fault)))?;
            let fits = beside.is_none_or(|certificate| private.fits(certificate));
            if fits { Ok(private.pkcs8().clone()) } else { Err(InputProblem::KeyMismatch(TLS_CERTIFICATE)) }
        };
        self.read(field, (ObjectKind::Secret, key), Some(TLS_TYPE), read)
    }

    /// The certificate that a Secret has beside a private key, if it can be read.
    pub(super) fn certificate_beside(&self, key: &KeyRef) -> Option<saml::Certificate> {
        let beside = KeyRef { name: key.name.clone(), key: TLS_CERTIFICATE.to_owned() };
        let text = self.bytes(ObjectKind::Secret, &beside, Some(TLS_TYPE)).ok()?;
        saml::Certificate::parse_all(text).ok()?.into_iter().next()
    }

    /// The text that a value holds, whatever it is made of.
    pub(super) fn document(&self, field: &'static str, source: &KeySource) -> Option<Result<&[u8], InputFault>> {
        Some(self.read(field, target(source)?, None, Ok))
    }

    pub(super) fn expiries(&self) -> Vec<Expiry> {
        let secrets = self.0.iter().filter(|((kind, _), _)| *kind == ObjectKind::Secret);
        let says = |(name, object): (&str, &Object)| Some(Expiry::read(name, object.expires_at.as_deref()?));
        secrets.filter_map(|((_, name), object)| says((name, object.as_ref().ok()?))).collect()
    }

    pub(super) fn version(&self, secret: &str) -> Option<SecretVersion> {
        let object = self.0.get(&(ObjectKind::Secret, secret.into()))?.as_ref().ok()?;
        Some(SecretVersion {
            name: secret.into(),
            uid: object.uid.as_str().into(),
            resource_version: object.resource_version.as_str().into(),
        })
    }
}

/// Does a Secret of this type belong to another controller?
pub(super) fn is_foreign(r#type: &str) -> bool {
    let domain = r#type.split_once('/').map_or(r#type, |(domain, _)| domain);
    FOREIGN_TYPES.contains(&r#type) || FOREIGN_DOMAINS.contains(&domain)
}

fn fault(field: &'static str, kind: ObjectKind, key: &KeyRef, problem: InputProblem) -> InputFault {
    InputFault { field, kind, name: key.name.clone(), key: key.key.clone(), problem }
}

fn not_empty(bytes: &[u8]) -> Result<&[u8], InputProblem> {
    if bytes.iter().all(u8::is_ascii_whitespace) { Err(InputProblem::Empty) } else { Ok(bytes) }
}

pub(super) fn usable_text(bytes: &[u8]) -> Result<&str, InputProblem> {
    let bytes = not_empty(bytes)?;
    // A character has at most four bytes: what is longer need not be decoded to be refused.
    if bytes.len() > 4 * LONGEST_VALUE {
        return Err(InputProblem::TooLong(LONGEST_VALUE));
    }
    let text = str::from_utf8(bytes).map_err(|_| InputProblem::NotUtf8)?;
    if text.trim() != text {
        return Err(InputProblem::Surrounded);
    }
    if text.chars().any(char::is_control) {
        return Err(InputProblem::ControlCharacters);
    }
    if text.chars().count() > LONGEST_VALUE {
        return Err(InputProblem::TooLong(LONGEST_VALUE));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_value_is_usable() {
        assert_eq!(usable_text(b"s3cret p+q/r=s%41:t").unwrap(), "s3cret p+q/r=s%41:t");
        assert_eq!(usable_text("pässwört".as_bytes()).unwrap(), "pässwört");
    }

    fn objects(r#type: &str, value: &[u8]) -> Objects {
        let data = BTreeMap::from([("value".to_owned(), Zeroizing::new(value.to_vec()))]);
        let (uid, resource_version, r#type) = (String::new(), String::new(), Some(r#type.to_owned()));
        let object = Object { uid, resource_version, expires_at: None, r#type, data };
        Objects(BTreeMap::from([((ObjectKind::Secret, "s".into()), Ok(Arc::new(object)))]))
    }

    #[test]
    fn secrets_of_other_controllers_types_are_refused_and_those_that_people_make_are_not() {
        let key = KeyRef { name: "s".to_owned(), key: "value".to_owned() };
        for (r#type, for_text, for_bundles) in [
            ("kubernetes.io/service-account-token", false, false),
            ("kubernetes.io/dockercfg", false, false),
            ("kubernetes.io/dockerconfigjson", false, false),
            ("helm.sh/release.v1", false, false),
            ("helm.sh/release.v2", false, false),
            ("bootstrap.kubernetes.io/token", false, false),
            ("cluster.x-k8s.io/secret", false, false),
            ("kubernetes.io/tls", false, true),
            ("Opaque", true, true),
            ("kubernetes.io/basic-auth", true, true),
            // Made for others to use.
            ("connection.crossplane.io/v1alpha1", true, true),
            ("servicebinding.io/oauth2", true, true),
        ] {
            let objects = objects(r#type, b"secret");
            let text = objects.text("spec.oidc.clientSecretRef", &key).map_err(|fault| fault.problem);
            let source = KeySource { secret_ref: Some(key.clone()), config_map_ref: None };
            let bundle = objects.bundle("spec.oidc.caBundle", Some(&source)).map_err(|fault| fault.problem);
            let refusal = InputProblem::TypeRefused(r#type.to_owned());
            assert_eq!(text, if for_text { Ok("secret") } else { Err(refusal.clone()) }, "{type}");
            let no_bundle = if for_bundles { InputProblem::NoCertificate } else { refusal };
            assert_eq!(bundle.unwrap_err(), no_bundle, "{type}");
        }
    }

    /// Lesson: cert-manager CVE-2024-12401.
    #[test]
    fn every_unusable_value_is_told_apart() {
        for (bytes, problem) in [
            (&b""[..], InputProblem::Empty),
            (b" \n\t", InputProblem::Empty),
            (b"secret\n", InputProblem::Surrounded),
            (b" secret", InputProblem::Surrounded),
            (b"\xff\xfe", InputProblem::NotUtf8),
            (b"a\x00b", InputProblem::ControlCharacters),
            (b"a\nb", InputProblem::ControlCharacters),
            (&vec![b'x'; 1 << 20], InputProblem::TooLong(LONGEST_VALUE)),
            (&vec![b'x'; LONGEST_VALUE + 1], InputProblem::TooLong(LONGEST_VALUE)),
        ] {
            assert_eq!(usable_text(bytes), Err(problem));
        }
    }
}
