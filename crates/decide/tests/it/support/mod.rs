//! A good resource and a good observation, and what a visit does with them. Tests change what they are about.

pub mod arbitrary;
mod organization;
mod run;
mod visit;

use std::sync::Arc;

use cognigy_sso_api::{
    ConditionStatus, ConditionType, IdentityProviderConfigSpec, IdentityProviderConfigStatus, Oidc, Operation, Pending,
    Reason, SecretVersion,
};
use cognigy_sso_decide::{
    Account, CallFault, Change, ChangeKind, CognigyCall, Conclusion, Cost, Desired, Effect, Ending, Fingerprint,
    InputFault, InputProblem, Inputs, KeyFacts, Login, Moment, ObjectKind, Observed, Plan, Provider, ProviderFault,
    Receipt, Resource, Salt, Seal, TransportFault, conclude,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

pub use organization::{Held, Organization};
pub use run::Run;
pub use visit::{Visit, always, attempt, visit, visit_at, visit_looking, visit_trying, visit_with, written};

pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
pub const OTHER_ORGANIZATION: &str = "ffffffffffffffffffffffff";
pub const CLIENT_ID: &str = "abc123";
/// The user that the API key belongs to.
pub const USER: &str = "admin@acme.example";
/// Another user of the organization.
pub const STRANGER: &str = "somebody@acme.example";
/// The audit event of what was applied.
pub const EVENT: &str = "event-1";
/// Secrets that must come out nowhere.
pub const API_KEY: &str = "canary-api-key-7f31";
pub const CLIENT_SECRET: &str = "canary-client-secret-91be";
/// The client secret after it was rotated.
pub const ROTATED: &str = "canary-rotated-3e90";
pub const AUTHORIZE: &str = "https://acme.eu.auth0.com/authorize";
pub const SALT: Salt = *b"0123456789abcdef";
pub const SEAL: Seal = Seal { salt: SALT, cost: Cost::LEAST };

/// The time of all that happens first.
pub fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

/// So many seconds later.
pub fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub fn at(now: Timestamp) -> Moment {
    Moment { now, chance: 0.5 }
}

pub fn spec() -> IdentityProviderConfigSpec {
    serde_json::from_value(json!({
        "cognigy": {
            "apiUrl": "https://api-trial.cognigy.ai/new",
            "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
        },
        "oidc": {
            "issuer": "https://acme.eu.auth0.com/",
            "clientId": CLIENT_ID,
            "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
        },
    }))
    .unwrap()
}

/// A fresh resource with this spec.
pub fn resource(change: impl FnOnce(&mut IdentityProviderConfigSpec)) -> Resource {
    let mut spec = spec();
    change(&mut spec);
    Resource {
        namespace: "sso".into(),
        name: "acme".into(),
        uid: "5c1d".into(),
        generation: 1,
        resource_version: 1,
        created: now(),
        deleting: false,
        finalizer: false,
        requested_at: None,
        spec: Ok(Box::new(spec)),
        status: IdentityProviderConfigStatus::default(),
    }
}

/// A resource that is Ready.
pub fn ready(change: impl FnOnce(&mut IdentityProviderConfigSpec)) -> Resource {
    let resource = visit(resource(change), &mut observed(|_| {}), always(applied)).resource;
    assert!(resource.status.is_true(ConditionType::Ready), "{:?}", resource.status);
    resource
}

/// The same resource with another spec.
pub fn edited(mut resource: Resource, change: impl FnOnce(&mut IdentityProviderConfigSpec)) -> Resource {
    change(resource.spec.as_mut().unwrap());
    resource.generation += 1;
    resource
}

/// The same resource, being deleted.
pub fn deleted(resource: Resource) -> Resource {
    Resource { deleting: true, ..resource }
}

/// A change that was begun and whose end is not on record.
pub fn begun(operation: Operation, time: Timestamp) -> Pending {
    Pending { operation, time, fingerprint: None, audit_event_id: None, audited: true }
}

pub fn oidc(spec: &mut IdentityProviderConfigSpec) -> &mut Oidc {
    spec.oidc.as_mut().unwrap()
}

/// All is well, and nothing was applied.
pub fn observed(change: impl FnOnce(&mut Observed)) -> Observed {
    let mut observed = Observed {
        inputs: Inputs {
            api_key: Ok(API_KEY.into()),
            client_id: Ok(CLIENT_ID.to_owned()),
            client_secret: Ok(CLIENT_SECRET.into()),
            authorities: Vec::new(),
            versions: vec![version("acme-oidc", "1"), version("cognigy-api", "1")],
            expiries: Some(Vec::new()),
        },
        account: Some(Ok(account())),
        provider: Some(Arc::new(Ok(provider(|_| {})))),
        login: Some(Login::Silent),
        history: Some(Ok(None)),
        ..Observed::nothing()
    };
    change(&mut observed);
    observed
}

pub fn version(name: &str, resource_version: &str) -> SecretVersion {
    SecretVersion { name: name.into(), uid: format!("uid-of-{name}").into(), resource_version: resource_version.into() }
}

/// The client secret is another one now.
pub fn rotated(observed: &mut Observed) {
    observed.inputs.client_secret = Ok(SecretString::from(ROTATED));
    touched(observed);
}

/// The Secret has a new version with the same bytes.
pub fn touched(observed: &mut Observed) {
    observed.inputs.versions[0] = version("acme-oidc", "2");
}

pub fn account() -> Account {
    Account { user: USER.into(), organization: ORGANIZATION.to_owned(), is_admin: true, disabled: false }
}

pub fn other_organization(observed: &mut Observed) {
    observed.account = Some(Ok(Account { organization: OTHER_ORGANIZATION.to_owned(), ..account() }));
}

pub fn provider(change: impl FnOnce(&mut Provider)) -> Provider {
    let key = KeyFacts { key_type: "RSA".to_owned(), usage: Some("sig".to_owned()), algorithm: None };
    let mut provider = Provider {
        authorization_endpoint: AUTHORIZE.into(),
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

pub fn provider_says(observed: &mut Observed, fault: ProviderFault) {
    observed.provider = Some(Arc::new(Err(fault)));
}

/// Whatever the provider publishes refutes the configuration.
pub fn issuer_refuted(observed: &mut Observed) {
    provider_says(observed, ProviderFault::Flow);
}

/// The provider cannot be reached.
pub fn issuer_unknown(observed: &mut Observed) {
    let (document, server) = (cognigy_sso_decide::Document::Discovery, "acme.eu.auth0.com".to_owned());
    provider_says(observed, ProviderFault::Transport { document, server, fault: TransportFault::Unreachable });
}

/// Cognigy.AI cannot be reached.
pub fn cognigy_unknown(observed: &mut Observed) {
    observed.account = Some(Err(unreachable()));
}

pub fn unreachable() -> CallFault {
    CallFault::Transport { server: "api-trial.cognigy.ai".to_owned(), fault: TransportFault::Unreachable }
}

pub fn input_fault(field: &'static str, problem: InputProblem) -> InputFault {
    let (name, key) = ("the-object".to_owned(), "the-key".to_owned());
    InputFault { field, kind: ObjectKind::Secret, name, key, problem }
}

/// The client secret cannot be used.
pub fn client_secret_says(observed: &mut Observed, problem: InputProblem) {
    observed.inputs.client_secret = Err(input_fault("spec.oidc.clientSecretRef", problem));
    observed.inputs.versions.remove(0);
}

/// The API key cannot be used, so that nobody can be asked whose it is.
pub fn api_key_says(observed: &mut Observed, problem: InputProblem) {
    observed.inputs.api_key = Err(input_fault("spec.cognigy.apiKeySecretRef", problem));
    observed.inputs.versions.pop();
    observed.account = None;
    observed.login = None;
}

pub fn refused(call: CognigyCall, status: u16) -> CallFault {
    CallFault::Refused { call, status, code: None, trace_id: Some("trace-1".to_owned()), retry_after: None }
}

/// The login URL leads to the declared provider and client.
pub fn login_matches() -> Login {
    Login::Redirect { endpoint: AUTHORIZE.to_owned(), client_id: CLIENT_ID.to_owned() }
}

/// The login URL leads to another client.
pub fn login_differs() -> Login {
    Login::Redirect { endpoint: AUTHORIZE.to_owned(), client_id: "somebody".to_owned() }
}

/// The effect succeeds.
pub fn applied(effect: &Effect) -> Receipt {
    match effect {
        Effect::Reset => Receipt::WasReset,
        _ => Receipt::Applied { event: Some(EVENT.into()) },
    }
}

/// What would be sent for this resource, from good inputs.
pub fn desired(resource: &Resource) -> Desired {
    let oidc = resource.spec.as_ref().unwrap().oidc.as_ref().unwrap();
    let host = "api-trial.cognigy.ai".to_owned();
    Desired::oidc(oidc, CLIENT_ID.to_owned(), CLIENT_SECRET.into(), ORGANIZATION.to_owned(), host)
}

/// A change that the audit events tell of.
pub fn change(id: &str, kind: ChangeKind, time: Timestamp, user: &str) -> Change {
    Change { id: id.into(), kind, time, user: user.into() }
}

/// The newest audit event is this.
pub fn tells(observed: &mut Observed, newest: Change) {
    observed.history = Some(Ok(Some(newest)));
}

/// The audit events cannot be read, and the answer is this.
pub fn history_says(observed: &mut Observed, status: u16) {
    observed.history = Some(Err(refused(CognigyCall::AuditEvents, status)));
}

/// The fingerprint of a configuration, as a visit makes it.
pub fn fingerprint(desired: &Desired) -> Fingerprint {
    Fingerprint::of(desired, &SALT, Cost::LEAST).unwrap()
}

/// The conclusion of a plan, with the fingerprint of what it applies.
pub fn end(
    resource: &Resource,
    observed: &Observed,
    plan: &Plan,
    receipt: Option<&Receipt>,
    changed: Option<Timestamp>,
    moment: Moment,
) -> Conclusion {
    let fingerprint = match &plan.effect {
        Some(Effect::Apply(application)) => Some(fingerprint(&application.desired)),
        _ => None,
    };
    let fingerprint = fingerprint.as_ref();
    conclude(&Ending { resource, observed, plan, receipt, drift: None, fingerprint, changed, moment })
}

/// Status and reason of a condition.
pub fn condition(status: &IdentityProviderConfigStatus, r#type: ConditionType) -> Option<(ConditionStatus, Reason)> {
    status.condition(r#type).map(|condition| (condition.status, condition.reason))
}

pub fn message(status: &IdentityProviderConfigStatus, r#type: ConditionType) -> &str {
    status.condition(r#type).map_or("", |condition| &condition.message)
}
