//! The values that a spec refers to, as `src/observe/inputs.rs` reads and judges them.

use std::collections::BTreeSet;

use cognigy_sso_api::{IdentityProviderConfigSpec, KeyRef, Oidc, Saml};
use cognigy_sso_decide::{InputFault, InputProblem, Inputs, Metadata, ObjectKind, ProviderFault, SamlInputs};
use secrecy::SecretString;

use crate::kubernetes::Kubernetes;
use crate::saml;
use crate::weather::Weather;

/// The longest value that Cognigy.AI takes, in characters.
const LONGEST_VALUE: usize = 5000;
/// The largest private key that is looked at.
const LARGEST_KEY: usize = 64 * 1024;

/// What values are read from.
struct Reader<'a>(&'a Kubernetes, &'a Weather);

/// The values, and the metadata, where it is one of them.
pub(super) type Read = (Inputs, Option<Result<Metadata, ProviderFault>>);

/// The values that a spec refers to.
pub(super) fn read(kubernetes: &Kubernetes, weather: &Weather, spec: &IdentityProviderConfigSpec) -> Read {
    let reader = Reader(kubernetes, weather);
    let can_read = |_: &&str| weather.reads.is_none();
    let version = |name| kubernetes.secret(name).map(|secret| secret.as_version(name));
    let inputs = Inputs {
        api_key: reader.text("spec.cognigy.apiKeySecretRef", &spec.cognigy.api_key_secret_ref).map(SecretString::from),
        versions: secrets(spec).into_iter().filter(can_read).filter_map(version).collect(),
        expiries: Some(Vec::new()),
        ..Inputs::unread()
    };
    match (&spec.saml, &spec.oidc) {
        (Some(saml), _) => {
            let (saml, metadata) = reader.inputs_of_saml(saml);
            (Inputs { saml, ..inputs }, metadata)
        }
        (None, Some(oidc)) => (reader.inputs_of_oidc(oidc, inputs), None),
        (None, None) => (inputs, None),
    }
}

/// The Secrets that a spec refers to, in the order of their names.
pub(super) fn secrets(spec: &IdentityProviderConfigSpec) -> BTreeSet<&str> {
    let oidc = spec.oidc.as_ref().map(|oidc| &oidc.client_secret_ref);
    let saml = spec.saml.as_deref();
    let key = saml.and_then(|saml| saml.decryption_private_key_secret_ref.as_ref());
    let sources = [saml.map(|saml| &saml.certificate), saml.map(|saml| &saml.metadata_ref)];
    let sources = sources.into_iter().flatten().filter_map(|source| source.as_ref()?.secret_ref.as_ref());
    let keys = [Some(&spec.cognigy.api_key_secret_ref), oidc, key];
    keys.into_iter().flatten().chain(sources).map(|key| key.name.as_str()).collect()
}

impl Reader<'_> {
    fn inputs_of_oidc(&self, oidc: &Oidc, inputs: Inputs) -> Inputs {
        let client_id = Ok(oidc.client_id.clone().unwrap_or_default());
        let client_secret = self.text("spec.oidc.clientSecretRef", &oidc.client_secret_ref).map(SecretString::from);
        Inputs { client_id, client_secret, ..inputs }
    }

    fn inputs_of_saml(&self, saml: &Saml) -> (SamlInputs, Option<Result<Metadata, ProviderFault>>) {
        let private_key = |key: &KeyRef| {
            let value = self.bytes(key).and_then(usable_key).map(SecretString::from);
            value.map_err(|problem| fault("spec.saml.decryptionPrivateKeySecretRef", key, problem))
        };
        let unusable = || InputProblem::Certificate("is neither PEM nor base64".to_owned());
        let certificate = |key: &KeyRef| {
            let value = self.bytes(key).and_then(not_empty).and_then(|text| saml::parse(text).ok_or_else(unusable));
            value.map_err(|problem| fault("spec.saml.certificate", key, problem))
        };
        let document = |key: &KeyRef| {
            let value = self.bytes(key).and_then(not_empty);
            value.map_err(|problem| fault("spec.saml.metadataRef", key, problem))
        };
        let stored = saml.metadata_ref.as_ref().and_then(|source| source.secret_ref.as_ref()).map(document);
        let inputs = SamlInputs {
            certificate: saml.certificate.as_ref().and_then(|source| source.secret_ref.as_ref()).map(certificate),
            decryption_key: saml.decryption_private_key_secret_ref.as_ref().map(private_key),
            documents: stored.iter().filter_map(|document| document.clone().err()).collect(),
        };
        (inputs, stored.and_then(Result::ok).map(|text| saml::stored(saml, text)))
    }

    fn text(&self, field: &'static str, key: &KeyRef) -> Result<String, InputFault> {
        self.bytes(key).and_then(usable_text).map_err(|problem| fault(field, key, problem))
    }

    fn bytes(&self, key: &KeyRef) -> Result<&[u8], InputProblem> {
        let Self(kubernetes, weather) = self;
        if let Some(problem) = &weather.reads {
            return Err(problem.clone());
        }
        let secret = kubernetes.secret(&key.name).ok_or(InputProblem::ObjectAbsent)?;
        secret.data.get(key.key.as_str()).map(Vec::as_slice).ok_or(InputProblem::KeyAbsent)
    }
}

fn fault(field: &'static str, key: &KeyRef, problem: InputProblem) -> InputFault {
    InputFault { field, kind: ObjectKind::Secret, name: key.name.clone(), key: key.key.clone(), problem }
}

fn not_empty(bytes: &[u8]) -> Result<&[u8], InputProblem> {
    if bytes.iter().all(u8::is_ascii_whitespace) { Err(InputProblem::Empty) } else { Ok(bytes) }
}

/// A value that is sent as it is.
pub(crate) fn usable_text(bytes: &[u8]) -> Result<String, InputProblem> {
    let bytes = not_empty(bytes)?;
    if bytes.len() > LONGEST_VALUE {
        return Err(InputProblem::TooLong(LONGEST_VALUE));
    }
    let text = str::from_utf8(bytes).map_err(|_| InputProblem::NotUtf8)?;
    if text.trim() != text {
        return Err(InputProblem::Surrounded);
    }
    Ok(text.to_owned())
}

/// A private key, in its one canonical form: white space around it makes no difference. What one is made of is not modelled.
pub(crate) fn usable_key(bytes: &[u8]) -> Result<String, InputProblem> {
    let unusable = || InputProblem::PrivateKey("is neither PEM nor base64".to_owned());
    let text = str::from_utf8(not_empty(bytes)?).map_err(|_| unusable())?.trim();
    if text.len() > LARGEST_KEY { Err(unusable()) } else { Ok(text.to_owned()) }
}
