//! The two ways of signing in, as the tests take them that hold for both: one value for each, with all that differs.

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus, Oidc, Reason, Saml, SigningAlgorithm};
use cognigy_sso_decide::{
    Certificate, Desired, Document, InputFault, Inputs, KeyFacts, Metadata, Observed, Party, Provider, ProviderFault,
    SamlInputs,
};
use secrecy::SecretString;
use serde_json::json;

use super::{NAME, ORGANIZATION, SECRET, later};

/// A certificate's DER in base64, as far as the core looks at it.
pub const CERTIFICATE: &str = "MIICertificateInForce";
const HOST: &str = "api-trial.cognigy.ai";
const METADATA_EXPIRED: i64 = -3600;

type Edit = fn(&mut IdentityProviderConfigSpec);

/// One way of signing in.
pub struct Strategy {
    /// Whom people sign in through.
    pub provider: &'static str,
    /// Where the login URL leads.
    pub endpoint: &'static str,
    /// What is in the path of the URLs.
    pub path: &'static str,
    /// The Secret whose value is rotated, the field that refers to it, and the member that it is sent as.
    pub secret: &'static str,
    pub secret_field: &'static str,
    pub secret_member: &'static str,
    /// The field of the authorities that the provider's server is trusted by.
    pub authority_field: &'static str,
    /// What is fetched from the provider first.
    pub document: Document,
    /// The reason and some words of what refutes the provider.
    pub refutation: (Reason, &'static str),
    /// Declares it, and nothing else.
    pub declare: Edit,
    /// What is sent is another, and the former one again when it is edited once more.
    pub edit: Edit,
    /// Declares another name for Cognigy.AI at the provider.
    pub rename: fn(&mut IdentityProviderConfigSpec, &str),
    /// Edits of all that is its own.
    pub unusual: fn() -> Vec<Edit>,
    /// The provider and the values are as they should be.
    pub observe: fn(&mut Observed),
    /// Nothing that is its own was read.
    pub unread: fn(&mut Observed),
    /// The provider was not asked.
    pub unfetched: fn(&mut Observed),
    pub read_secret: fn(&mut Inputs, Result<SecretString, InputFault>),
    pub read_name: fn(&mut Inputs, &str),
    /// The provider cannot be looked at, or what it publishes cannot be used.
    pub says: fn(&mut Observed, ProviderFault),
    /// The provider publishes another endpoint.
    pub publish_endpoint: fn(&mut Observed, &str),
    /// What the provider publishes is known, and refutes what is declared.
    pub refute: fn(&mut Observed),
    /// As whom Cognigy.AI introduces itself.
    pub party: fn(String) -> Party,
    /// When the outcome of looking at the provider last changed.
    pub verified_time: fn(&IdentityProviderConfigStatus) -> Option<jiff::Timestamp>,
    /// What is sent for this, from good values.
    pub desired: fn(&IdentityProviderConfigSpec) -> Desired,
}

pub static OIDC: Strategy = Strategy {
    provider: "https://acme.eu.auth0.com/",
    endpoint: "https://acme.eu.auth0.com/authorize",
    path: "oidc",
    secret: "acme-oidc",
    secret_field: "spec.oidc.clientSecretRef",
    secret_member: "idpClientSecret",
    authority_field: "spec.oidc.caBundle",
    document: Document::Discovery,
    refutation: (Reason::FlowNotSupported, "authorization code flow"),
    declare: |spec| {
        spec.saml = None;
        let oidc = json!({
            "issuer": OIDC.provider,
            "clientId": NAME,
            "clientSecretRef": { "name": OIDC.secret, "key": "clientSecret" },
        });
        spec.oidc = serde_json::from_value(oidc).unwrap();
    },
    edit: |spec| {
        let scopes = &mut oidc(spec).additional_scopes;
        if scopes.pop().is_none() {
            scopes.push("groups".to_owned());
        }
    },
    rename: |spec, name| oidc(spec).client_id = Some(name.to_owned()),
    unusual: || {
        vec![
            |spec| oidc(spec).additional_scopes = vec!["groups".to_owned()],
            |spec| oidc(spec).id_token_signed_response_alg = SigningAlgorithm::HS256,
            |spec| spec.oidc = None,
        ]
    },
    observe: |observed| {
        observed.inputs.client_id = Ok(NAME.to_owned());
        observed.inputs.client_secret = Ok(SECRET.into());
        observed.provider = Some(Arc::new(Ok(provider(|_| {}))));
    },
    unread: |observed| {
        observed.inputs.client_id = Ok(String::new());
        observed.inputs.client_secret = Ok(SecretString::default());
        observed.provider = None;
    },
    unfetched: |observed| observed.provider = None,
    read_secret: |inputs, secret| inputs.client_secret = secret,
    read_name: |inputs, name| inputs.client_id = Ok(name.to_owned()),
    says: |observed, fault| observed.provider = Some(Arc::new(Err(fault))),
    publish_endpoint: |observed, endpoint| {
        let published = provider(|provider| provider.authorization_endpoint = endpoint.into());
        observed.provider = Some(Arc::new(Ok(published)));
    },
    refute: |observed| observed.provider = Some(Arc::new(Err(ProviderFault::Flow))),
    party: Party::Client,
    verified_time: |status| status.issuer.as_ref().map(|issuer| issuer.verified_time),
    desired: |spec| {
        let oidc = spec.oidc.as_ref().unwrap();
        Desired::oidc(oidc, NAME.to_owned(), SECRET.into(), ORGANIZATION.to_owned(), HOST.to_owned())
    },
};

pub static SAML: Strategy = Strategy {
    provider: "https://idp.acme.example/saml",
    endpoint: "https://idp.acme.example/saml/sso",
    path: "saml",
    secret: "acme-saml",
    secret_field: "spec.saml.decryptionPrivateKeySecretRef",
    secret_member: "decryptionPrivateKey",
    authority_field: "spec.saml.caBundle",
    document: Document::Metadata,
    refutation: (Reason::MetadataExpired, "metadata was valid until"),
    declare: |spec| {
        spec.oidc = None;
        let saml = json!({
            "issuer": NAME,
            "metadataUrl": "https://idp.acme.example/saml/metadata",
            "decryptionPrivateKeySecretRef": { "name": SAML.secret, "key": "tls.key" },
        });
        spec.saml = serde_json::from_value(saml).unwrap();
    },
    edit: |spec| {
        let is_disabled = &mut saml(spec).disable_requested_authn_context;
        *is_disabled = !*is_disabled;
    },
    rename: |spec, name| name.clone_into(&mut saml(spec).issuer),
    unusual: || {
        vec![
            |spec| saml(spec).want_authn_response_signed = Some(true),
            |spec| saml(spec).disable_requested_authn_context = true,
            |spec| SAML.provider.clone_into(&mut saml(spec).issuer),
            |spec| spec.saml = None,
        ]
    },
    observe: |observed| {
        observed.inputs.saml.decryption_key = Some(Ok(SECRET.into()));
        observed.metadata = Some(Arc::new(Ok(metadata(|_| {}))));
    },
    unread: |observed| {
        observed.inputs.saml = SamlInputs::default();
        observed.metadata = None;
    },
    unfetched: |observed| observed.metadata = None,
    read_secret: |inputs, secret| inputs.saml.decryption_key = Some(secret),
    // It is in the spec.
    read_name: |_, _| {},
    says: |observed, fault| observed.metadata = Some(Arc::new(Err(fault))),
    publish_endpoint: |observed, endpoint| {
        let published = metadata(|metadata| metadata.login_endpoint = endpoint.into());
        observed.metadata = Some(Arc::new(Ok(published)));
    },
    refute: |observed| {
        let expired = metadata(|metadata| metadata.valid_until = Some(later(METADATA_EXPIRED)));
        observed.metadata = Some(Arc::new(Ok(expired)));
    },
    party: Party::Issuer,
    verified_time: |status| status.saml.as_ref().map(|saml| saml.verified_time),
    desired: |spec| {
        let saml = spec.saml.as_ref().unwrap();
        Desired::saml(saml, applied_saml(), Some(SECRET.into()), ORGANIZATION.to_owned(), HOST.to_owned())
    },
};

impl Strategy {
    /// The other one.
    pub fn other(&self) -> &'static Self {
        if self.path == OIDC.path { &SAML } else { &OIDC }
    }
}

pub fn oidc(spec: &mut IdentityProviderConfigSpec) -> &mut Oidc {
    spec.oidc.as_mut().unwrap()
}

pub fn saml(spec: &mut IdentityProviderConfigSpec) -> &mut Saml {
    spec.saml.as_mut().unwrap()
}

/// What the OpenID provider publishes.
pub fn provider(change: impl FnOnce(&mut Provider)) -> Provider {
    let key = KeyFacts { key_type: "RSA".to_owned(), usage: Some("sig".to_owned()), algorithm: None };
    let mut provider = Provider {
        authorization_endpoint: OIDC.endpoint.into(),
        token_endpoint: "https://acme.eu.auth0.com/oauth/token".into(),
        jwks_uri: "https://acme.eu.auth0.com/.well-known/jwks.json".into(),
        pushed_authorization_request_endpoint: None,
        algorithms: vec!["RS256".to_owned(), "HS256".to_owned()],
        auth_methods: None,
        response_types: vec!["code".to_owned()],
        scopes: None,
        keys: Ok(vec![key]),
    };
    change(&mut provider);
    provider
}

/// What the metadata says.
pub fn metadata(change: impl FnOnce(&mut Metadata)) -> Metadata {
    let mut metadata = Metadata {
        entity_id: SAML.provider.into(),
        login_endpoint: SAML.endpoint.into(),
        logout_endpoint: None,
        certificates: vec![certificate(CERTIFICATE)],
        valid_until: None,
        wants_signed_requests: false,
    };
    change(&mut metadata);
    metadata
}

/// A certificate that is valid from a year before all that happens until two years later.
pub fn certificate(base64: &str) -> Certificate {
    const DAY: i64 = 86_400;
    let sha256 = format!("sha256-of-{base64}").into();
    Certificate { base64: base64.into(), sha256, not_before: later(-365 * DAY), not_after: later(730 * DAY) }
}

/// What is taken from the identity provider.
pub fn applied_saml() -> cognigy_sso_api::AppliedSaml {
    cognigy_sso_api::AppliedSaml {
        login_endpoint: SAML.endpoint.into(),
        logout_endpoint: None,
        certificate: CERTIFICATE.into(),
    }
}
