//! The values that a resource refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeySource, Oidc, Saml};
use cognigy_sso_decide::{Expiry, InputFault, InputProblem, Inputs, Metadata, ObjectKind, ProviderFault};
use futures::future::join_all;

use super::objects::{Objects, TLS_CERTIFICATE};
use super::reader::{Floors, Reader};
use super::references::{keys, secrets};
use crate::egress::CaBundle;
use crate::saml::{self, Reading};

/// How long the API server may take for an object.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the values name that others are asked by or with, ready for use.
pub(crate) struct Sources {
    pub(crate) cognigy_ca: Result<Option<CaBundle>, InputFault>,
    pub(crate) provider_ca: Result<Option<CaBundle>, InputFault>,
    /// How the metadata of a SAML identity provider is read; `None` where that cannot be told.
    pub(crate) reading: Option<Reading>,
    /// The metadata, where it is a value itself.
    pub(crate) metadata: Option<Arc<Result<Metadata, ProviderFault>>>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { cognigy_ca: Ok(None), provider_ca: Ok(None), reading: None, metadata: None }
    }
}

/// Reads every referenced object once, all at the same time, and takes the values from them.
pub(crate) async fn read(
    reader: &Reader,
    namespace: &str,
    spec: &IdentityProviderConfigSpec,
    floors: &Floors,
) -> (Inputs, Sources) {
    let mut wanted: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for (kind, key) in keys(spec) {
        wanted.entry((kind, key.name.as_str())).or_default().insert(&key.key);
    }
    if let Some(key) = spec.saml.as_ref().and_then(|saml| saml.decryption_private_key_secret_ref.as_ref()) {
        wanted.entry((ObjectKind::Secret, key.name.as_str())).or_default().insert(TLS_CERTIFICATE);
    }
    let reads = wanted.into_iter().map(async |((kind, name), keys)| {
        let object = reader.read(kind, namespace, name, &keys, floors);
        let object = tokio::time::timeout(TIMEOUT, object).await.unwrap_or(Err(InputProblem::Unavailable));
        ((kind, name.into()), object)
    });
    let objects = Objects(join_all(reads).await.into_iter().collect());
    let oidc = spec.oidc.as_ref().map(|oidc| ("spec.oidc.caBundle", oidc.ca_bundle.as_ref()));
    let saml = spec.saml.as_ref().map(|saml| ("spec.saml.caBundle", saml.ca_bundle.as_ref()));
    let (field, provider_ca) = saml.or(oidc).unwrap_or_default();
    let mut sources = Sources {
        cognigy_ca: objects.bundle("spec.cognigy.caBundle", spec.cognigy.ca_bundle.as_ref()),
        provider_ca: objects.bundle(field, provider_ca),
        ..Sources::default()
    };
    let inputs = inputs(&objects, &mut sources, spec);
    (inputs, sources)
}

fn inputs(objects: &Objects, sources: &mut Sources, spec: &IdentityProviderConfigSpec) -> Inputs {
    let authorities = [sources.cognigy_ca.as_ref().err(), sources.provider_ca.as_ref().err()];
    let inputs = Inputs {
        api_key: objects.secret("spec.cognigy.apiKeySecretRef", &spec.cognigy.api_key_secret_ref),
        authorities: authorities.into_iter().flatten().cloned().collect(),
        versions: secrets(spec).into_iter().filter_map(|name| objects.version(name)).collect(),
        expiries: Some(objects.expiries()),
        ..Inputs::unread()
    };
    match (&spec.saml, &spec.oidc) {
        (Some(saml), _) => inputs_of_saml(objects, sources, saml, inputs),
        (None, Some(oidc)) => inputs_of_oidc(objects, oidc, inputs),
        (None, None) => inputs,
    }
}

fn inputs_of_oidc(objects: &Objects, oidc: &Oidc, inputs: Inputs) -> Inputs {
    let client_id = match (&oidc.client_id, &oidc.client_id_secret_ref) {
        (_, Some(key)) => objects.text("spec.oidc.clientIdSecretRef", key).map(str::to_owned),
        (client_id, None) => Ok(client_id.clone().unwrap_or_default()),
    };
    let client_secret = objects.secret("spec.oidc.clientSecretRef", &oidc.client_secret_ref);
    Inputs { client_id, client_secret, ..inputs }
}

fn inputs_of_saml(objects: &Objects, sources: &mut Sources, saml: &Saml, mut inputs: Inputs) -> Inputs {
    let certificate = |source: &KeySource| objects.certificate("spec.saml.certificate", source);
    let trusted = |source: &KeySource| objects.certificates("spec.saml.metadataCertificate", source);
    let (mut documents, field) = (Vec::new(), "spec.saml.metadataRef");
    match saml.metadata_certificate.as_ref().and_then(trusted).transpose() {
        Ok(trusted) => sources.reading = Some(Reading { entity: saml.entity_id.clone(), trusted }),
        Err(fault) => documents.push(fault),
    }
    match saml.metadata_ref.as_ref().and_then(|source| objects.document(field, source)).transpose() {
        Ok(text) => {
            let read = text.zip(sources.reading.as_ref()).map(|(text, reading)| saml::read(text, reading, field));
            sources.metadata = read.map(Arc::new);
        }
        Err(fault) => documents.push(fault),
    }
    if let Some(key) = &saml.decryption_private_key_secret_ref {
        let beside = objects.certificate_beside(key);
        if let Some(certificate) = &beside {
            let expiry = Expiry { secret: key.name.as_str().into(), time: Some(certificate.not_after) };
            note_earliest(inputs.expiries.get_or_insert_default(), expiry);
        }
        let field = "spec.saml.decryptionPrivateKeySecretRef";
        inputs.saml.decryption_key = Some(objects.private_key(field, key, beside.as_ref()));
    }
    inputs.saml.certificate = saml.certificate.as_ref().and_then(certificate);
    inputs.saml.documents = documents;
    inputs
}

/// A Secret is listed once, by what expires first.
fn note_earliest(expiries: &mut Vec<Expiry>, expiry: Expiry) {
    match expiries.iter_mut().find(|known| known.secret == expiry.secret) {
        // What is no date comes before any.
        Some(known) => known.time = known.time.min(expiry.time),
        None => expiries.push(expiry),
    }
}
