//! A good resource, and what is read for it when all is well.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus, SecretVersion};
use cognigy_sso_decide::{
    Account, CallFault, CognigyCall, Cost, Credentials, Document, Inputs, KeyFacts, Provider, ProviderFault, Refusal,
    Resource, Seal, TransportFault, Trial,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::setting::Setting;
use crate::world::{Mood, Secret};

pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
pub const AUTHORIZE: &str = "https://acme.eu.auth0.com/authorize";
/// The user of the API key, and somebody else.
pub const USER: &str = "admin@acme.example";
pub const STRANGER: &str = "stranger@acme.example";
/// The client that is declared first, the one that it is edited to, and a stranger's.
pub const CLIENTS: [&str; 2] = ["client-1", "client-2"];
pub const STRANGERS_CLIENT: &str = "stranger";
pub const SEAL: Seal = Seal { salt: *b"0123456789abcdef", cost: Cost::LEAST };

/// So many seconds after the first resource was created.
pub fn at(seconds: i64) -> Timestamp {
    "2026-01-01T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn spec(setting: Setting) -> IdentityProviderConfigSpec {
    serde_json::from_value(json!({
        "cognigy": {
            "apiUrl": "https://api-trial.cognigy.ai/new",
            "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
        },
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientId": CLIENTS[0],
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
        },
        "adoptionPolicy": setting.adoption,
        "driftPolicy": setting.drift,
        "deletionPolicy": setting.deletion,
    }))
    .unwrap()
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

/// The referenced values.
pub fn inputs(secret: Secret, client_id: &str) -> Inputs {
    Inputs {
        api_key: Ok("api-key".into()),
        client_id: Ok(client_id.to_owned()),
        client_secret: Ok(SecretString::from(format!("secret-{}", secret.value))),
        authorities: Vec::new(),
        versions: vec![version("acme-oidc", secret.version), version("cognigy-api", 1)],
        expiries: Some(Vec::new()),
    }
}

fn version(name: &str, number: u8) -> SecretVersion {
    SecretVersion { name: name.into(), uid: "uid".into(), resource_version: number.to_string().into() }
}

pub fn account() -> Account {
    Account { user: USER.into(), organization: ORGANIZATION.to_owned(), is_admin: true, disabled: false }
}

/// What the provider answers.
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
        authorization_endpoint: AUTHORIZE.into(),
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
