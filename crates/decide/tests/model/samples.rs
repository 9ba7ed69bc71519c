//! A good resource, and what is read for it when all is well.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus, SecretVersion};
use cognigy_sso_decide::{
    Account, CallFault, Certificate, CognigyCall, Cost, Credentials, Document, InputFault, Inputs, KeyFacts, Metadata,
    Provider, ProviderFault, Refusal, Resource, Seal, TransportFault, Trial,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::setting::Setting;
use crate::strategy::Strategy;
use crate::world::Mood;

const DAY: i64 = 86_400;

pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
/// The user of the API key, and somebody else.
pub const USER: &str = "admin@acme.example";
pub const STRANGER: &str = "stranger@acme.example";
/// The name that is declared first, the one that it is edited to, and a stranger's.
pub const NAMES: [&str; 2] = ["name-1", "name-2"];
pub const STRANGERS_NAME: &str = "stranger";
pub const SEAL: Seal = Seal { salt: *b"0123456789abcdef", cost: Cost::LEAST };

/// So many seconds after the first resource was created.
pub fn at(seconds: i64) -> Timestamp {
    "2026-01-01T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn spec(setting: Setting) -> IdentityProviderConfigSpec {
    let mut spec = serde_json::from_value(json!({
        "cognigy": {
            "apiUrl": "https://api-trial.cognigy.ai/new",
            "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
        },
        "adoptionPolicy": setting.adoption,
        "driftPolicy": setting.drift,
        "deletionPolicy": setting.deletion,
    }))
    .unwrap();
    setting.strategy.declare(&mut spec, NAMES[0]);
    spec
}

/// A fresh resource.
pub fn resource(setting: Setting, number: usize) -> Resource {
    Resource {
        namespace: "sso".into(),
        name: format!("resource-{number}").into(),
        uid: format!("uid-{number}").into(),
        generation: 1,
        resource_version: 1,
        created: at(i64::try_from(number).unwrap()),
        deleting: false,
        finalizer: false,
        requested_at: None,
        spec: Ok(Box::new(spec(setting))),
        status: IdentityProviderConfigStatus::default(),
    }
}

/// The referenced values, with this one under the secret's key.
pub fn inputs(
    spec: &IdentityProviderConfigSpec,
    version_of_secret: u8,
    secret: Result<SecretString, InputFault>,
) -> Inputs {
    let mut versions = vec![version("acme-sso", version_of_secret), version("cognigy-api", 1)];
    if secret.is_err() {
        versions.remove(0);
    }
    let mut inputs = Inputs { api_key: Ok("api-key".into()), versions, expiries: Some(Vec::new()), ..Inputs::unread() };
    match Strategy::of(spec) {
        Strategy::Oidc => {
            inputs.client_id = Ok(Strategy::name(spec).to_owned());
            inputs.client_secret = secret;
        }
        Strategy::Saml => inputs.saml.decryption_key = Some(secret),
    }
    inputs
}

fn version(name: &str, number: u8) -> SecretVersion {
    SecretVersion { name: name.into(), uid: "uid".into(), resource_version: number.to_string().into() }
}

pub fn account() -> Account {
    Account { user: USER.into(), organization: ORGANIZATION.to_owned(), is_admin: true, disabled: false }
}

/// What the metadata of the SAML identity provider says, with the certificate of this number.
pub fn metadata(mood: Mood, certificate: u8) -> Arc<Result<Metadata, ProviderFault>> {
    let server = "idp.acme.example".to_owned();
    Arc::new(match mood {
        Mood::Verified | Mood::ClientRefused => Ok(good_metadata(certificate)),
        Mood::Refuted => Ok(Metadata { valid_until: Some(at(-3600)), ..good_metadata(certificate) }),
        Mood::Unknown => {
            let (document, fault) = (Document::Metadata, TransportFault::Unreachable);
            Err(ProviderFault::Transport { document, server, fault })
        }
    })
}

fn good_metadata(number: u8) -> Metadata {
    Metadata {
        entity_id: "https://idp.acme.example".into(),
        login_endpoint: Strategy::Saml.endpoint().into(),
        logout_endpoint: None,
        certificates: vec![certificate(number)],
        valid_until: None,
        wants_signed_requests: false,
    }
}

/// The certificate of this number.
pub fn certificate(number: u8) -> Certificate {
    let (base64, sha256) = (certificate_in_words(number).into(), format!("sha256-{number}").into());
    Certificate { base64, sha256, not_before: at(-DAY), not_after: at(365 * DAY) }
}

/// The certificate of this number, as it is sent.
pub fn certificate_in_words(number: u8) -> String {
    format!("certificate-{number}")
}

/// What the OpenID provider answers.
pub fn provider(mood: Mood) -> Arc<Result<Provider, ProviderFault>> {
    let server = "acme.eu.auth0.com".to_owned();
    Arc::new(match mood {
        Mood::Verified | Mood::ClientRefused => Ok(good_provider()),
        Mood::Refuted => Err(ProviderFault::Flow),
        Mood::Unknown => {
            let (document, fault) = (Document::Discovery, TransportFault::Unreachable);
            Err(ProviderFault::Transport { document, server, fault })
        }
    })
}

/// What trying the client shows.
pub fn trial(mood: Mood) -> Arc<Trial> {
    let refusal = Refusal { status: 401, error: "invalid_client".into() };
    let refused = Trial { credentials: Credentials::Refused(refusal), ..Trial::accepted() };
    Arc::new(if mood == Mood::ClientRefused { refused } else { Trial::accepted() })
}

fn good_provider() -> Provider {
    let key = KeyFacts { key_type: "RSA".to_owned(), usage: Some("sig".to_owned()), algorithm: None };
    Provider {
        authorization_endpoint: Strategy::Oidc.endpoint().into(),
        token_endpoint: "https://acme.eu.auth0.com/oauth/token".into(),
        jwks_uri: "https://acme.eu.auth0.com/.well-known/jwks.json".into(),
        pushed_authorization_request_endpoint: None,
        algorithms: vec!["RS256".to_owned()],
        auth_methods: None,
        response_types: vec!["code".to_owned()],
        scopes: None,
        keys: Ok(vec![key]),
    }
}

/// An answer that is no success.
pub fn refused(call: CognigyCall, status: u16) -> CallFault {
    let code = (status == 409).then_some(1004);
    CallFault::Refused { call, status, code, trace_id: None, retry_after: None }
}
