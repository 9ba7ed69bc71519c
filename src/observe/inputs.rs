//! The values that a resource refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeyRef, KeySource, SecretVersion};
use cognigy_sso_decide::{InputFault, InputProblem, Inputs, ObjectKind};
use futures::future::join_all;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::ObjectMeta;
use kube::{Api, Client};
use secrecy::SecretString;

use crate::egress::CaBundle;

/// The longest value that Cognigy.AI takes, in characters.
const LONGEST_VALUE: usize = 5000;
/// How long the API server may take for an object.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Secrets of these types belong to other controllers and are never used.
const FOREIGN_TYPES: [&str; 5] = [
    "kubernetes.io/service-account-token",
    "kubernetes.io/dockercfg",
    "kubernetes.io/dockerconfigjson",
    "helm.sh/release.v1",
    "bootstrap.kubernetes.io/token",
];
/// Secrets of this type are used for CA bundles only.
const TLS_TYPE: &str = "kubernetes.io/tls";

/// The CA bundles that the values name, ready for use.
pub(crate) struct Sources {
    pub(crate) cognigy_ca: Result<Option<CaBundle>, InputFault>,
    pub(crate) provider_ca: Result<Option<CaBundle>, InputFault>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { cognigy_ca: Ok(None), provider_ca: Ok(None) }
    }
}

/// Which objects a resource refers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References(pub(crate) BTreeSet<(ObjectKind, Box<str>)>);

impl References {
    pub(crate) fn of(spec: &IdentityProviderConfigSpec) -> Self {
        let oidc = spec.oidc.as_ref();
        let keys = [
            Some(&spec.cognigy.api_key_secret_ref),
            oidc.and_then(|oidc| oidc.client_id_secret_ref.as_ref()),
            oidc.map(|oidc| &oidc.client_secret_ref),
        ];
        let bundles = [spec.cognigy.ca_bundle.as_ref(), oidc.and_then(|oidc| oidc.ca_bundle.as_ref())];
        let secrets = keys.into_iter().flatten().map(|key| (ObjectKind::Secret, key));
        let sources = bundles.into_iter().flatten().filter_map(target);
        Self(secrets.chain(sources).map(|(kind, key)| (kind, key.name.as_str().into())).collect())
    }
}

fn target(source: &KeySource) -> Option<(ObjectKind, &KeyRef)> {
    let secret = source.secret_ref.as_ref().map(|key| (ObjectKind::Secret, key));
    secret.or_else(|| source.config_map_ref.as_ref().map(|key| (ObjectKind::ConfigMap, key)))
}

/// Reads every referenced object once, all at the same time, and takes the values from them.
pub(crate) async fn read(client: &Client, namespace: &str, spec: &IdentityProviderConfigSpec) -> (Inputs, Sources) {
    let References(wanted) = References::of(spec);
    let reads = wanted.into_iter().map(async |target| {
        let object = fetch(client, namespace, target.0, &target.1).await;
        (target, object)
    });
    let objects = Objects(join_all(reads).await.into_iter().collect());
    let sources = Sources {
        cognigy_ca: objects.bundle("spec.cognigy.caBundle", spec.cognigy.ca_bundle.as_ref()),
        provider_ca: objects.bundle("spec.oidc.caBundle", spec.oidc.as_ref().and_then(|oidc| oidc.ca_bundle.as_ref())),
    };
    (inputs(&objects, &sources, spec), sources)
}

fn inputs(objects: &Objects, sources: &Sources, spec: &IdentityProviderConfigSpec) -> Inputs {
    let api_key = objects.secret("spec.cognigy.apiKeySecretRef", &spec.cognigy.api_key_secret_ref);
    let Some(oidc) = &spec.oidc else { return Inputs { api_key, ..Inputs::unread() } };
    let client_secret = objects.secret("spec.oidc.clientSecretRef", &oidc.client_secret_ref);
    let client_id = match (&oidc.client_id, &oidc.client_id_secret_ref) {
        (_, Some(key)) => objects.text("spec.oidc.clientIdSecretRef", ObjectKind::Secret, key),
        (client_id, None) => Ok(client_id.clone().unwrap_or_default()),
    };
    let authorities = [sources.cognigy_ca.as_ref().err(), sources.provider_ca.as_ref().err()];
    let keys =
        [Some(&spec.cognigy.api_key_secret_ref), oidc.client_id_secret_ref.as_ref(), Some(&oidc.client_secret_ref)];
    let names: BTreeSet<&str> = keys.into_iter().flatten().map(|key| key.name.as_str()).collect();
    Inputs {
        api_key,
        client_id,
        client_secret,
        authorities: authorities.into_iter().flatten().cloned().collect(),
        versions: names.into_iter().filter_map(|name| objects.version(name)).collect(),
    }
}

/// One object that was read, reduced to what is used.
struct Object {
    meta: ObjectMeta,
    r#type: Option<String>,
    data: BTreeMap<String, Vec<u8>>,
}

async fn fetch(client: &Client, namespace: &str, kind: ObjectKind, name: &str) -> Result<Object, InputProblem> {
    tokio::time::timeout(TIMEOUT, get(client, namespace, kind, name)).await.unwrap_or(Err(InputProblem::Unavailable))
}

async fn get(client: &Client, namespace: &str, kind: ObjectKind, name: &str) -> Result<Object, InputProblem> {
    let found = match kind {
        ObjectKind::Secret => {
            Api::namespaced(client.clone(), namespace).get_opt(name).await.map(|o| o.map(from_secret))
        }
        ObjectKind::ConfigMap => {
            Api::namespaced(client.clone(), namespace).get_opt(name).await.map(|o| o.map(from_config_map))
        }
    };
    match found {
        Ok(object) => object.ok_or(InputProblem::ObjectAbsent),
        Err(kube::Error::Api(status)) if status.code == 401 || status.code == 403 => Err(InputProblem::Forbidden),
        Err(_) => Err(InputProblem::Unavailable),
    }
}

fn from_secret(secret: Secret) -> Object {
    let data = secret.data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.0)).collect();
    Object { meta: secret.metadata, r#type: secret.type_, data }
}

fn from_config_map(map: ConfigMap) -> Object {
    let text = map.data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.into_bytes()));
    let binary = map.binary_data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.0));
    Object { meta: map.metadata, r#type: None, data: text.chain(binary).collect() }
}

/// The objects that were read, by kind and name.
struct Objects(BTreeMap<(ObjectKind, Box<str>), Result<Object, InputProblem>>);

impl Objects {
    fn bytes(&self, kind: ObjectKind, key: &KeyRef, also: Option<&str>) -> Result<&[u8], InputProblem> {
        let object = self.0.get(&(kind, key.name.as_str().into())).ok_or(InputProblem::ObjectAbsent)?;
        let object = object.as_ref().map_err(Clone::clone)?;
        if let Some(r#type) = object.r#type.as_deref().filter(|r#type| Some(*r#type) != also && is_foreign(r#type)) {
            return Err(InputProblem::TypeRefused(r#type.to_owned()));
        }
        object.data.get(&key.key).map(Vec::as_slice).ok_or(InputProblem::KeyAbsent)
    }

    fn text(&self, field: &'static str, kind: ObjectKind, key: &KeyRef) -> Result<String, InputFault> {
        let value = self.bytes(kind, key, None).and_then(usable_text);
        value.map_err(|problem| fault(field, kind, key, problem))
    }

    fn secret(&self, field: &'static str, key: &KeyRef) -> Result<SecretString, InputFault> {
        self.text(field, ObjectKind::Secret, key).map(Into::into)
    }

    fn bundle(&self, field: &'static str, source: Option<&KeySource>) -> Result<Option<CaBundle>, InputFault> {
        let Some((kind, key)) = source.and_then(target) else { return Ok(None) };
        let bundle = self
            .bytes(kind, key, Some(TLS_TYPE))
            .and_then(|pem| CaBundle::parse(pem).ok_or(InputProblem::NoCertificate));
        bundle.map(Some).map_err(|problem| fault(field, kind, key, problem))
    }

    fn version(&self, secret: &str) -> Option<SecretVersion> {
        let meta = &self.0.get(&(ObjectKind::Secret, secret.into()))?.as_ref().ok()?.meta;
        Some(SecretVersion {
            name: secret.into(),
            uid: meta.uid.as_deref().unwrap_or_default().into(),
            resource_version: meta.resource_version.as_deref().unwrap_or_default().into(),
        })
    }
}

fn is_foreign(r#type: &str) -> bool {
    r#type == TLS_TYPE || FOREIGN_TYPES.contains(&r#type)
}

fn fault(field: &'static str, kind: ObjectKind, key: &KeyRef, problem: InputProblem) -> InputFault {
    InputFault { field, kind, name: key.name.clone(), key: key.key.clone(), problem }
}

pub(super) fn usable_text(bytes: &[u8]) -> Result<String, InputProblem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(InputProblem::Empty);
    }
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
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_value_is_usable() {
        assert_eq!(usable_text(b"s3cret p+q/r=s%41:t").unwrap(), "s3cret p+q/r=s%41:t");
        assert_eq!(usable_text("pässwört".as_bytes()).unwrap(), "pässwört");
    }

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
