//! What the core decides about every good transition, when all is well otherwise.

use std::sync::Arc;
use std::thread;

use cognigy_sso_api::{ConditionType, IdentityProviderConfigSpec, IdentityProviderConfigStatus, KeyRef, SecretVersion};
use cognigy_sso_decide::{
    Account, Cost, Effect, Login, Memory, Moment, Observed, Receipt, Resource, Seal, Step, Trial, Visit, Write,
};
use cognigy_sso_testkit::transitions::{Transition, Transitions};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{COUNT, contract, oidc, saml, transitions};

const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
/// The most visits until nothing is left to do; more means that it would never end.
const MOST: usize = 6;
const SEAL: Seal = Seal { salt: *b"0123456789abcdef", cost: Cost::LEAST };

#[test]
fn every_good_transition_ends_in_a_state_that_says_where_it_stands() {
    let transitions = &transitions();
    let half = |from: usize, to: usize| (from..to).map(|number| tried(transitions, number)).collect::<Vec<_>>();
    let outcomes = thread::scope(|scope| {
        let other = scope.spawn(move || half(COUNT / 2, COUNT));
        [half(0, COUNT / 2), other.join().unwrap()].concat()
    });
    let (mut readies, mut others, mut wrong) = (0, 0, Vec::new());
    for outcome in outcomes.into_iter().flatten() {
        match outcome {
            Ok(true) => readies += 1,
            Ok(false) => others += 1,
            Err(problem) => wrong.push(problem),
        }
    }
    println!("{readies} good transitions lead to Ready, {others} to a state that says what to do");
    assert!(wrong.is_empty(), "{} end otherwise than they should:\n{}", wrong.len(), wrong.join("\n"));
    assert!(readies > COUNT / 20 && others > COUNT / 20);
}

/// Makes the transition if it is a good one, and undoes it. Answers whether it led to `Ready`, or what is wrong.
fn tried(transitions: &Transitions, number: usize) -> Option<Result<bool, String>> {
    let transition = transitions.nth(number);
    let tried = transition.is_good().then(|| go(&transition))?;
    Some(tried.map_err(|problem| format!("{transition}\n    {problem}")))
}

fn go(transition: &Transition) -> Result<bool, String> {
    let (former, next) = (spec(&transition.former)?, spec(&transition.next)?);
    let mut world = World::new(former.clone());
    world.settle()?;
    let was_ready = world.is_ready();
    world.edit(next);
    world.settle()?;
    let is_ready = world.is_ready();
    world.edit(former);
    world.settle()?;
    if world.is_ready() != was_ready {
        return Err(format!("undone, Ready is {}: {:?}", !was_ready, world.resource.status.conditions));
    }
    Ok(is_ready)
}

/// The spec as the API server keeps it: without nulls, with defaults.
fn spec(resource: &Value) -> Result<IdentityProviderConfigSpec, String> {
    let mut spec = resource["spec"].clone();
    drop_nulls(&mut spec);
    serde_json::from_value(spec).map_err(|problem| format!("the operator cannot read it: {problem}"))
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}

/// A resource and an organization that holds what was sent last.
struct World {
    resource: Resource,
    memory: Memory,
    sent: Option<String>,
}

impl World {
    fn new(spec: IdentityProviderConfigSpec) -> Self {
        let resource = Resource {
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
        };
        Self { resource, memory: Memory::default(), sent: None }
    }

    fn edit(&mut self, spec: IdentityProviderConfigSpec) {
        self.resource.spec = Ok(Box::new(spec));
        self.resource.generation += 1;
    }

    fn is_ready(&self) -> bool {
        self.resource.status.is_true(ConditionType::Ready)
    }

    fn declared(&self) -> &IdentityProviderConfigSpec {
        self.resource.spec.as_ref().unwrap()
    }

    /// Visits until there is nothing left to do or to report.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..MOST {
            let before = self.resource.clone();
            self.visit()?;
            contract::holds(&self.resource.status, self.resource.generation)?;
            if self.resource == before {
                contract::says_where_it_stands(&self.resource.status)?;
                return self.holds_what_is_declared();
            }
        }
        Err(format!("it never is quiet: {:?}", self.resource.status))
    }

    fn visit(&mut self) -> Result<(), String> {
        let (observed, memory) = (observed(&self.resource), std::mem::take(&mut self.memory));
        let mut visit = Visit::new(self.resource.clone(), memory, observed, SEAL);
        let status = loop {
            match visit.step(Moment { now: now(), chance: 0.5 }) {
                Step::Write(write) => {
                    let mut written = visit.resource().clone();
                    match write {
                        Write::Finalizer(present) => written.finalizer = present,
                        Write::Status(status) => written.status = *status,
                    }
                    visit.written(written).map_err(|edited| format!("edited: {edited:?}"))?;
                }
                Step::Call { .. } => {
                    let receipt = self.send(visit.effect())?;
                    visit.received(receipt);
                }
                Step::Try => visit.tried(Arc::new(Trial::accepted())),
                Step::Look | Step::Tell(_) => return Err("nobody has touched the organization".to_owned()),
                Step::End(conclusion) => break conclusion.status,
            }
        };
        (self.resource, self.memory) = visit.into_parts();
        self.resource.status = status;
        Ok(())
    }

    /// Carries out a change. What is there already need not be sent.
    fn send(&mut self, effect: Option<&Effect>) -> Result<Receipt, String> {
        let Some(Effect::Apply(application)) = effect else { return Err(format!("nobody asked for {effect:?}")) };
        let sent = self.sent.replace(application.desired.body().expose_secret().to_owned());
        if sent == self.sent { Err("what is there already is sent again".to_owned()) } else { Ok(applied()) }
    }

    /// `Ready` promises that what is declared is in force.
    fn holds_what_is_declared(&self) -> Result<(), String> {
        if !self.is_ready() {
            return Ok(());
        }
        let sent = self.sent.as_deref().ok_or("it is Ready, and nothing was sent")?;
        let sent: Value = serde_json::from_str(sent).unwrap();
        match (&self.declared().saml, &self.declared().oidc) {
            (Some(declared), _) => saml::is_what_is_declared(&sent, declared),
            (None, Some(declared)) => oidc::is_what_is_declared(&sent, declared),
            (None, None) => Err("it is Ready, and nothing is declared".to_owned()),
        }
    }
}

fn applied() -> Receipt {
    Receipt::Applied { event: None }
}

fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

/// All is well, as far as the spec lets it be.
fn observed(resource: &Resource) -> Observed {
    let spec = resource.spec.as_ref().unwrap();
    let user = "admin@acme.example".into();
    let account = Account { user, organization: ORGANIZATION.to_owned(), is_admin: true, disabled: false };
    let common = Observed {
        account: Some(Ok(account)),
        login: Some(Login::Silent),
        history: Some(Ok(None)),
        ..Observed::nothing()
    };
    match (&spec.saml, &spec.oidc) {
        (Some(declared), _) => saml::observed(spec, declared, common),
        (None, Some(declared)) => oidc::observed(spec, declared, common),
        (None, None) => common,
    }
}

/// Each key of each Secret holds another value.
pub(super) fn value(reference: &KeyRef) -> String {
    format!("{}/{}", reference.name, reference.key)
}

/// The Secrets that these references name.
pub(super) fn versions<'a>(references: impl IntoIterator<Item = Option<&'a KeyRef>>) -> Vec<SecretVersion> {
    let mut names: Vec<_> = references.into_iter().flatten().map(|reference| reference.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let version = |name: &str| SecretVersion {
        name: name.into(),
        uid: format!("uid-of-{name}").into(),
        resource_version: "1".into(),
    };
    names.into_iter().map(version).collect()
}
