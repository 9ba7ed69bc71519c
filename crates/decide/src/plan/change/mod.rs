//! Whether to change the configuration, and how.

mod drift;
mod obstacles;
mod trial;

use std::sync::Arc;

use cognigy_sso_api::{
    AdoptionPolicy, ConditionStatus, ConditionType, DriftPolicy, IdentityProviderConfigSpec, Mode, Operation, Pending,
};
use jiff::Timestamp;

use super::existing::Existing;
use super::standing::Standing;
use super::{Application, Cause, Effect, Findings, Outlook, Plan, held, provenance, standing};
use crate::desired::Desired;
use crate::finding::Finding;
use crate::history::Change;
use crate::observed::{Login, Observed};
use crate::resource::Resource;
use crate::saml::Chosen;
use crate::strategy::Strategy;

pub(crate) use drift::recent_corrections;

/// All that a change is decided by.
pub(super) struct Case<'a> {
    resource: &'a Resource,
    spec: &'a IdentityProviderConfigSpec,
    strategy: Strategy<'a>,
    observed: &'a Observed,
    now: Timestamp,
    findings: Findings,
    /// Does the login URL lead to what is declared, where that can be told?
    leads_to_declared: Option<bool>,
    /// What is to be applied, once every part of it is known.
    desired: Option<Desired>,
    /// Is that what was applied last?
    is_applied: bool,
    /// And is it in force still, as far as can be told?
    in_force: bool,
}

type Decision = (Option<Effect>, Outlook);

impl<'a> Case<'a> {
    pub(super) fn new(
        resource: &'a Resource,
        spec: &'a IdentityProviderConfigSpec,
        strategy: Strategy<'a>,
        observed: &'a Observed,
        now: Timestamp,
    ) -> Self {
        let findings = Findings::of(resource, spec, strategy, observed, now);
        let provider = findings.chosen.as_ref().map(Chosen::applied);
        let desired = strategy.desired(resource, observed, provider.as_ref());
        let leads_to_declared = strategy.leads_to_declared(observed, provider.as_ref());
        let (is_applied, in_force) = (false, false);
        let mut case = Self {
            resource,
            spec,
            strategy,
            observed,
            now,
            findings,
            leads_to_declared,
            desired,
            is_applied,
            in_force,
        };
        case.is_applied = case.is_what_was_applied();
        case.in_force = case.is_applied && !case.may_be_displaced();
        case.findings.client = case.client();
        case
    }

    pub(super) fn plan(mut self) -> Plan {
        let standing = self.standing();
        if let Some(standing) = &standing {
            self.findings.sync = self.sync(standing);
        }
        let (effect, outlook) = self.decide(standing.as_ref());
        let wants_trial = self.wants_trial(effect.as_ref());
        Plan { effect, wants_trial, findings: self.findings, outlook }
    }

    fn decide(&mut self, standing: Option<&Standing>) -> Decision {
        if let Some(rival) = &self.observed.rival {
            self.findings.sync = Finding::not_checked("Not checked: see the condition Configured.");
            return (None, Outlook::Held(held::yielding(self.resource, rival)));
        }
        if let Some(event) = self.recovered() {
            return (None, Outlook::Recovered { event: event.id.clone() });
        }
        if self.in_force {
            return match standing {
                Some(Standing::Disturbed(disturbance)) => self.correct(disturbance),
                Some(Standing::Undisturbed { event }) => (None, Outlook::InForce { event: event.clone() }),
                _ => (None, Outlook::InForce { event: None }),
            };
        }
        match self.change(standing) {
            Ok(application) if self.spec.mode == Mode::Plan => (None, Outlook::Held(held::planned(&application))),
            Ok(application) => (Some(self.recorded_first(application)), Outlook::Due),
            Err(finding) if self.resource.has_begun(Operation::PutBack) => self.put_back(finding),
            Err(finding) => (None, Outlook::Held(finding)),
        }
    }

    /// Is what is declared what was applied last? Equal versions of all inputs say so at no cost; only else is it hashed. And
    /// what cannot be read just now has not changed as far as anybody knows.
    fn is_what_was_applied(&self) -> bool {
        let status = &self.resource.status;
        let Some(applied) = status.applied.as_ref().filter(|_| status.pending.is_none()) else { return false };
        let unread = self.findings.secrets.status == ConditionStatus::Unknown;
        let same_inputs = unread || applied.secrets == self.observed.inputs.versions;
        let chosen = self.findings.chosen.as_ref();
        let same_provider = chosen.is_none_or(|chosen| applied.saml.as_deref() == Some(&chosen.applied()));
        let is_generation = applied.generation == self.resource.generation && same_inputs && status.refused.is_none();
        ((is_generation || self.observed.known_unchanged) && same_provider) || self.is_what(&applied.fingerprint)
    }

    /// May another resource have put its own in the place of what was applied, and nothing shows whether it did? What was not in
    /// force before is not said to be so while nobody can be asked.
    fn may_be_displaced(&self) -> bool {
        let before = self.resource.status.condition(ConditionType::Configured);
        let shows =
            matches!(self.observed.history, Some(Ok(_))) || matches!(self.observed.login, Some(Login::Redirect { .. }));
        let was_in_force = before.is_none_or(|before| before.status == ConditionStatus::True);
        !was_in_force && (!self.findings.connection.is_true() || (self.resource.status.saw_foreign && !shows))
    }

    /// Was this fingerprint made from what is declared?
    fn is_what(&self, fingerprint: &str) -> bool {
        self.desired.as_ref().is_some_and(|desired| self.observed.compared.matches(fingerprint, desired))
    }

    /// The audit event that tells that what is declared was applied by what was begun, though no answer came.
    fn recovered(&self) -> Option<&'a Change> {
        let begun = provenance::begun(self.resource, self.observed)?;
        let event = provenance::own_event_since(self.resource, self.observed, begun)?;
        let is_declared = begun.fingerprint.as_ref().is_some_and(|fingerprint| self.is_what(fingerprint));
        let is_former = begun.operation == Operation::PutBack;
        (is_declared || is_former).then_some(event)
    }

    /// How what was applied stands. While something else is declared, the login URL cannot tell: what it should lead to is
    /// not kept.
    fn standing(&self) -> Option<Standing> {
        let leads_to_it = self.leads_to_declared.filter(|_| self.in_force);
        standing::of(self.resource, self.observed, leads_to_it, self.now)
    }

    /// The change to make, or why none is made.
    fn change(&self, standing: Option<&Standing>) -> Result<Application, Finding> {
        let is_known = self.desired.is_some();
        if let Some(condition) = self.findings.blocker(self.spec.verification.mode) {
            return Err(held::waiting(self.resource, is_known, condition));
        }
        let desired = self.desired.clone().ok_or_else(|| held::incomplete(self.resource, &self.findings.issuer))?;
        if self.resource.owns_configuration() && !self.has_begun_again() {
            self.judge_refused()?;
        }
        self.judge_unsettled()?;
        match standing {
            Some(Standing::Disturbed(disturbance)) if self.spec.drift_policy == DriftPolicy::Report => {
                Err(held::reported(disturbance))
            }
            Some(Standing::Unknown) if self.may_be_only_reported() => Err(held::seen_soon()),
            _ => self.configure_or_replace(desired),
        }
    }

    /// A configuration that this resource is not known to have applied is replaced only as `adoptionPolicy` allows.
    fn configure_or_replace(&self, desired: Desired) -> Result<Application, Finding> {
        let existing = Existing::of(self.observed, self.leads_to_declared);
        let matches = existing == Existing::Matching;
        let is_ours =
            self.resource.owns_configuration() || provenance::is_left_by_us(self.resource, self.observed, matches);
        if is_ours && existing != Existing::None && !self.has_begun_again() {
            self.judge_refused()?;
        }
        if existing == Existing::None || is_ours {
            return Ok(self.application(desired, self.begun_cause()));
        }
        let may_adopt = match self.spec.adoption_policy {
            AdoptionPolicy::Always => true,
            AdoptionPolicy::IfMatching => matches,
            AdoptionPolicy::Never => false,
        };
        if may_adopt {
            self.judge_refused()?;
            return Ok(self.application(desired, Cause::Adoption));
        }
        self.judge_unseen()?;
        Err(held::already_configured(self.spec.adoption_policy, &desired, matches))
    }

    /// What a change is made for: what was begun and is still what is declared goes on as it was begun.
    fn begun_cause(&self) -> Cause {
        let pending = self.resource.status.pending.as_ref();
        let is_same = |pending: &&Pending| pending.fingerprint.as_ref().is_some_and(|text| self.is_what(text));
        match pending.filter(is_same).map(|pending| pending.operation) {
            Some(Operation::Correct) => Cause::Drift,
            Some(Operation::Adopt) => Cause::Adoption,
            _ => Cause::Declared,
        }
    }

    fn application(&self, desired: Desired, cause: Cause) -> Application {
        let may_be_there = self.resource.owns_configuration() && !Existing::is_reset(self.observed);
        let resets = Existing::of(self.observed, self.leads_to_declared) != Existing::None || may_be_there;
        // Put back in case of need: what was applied, unless that is what is applied again.
        let is_another =
            self.resource.status.applied.as_ref().is_some_and(|applied| !self.is_what(&applied.fingerprint));
        let previous = self.previous().filter(|_| cause == Cause::Declared && is_another);
        Application { desired, cause, resets, previous }
    }

    /// What was applied last, if that is what is held in memory.
    fn previous(&self) -> Option<Arc<Desired>> {
        let applied = self.resource.status.applied.as_ref()?;
        let previous = self.observed.previous.as_ref()?;
        self.observed.compared.matches(&applied.fingerprint, previous).then(|| Arc::clone(previous))
    }

    /// A change is on record before its first call wherever a crash could otherwise leave behind what looks like somebody
    /// else's work: before each reset, before each change of what was applied, and before a first configuration that could
    /// not be told from somebody else's afterwards.
    fn recorded_first(&self, application: Application) -> Effect {
        let operation = match application.cause {
            Cause::Adoption => Operation::Adopt,
            Cause::Drift => Operation::Correct,
            _ if application.resets || self.resource.owns_configuration() => Operation::Replace,
            _ => Operation::Configure,
        };
        let must_be = operation != Operation::Configure
            || self.spec.adoption_policy == AdoptionPolicy::Never
            || self.resource.status.refused.is_some()
            || self.resource.status.saw_foreign;
        let recorded = self.resource.status.pending.as_ref();
        let is_recorded = recorded.is_some_and(|pending| {
            pending.operation == operation && pending.fingerprint.as_ref().is_none_or(|text| self.is_what(text))
        });
        if is_recorded || !(must_be || recorded.is_some()) {
            return Effect::Apply(application);
        }
        let (audit_event_id, audited) = provenance::baseline(self.resource, self.observed);
        let pending = Pending { operation, time: self.now, fingerprint: None, audit_event_id, audited };
        Effect::Record { pending, desired: application.desired }
    }
}
