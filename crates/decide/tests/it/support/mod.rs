//! A good resource and a good observation, and what a visit does with them. Tests change what they are about.

pub mod arbitrary;
mod organization;
mod run;
pub mod strategy;
mod visit;

use cognigy_sso_api::{
    ConditionStatus, ConditionType, IdentityProviderConfigSpec, IdentityProviderConfigStatus, Operation, Pending,
    Reason, SecretVersion,
};
use cognigy_sso_decide::{
    Account, CallFault, Change, ChangeKind, CognigyCall, Conclusion, Cost, Desired, Effect, Ending, Fingerprint,
    InputFault, InputProblem, Inputs, Login, Moment, ObjectKind, Observed, Plan, ProviderFault, Receipt, Resource,
    Salt, Seal, TransportFault, conclude,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::STRATEGY;

pub use organization::{Held, Organization};
pub use run::Run;
pub use strategy::{CERTIFICATE, OIDC, SAML, Strategy, applied_saml, certificate, metadata, provider};
pub use visit::{Visit, always, attempt, visit, visit_at, visit_looking, visit_trying, visit_with, written};

pub const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
pub const OTHER_ORGANIZATION: &str = "ffffffffffffffffffffffff";
/// By what name the provider knows Cognigy.AI.
pub const NAME: &str = "abc123";
/// The user that the API key belongs to.
pub const USER: &str = "admin@acme.example";
/// Another user of the organization.
pub const STRANGER: &str = "somebody@acme.example";
/// The audit event of what was applied.
pub const EVENT: &str = "event-1";
/// Secrets that must come out nowhere.
pub const API_KEY: &str = "canary-api-key-7f31";
pub const SECRET: &str = "canary-client-secret-91be";
/// The second one after it was rotated.
pub const ROTATED: &str = "canary-rotated-3e90";
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
    let cognigy = json!({
        "apiUrl": "https://api-trial.cognigy.ai/new",
        "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
    });
    let mut spec = serde_json::from_value(json!({ "cognigy": cognigy })).unwrap();
    (STRATEGY.declare)(&mut spec);
    spec
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

/// The same resource, being deleted: its generation is the next one.
pub fn deleted(resource: Resource) -> Resource {
    let generation = resource.generation + i64::from(!resource.deleting);
    Resource { deleting: true, generation, ..resource }
}

/// A change that was begun and whose end is not on record.
pub fn begun(operation: Operation, time: Timestamp) -> Pending {
    Pending { operation, time, fingerprint: None, audit_event_id: None, audited: true }
}

/// All is well, and nothing was applied.
pub fn observed(change: impl FnOnce(&mut Observed)) -> Observed {
    let mut observed = Observed {
        inputs: Inputs {
            api_key: Ok(API_KEY.into()),
            versions: vec![version(STRATEGY.secret, "1"), version("cognigy-api", "1")],
            expiries: Some(Vec::new()),
            ..Inputs::unread()
        },
        account: Some(Ok(account())),
        login: Some(Login::Silent),
        history: Some(Ok(None)),
        ..Observed::nothing()
    };
    (STRATEGY.observe)(&mut observed);
    change(&mut observed);
    observed
}

pub fn version(name: &str, resource_version: &str) -> SecretVersion {
    SecretVersion { name: name.into(), uid: format!("uid-of-{name}").into(), resource_version: resource_version.into() }
}

/// The secret is this one now, in this version of its Secret.
pub fn with_secret(observed: &mut Observed, secret: &str, resource_version: &str) {
    (STRATEGY.read_secret)(&mut observed.inputs, Ok(SecretString::from(secret)));
    observed.inputs.versions[0] = version(STRATEGY.secret, resource_version);
}

/// The secret is another one now.
pub fn rotated(observed: &mut Observed) {
    with_secret(observed, ROTATED, "2");
}

/// The Secret has a new version with the same bytes.
pub fn touched(observed: &mut Observed) {
    observed.inputs.versions[0] = version(STRATEGY.secret, "2");
}

pub fn account() -> Account {
    Account { user: USER.into(), organization: ORGANIZATION.to_owned(), is_admin: true, disabled: false }
}

pub fn other_organization(observed: &mut Observed) {
    observed.account = Some(Ok(Account { organization: OTHER_ORGANIZATION.to_owned(), ..account() }));
}

pub fn provider_says(observed: &mut Observed, fault: ProviderFault) {
    (STRATEGY.says)(observed, fault);
}

/// Whatever the provider publishes refutes the configuration.
pub fn issuer_refuted(observed: &mut Observed) {
    (STRATEGY.refute)(observed);
}

/// The provider cannot be reached.
pub fn issuer_unknown(observed: &mut Observed) {
    let (document, server) = (STRATEGY.document, "acme.eu.auth0.com".to_owned());
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

/// The secret cannot be used.
pub fn secret_says(observed: &mut Observed, problem: InputProblem) {
    secret_of_says("the-object", observed, problem);
}

/// The secret in the Secret of this name cannot be used.
pub fn secret_of_says(name: &str, observed: &mut Observed, problem: InputProblem) {
    let fault = InputFault { name: name.to_owned(), ..input_fault(STRATEGY.secret_field, problem) };
    (STRATEGY.read_secret)(&mut observed.inputs, Err(fault));
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

/// The login URL leads to this endpoint, and introduces Cognigy.AI by this name.
pub fn leads_to(endpoint: &str, name: &str) -> Login {
    Login::Redirect { endpoint: endpoint.to_owned(), party: (STRATEGY.party)(name.to_owned()) }
}

/// The login URL leads to the declared provider and introduces Cognigy.AI as declared.
pub fn login_matches() -> Login {
    leads_to(STRATEGY.endpoint, NAME)
}

/// The login URL introduces Cognigy.AI by another name.
pub fn login_differs() -> Login {
    leads_to(STRATEGY.endpoint, "somebody")
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
    (STRATEGY.desired)(resource.spec.as_ref().unwrap())
}

/// What is sent is another.
pub fn edit(spec: &mut IdentityProviderConfigSpec) {
    (STRATEGY.edit)(spec);
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
