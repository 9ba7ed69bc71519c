//! The values that a resource refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeyRef, KeySource, SecretVersion};
use cognigy_sso_decide::{Expiry, InputFault, InputProblem, Inputs, ObjectKind};
use futures::future::join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::GetParams;
use kube::core::Request;
use kube::{Client, Resource};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::given::Given;
use super::secrets;
use crate::egress::CaBundle;
use crate::permitted::Permitted;

/// The longest value that Cognigy.AI takes, in characters.
const LONGEST_VALUE: usize = 5000;
/// How long the API server may take for an object.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Secrets of these types belong to other controllers and are never used.
const FOREIGN_TYPES: [&str; 3] =
    ["kubernetes.io/service-account-token", "kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"];
/// Nor are those whose type is of one of these domains: Helm's releases, the tokens that nodes join a cluster with, and Cluster
/// API's kubeconfigs and keys of whole clusters.
const FOREIGN_DOMAINS: [&str; 3] = ["helm.sh", "bootstrap.kubernetes.io", "cluster.x-k8s.io"];
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
        Self(keys(spec).map(|(kind, key)| (kind, key.name.as_str().into())).collect())
    }
}

/// Every key that a resource refers to.
fn keys(spec: &IdentityProviderConfigSpec) -> impl Iterator<Item = (ObjectKind, &KeyRef)> {
    let oidc = spec.oidc.as_ref();
    let secrets = [
        Some(&spec.cognigy.api_key_secret_ref),
        oidc.and_then(|oidc| oidc.client_id_secret_ref.as_ref()),
        oidc.map(|oidc| &oidc.client_secret_ref),
    ];
    let bundles = [spec.cognigy.ca_bundle.as_ref(), oidc.and_then(|oidc| oidc.ca_bundle.as_ref())];
    let secrets = secrets.into_iter().flatten().map(|key| (ObjectKind::Secret, key));
    secrets.chain(bundles.into_iter().flatten().filter_map(target))
}

fn target(source: &KeySource) -> Option<(ObjectKind, &KeyRef)> {
    let secret = source.secret_ref.as_ref().map(|key| (ObjectKind::Secret, key));
    secret.or_else(|| source.config_map_ref.as_ref().map(|key| (ObjectKind::ConfigMap, key)))
}

/// Where Secrets and ConfigMaps are.
#[derive(Clone)]
pub(crate) enum Reader {
    /// In a cluster, as far as they may be used.
    Cluster { client: Client, permitted: Permitted },
    /// Among what was given in files.
    Given(Arc<Given>),
}

impl Reader {
    async fn read(
        &self,
        kind: ObjectKind,
        namespace: &str,
        name: &str,
        keys: &BTreeSet<&str>,
    ) -> Result<Object, InputProblem> {
        let (client, permitted) = match self {
            Self::Given(given) => return given.read(kind, namespace, name, keys),
            Self::Cluster { client, permitted } => (client, permitted),
        };
        permitted.check(kind, name)?;
        match kind {
            ObjectKind::Secret => secrets::read(client, permitted.labels(kind), namespace, name, keys).await,
            ObjectKind::ConfigMap => config_map(client, namespace, name).await,
        }
    }
}

/// Reads every referenced object once, all at the same time, and takes the values from them.
pub(crate) async fn read(reader: &Reader, namespace: &str, spec: &IdentityProviderConfigSpec) -> (Inputs, Sources) {
    let mut wanted: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for (kind, key) in keys(spec) {
        wanted.entry((kind, key.name.as_str())).or_default().insert(&key.key);
    }
    let reads = wanted.into_iter().map(async |((kind, name), keys)| {
        let object = reader.read(kind, namespace, name, &keys);
        let object = tokio::time::timeout(TIMEOUT, object).await.unwrap_or(Err(InputProblem::Unavailable));
        ((kind, name.into()), object)
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
        (_, Some(key)) => objects.text("spec.oidc.clientIdSecretRef", key).map(str::to_owned),
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
        expiries: Some(objects.expiries()),
    }
}

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

async fn config_map(client: &Client, namespace: &str, name: &str) -> Result<Object, InputProblem> {
    let request = Request::new(ConfigMap::url_path(&(), Some(namespace))).get(name, &GetParams::default());
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
struct Objects(BTreeMap<(ObjectKind, Box<str>), Result<Object, InputProblem>>);

impl Objects {
    fn bytes(&self, kind: ObjectKind, key: &KeyRef, also: Option<&str>) -> Result<&[u8], InputProblem> {
        let object = self.0.get(&(kind, key.name.as_str().into())).ok_or(InputProblem::ObjectAbsent)?;
        let object = object.as_ref().map_err(Clone::clone)?;
        let is_refused = |r#type: &&str| is_foreign(r#type) || (*r#type == TLS_TYPE && also != Some(TLS_TYPE));
        if let Some(r#type) = object.r#type.as_deref().filter(is_refused) {
            return Err(InputProblem::TypeRefused(r#type.to_owned()));
        }
        object.data.get(&key.key).map(|value| value.as_slice()).ok_or(InputProblem::KeyAbsent)
    }

    fn text(&self, field: &'static str, key: &KeyRef) -> Result<&str, InputFault> {
        let value = self.bytes(ObjectKind::Secret, key, None).and_then(usable_text);
        value.map_err(|problem| fault(field, ObjectKind::Secret, key, problem))
    }

    fn secret(&self, field: &'static str, key: &KeyRef) -> Result<SecretString, InputFault> {
        self.text(field, key).map(Into::into)
    }

    fn bundle(&self, field: &'static str, source: Option<&KeySource>) -> Result<Option<CaBundle>, InputFault> {
        let Some((kind, key)) = source.and_then(target) else { return Ok(None) };
        let bundle = self
            .bytes(kind, key, Some(TLS_TYPE))
            .and_then(|pem| CaBundle::parse(pem).ok_or(InputProblem::NoCertificate));
        bundle.map(Some).map_err(|problem| fault(field, kind, key, problem))
    }

    fn expiries(&self) -> Vec<Expiry> {
        let secrets = self.0.iter().filter(|((kind, _), _)| *kind == ObjectKind::Secret);
        let says = |(name, object): (&str, &Object)| Some(Expiry::read(name, object.expires_at.as_deref()?));
        secrets.filter_map(|((_, name), object)| says((name, object.as_ref().ok()?))).collect()
    }

    fn version(&self, secret: &str) -> Option<SecretVersion> {
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

pub(super) fn usable_text(bytes: &[u8]) -> Result<&str, InputProblem> {
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
        Objects(BTreeMap::from([((ObjectKind::Secret, "s".into()), Ok(object))]))
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

    #[tokio::test]
    async fn what_is_not_listed_is_not_asked_for() {
        let asked = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let server = axum::Router::new().fallback(async move |request: http::Request<axum::body::Body>| {
            seen.lock().push(request.uri().path().to_owned());
            r#"{ "metadata": {}, "data": {} }"#
        });
        let [secret_names, config_map_names] = ["listed", "listed-too"].map(|name| vec![name.parse().unwrap()]);
        let permitted = Permitted { secret_selector: None, secret_names, config_map_names };
        let reader = Reader::Cluster { client: Client::new(server, "default"), permitted };
        for kind in [ObjectKind::Secret, ObjectKind::ConfigMap] {
            for name in ["listed", "listed-too", "other"] {
                let is_listed = (kind == ObjectKind::Secret) == (name == "listed") && name != "other";
                let found = reader.read(kind, "sso", name, &BTreeSet::from(["value"])).await;
                assert_eq!(found.err(), (!is_listed).then_some(InputProblem::NotListed), "{kind} {name}");
            }
        }
        let paths = ["secrets/listed", "configmaps/listed-too"].map(|path| format!("/api/v1/namespaces/sso/{path}"));
        assert_eq!(*asked.lock(), paths);
    }
}
