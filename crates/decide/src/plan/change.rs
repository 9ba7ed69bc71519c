//! Whether to change the configuration, and how.

use cognigy_sso_api::{
    AdoptionPolicy, ApiUrl, ConditionStatus, IdentityProviderConfigSpec, Mode, Oidc, Operation, Pending, Reason,
};
use jiff::Timestamp;

use super::{Effect, Findings, Outlook, Plan};
use crate::desired::Desired;
use crate::fault::Class;
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::observed::{Login, Observed};
use crate::resource::Resource;

/// All that a change is decided by.
pub(super) struct Case<'a> {
    resource: &'a Resource,
    spec: &'a IdentityProviderConfigSpec,
    oidc: &'a Oidc,
    observed: &'a Observed,
    now: Timestamp,
    findings: Findings,
}

/// The configuration that the organization has, as far as it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    /// None shows.
    None,
    /// The login URL leads to the declared provider and client.
    Matching,
    /// There is one, and it is another or does not show.
    Other,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        resource: &'a Resource,
        spec: &'a IdentityProviderConfigSpec,
        oidc: &'a Oidc,
        observed: &'a Observed,
        now: Timestamp,
    ) -> Self {
        let findings = Findings::of(resource, spec, oidc, observed);
        Self { resource, spec, oidc, observed, now, findings }
    }

    pub(super) fn plan(self) -> Plan {
        let (effect, outlook) = self.decide();
        Plan { effect, findings: self.findings, outlook }
    }

    fn decide(&self) -> (Option<Effect>, Outlook) {
        let desired = self.desired();
        if self.is_in_force(desired.as_ref()) {
            return (None, Outlook::InForce);
        }
        if let Some(condition) = self.findings.blocker(self.spec.verification.mode) {
            return (None, Outlook::Held(self.waiting(desired.is_some(), condition)));
        }
        let Some(change) = desired.map(|desired| self.change(desired)) else {
            return (None, Outlook::Held(self.waiting(false, "SecretsResolved")));
        };
        match change {
            Err(finding) => (None, Outlook::Held(finding)),
            Ok(effect) if self.spec.mode == Mode::Plan => (None, Outlook::Held(planned(&effect))),
            Ok(effect) => (Some(self.recorded_first(effect)), Outlook::Due),
        }
    }

    /// What is to be applied, once every part of it is known. While nobody can be asked whose API key it is, it is taken to
    /// be of the organization that was configured: enough to compare, and no change is made before the key is tried.
    fn desired(&self) -> Option<Desired> {
        let inputs = &self.observed.inputs;
        let account = self.observed.account.iter().flatten().next();
        let configured = self.resource.status.organization.as_ref();
        let organization = account.map(|account| account.organization.as_str());
        let organization = organization.or_else(|| configured.map(|organization| &*organization.id))?.to_owned();
        let client_id = inputs.client_id.as_ref().ok()?.clone();
        let client_secret = inputs.client_secret.as_ref().ok()?.clone();
        let host = ApiUrl::parse(&self.spec.cognigy.api_url).ok()?.authority();
        Some(Desired::oidc(self.oidc, client_id, client_secret, organization, host))
    }

    /// Is what is declared what was applied last? Equal versions of all inputs say so at no cost; only else is it hashed. And
    /// what cannot be read just now has not changed as far as anybody knows.
    fn is_in_force(&self, desired: Option<&Desired>) -> bool {
        let status = &self.resource.status;
        let Some(applied) = status.applied.as_ref().filter(|_| status.pending.is_none()) else { return false };
        let unread = self.findings.secrets.status == ConditionStatus::Unknown;
        let same_inputs = unread || applied.secrets == self.observed.inputs.versions;
        (applied.generation == self.resource.generation && same_inputs)
            || self.observed.known_unchanged
            || desired.is_some_and(|desired| Fingerprint::matches(&applied.fingerprint, desired))
    }

    /// Why nothing is applied before this condition is true.
    fn waiting(&self, is_known: bool, condition: &str) -> Finding {
        let status = &self.resource.status;
        let message = match &status.applied {
            _ if status.pending.is_some() => {
                format!("A change was begun and its end is not known. It goes on when {condition} allows it.")
            }
            Some(applied) if is_known => format!(
                "The change waits for {condition}; the configuration of generation {} stays in place.",
                applied.generation
            ),
            Some(_) => {
                return Finding::not_checked(format!(
                    "What was applied last is still in place; whether it is what is declared cannot be told: see \
                     {condition}."
                ));
            }
            None => format!("Nothing is applied before {condition} allows it."),
        };
        Finding { status: ConditionStatus::False, reason: Reason::ChangePending, message, class: None }
    }

    /// Configure or replace? A configuration that this resource is not known to have applied is replaced only as
    /// `adoptionPolicy` allows, but for one: what a first configuration that was begun would have left behind.
    fn change(&self, desired: Desired) -> Result<Effect, Finding> {
        let status = &self.resource.status;
        if status.applied.is_some() {
            return Ok(Effect::Replace { desired, adopts: false });
        }
        let existing = self.existing(&desired);
        let is_own = existing == Existing::Matching && self.resource.has_begun(Operation::Configure);
        let may_adopt = match self.spec.adoption_policy {
            AdoptionPolicy::Always => true,
            AdoptionPolicy::IfMatching => existing == Existing::Matching,
            AdoptionPolicy::Never => false,
        };
        match existing {
            Existing::None => Ok(Effect::Configure(desired)),
            _ if is_own || self.resource.owns_configuration() => Ok(Effect::Replace { desired, adopts: false }),
            _ if may_adopt => Ok(Effect::Replace { desired, adopts: true }),
            Existing::Matching | Existing::Other => Err(self.already_configured(&desired, existing)),
        }
    }

    fn existing(&self, desired: &Desired) -> Existing {
        let published = self.observed.provider.as_deref().and_then(|provider| provider.as_ref().ok());
        match &self.observed.login {
            Some(Login::Redirect { endpoint, client_id }) => {
                let leads_to = |published: &str| published.split(['?', '#']).next() == Some(endpoint.as_str());
                let same_provider = published.is_some_and(|provider| leads_to(&provider.authorization_endpoint));
                if same_provider && *client_id == desired.client_id { Existing::Matching } else { Existing::Other }
            }
            _ if self.observed.already_configured => Existing::Other,
            _ => Existing::None,
        }
    }

    fn already_configured(&self, desired: &Desired, existing: Existing) -> Finding {
        let shown = match existing {
            Existing::Matching => "for the same provider and client",
            _ => "that is not known to be for the same provider and client",
        };
        let policy = match self.spec.adoption_policy {
            AdoptionPolicy::Never => "Never",
            AdoptionPolicy::IfMatching => "IfMatching",
            AdoptionPolicy::Always => "Always",
        };
        let message = format!(
            "Organization {} already has a configuration {shown}, and this resource is not known to have applied it. Set \
             spec.adoptionPolicy (now {policy}) to Always to replace it, or reset it in Cognigy.AI.",
            desired.organization
        );
        Finding::refuted(Reason::AlreadyConfigured, message, Class::Input)
    }

    /// A change is on record before its first call wherever a crash could otherwise leave behind what looks like somebody
    /// else's work: before each reset, and before a first configuration that could not be adopted afterwards.
    fn recorded_first(&self, effect: Effect) -> Effect {
        if self.resource.status.pending.is_some() {
            return effect;
        }
        let operation = match effect {
            Effect::Replace { adopts: true, .. } => Operation::Adopt,
            Effect::Replace { .. } => Operation::Replace,
            Effect::Configure(_) if self.spec.adoption_policy == AdoptionPolicy::Never => Operation::Configure,
            other => return other,
        };
        Effect::Record(Pending { operation, time: self.now })
    }
}

/// What would be done, in words.
fn planned(effect: &Effect) -> Finding {
    let Some(desired) = effect.desired() else { return Finding::not_checked("spec.mode is Plan.") };
    let action = match effect {
        Effect::Replace { adopts: true, .. } => {
            "reset the configuration that somebody else applied and at once apply the declared one"
        }
        Effect::Replace { .. } => "reset the configuration and at once apply the declared one",
        _ => "apply the declared configuration",
    };
    let message = format!(
        "spec.mode is Plan: in mode Manage the operator would {action} in organization {} (client id {}).",
        desired.organization, desired.client_id
    );
    Finding { status: ConditionStatus::False, reason: Reason::Planned, message, class: None }
}
