//! The one thing to do next.

mod change;
mod checks;
mod existing;
mod held;
mod leave;
mod manageable;
mod provenance;
mod standing;

use std::sync::Arc;

use cognigy_sso_api::{IdentityProviderConfigSpec, Pending, Reason};
use jiff::Timestamp;

use crate::desired::Desired;
use crate::finding::Finding;
use crate::observed::{Account, Observed};
use crate::resource::Resource;
use crate::strategy::Strategy;
use manageable::{invalid, manageable};

pub(crate) use change::recent_corrections;
pub(crate) use checks::{Findings, judge_connection, judge_secrets, scope_warning};
pub(crate) use held::refused as held_refused;
pub(crate) use leave::blocked;
pub use leave::shows_applied;
pub(crate) use provenance::baseline;
pub use provenance::{LONGEST_CHANGE, may_be_anothers};
pub(crate) use standing::just_applied;

/// A change to make. A visit makes them one at a time, and each is planned afresh.
#[derive(Debug)]
pub enum Effect {
    /// Put the finalizer on, before anything is applied that a deletion must reset.
    AddFinalizer,
    /// Take the finalizer off.
    RemoveFinalizer,
    /// Write down what is about to be done.
    Record {
        /// What is about to be done; the fingerprint is left to be filled in.
        pending: Pending,
        /// The configuration that is to be applied.
        desired: Desired,
    },
    /// Apply a configuration.
    Apply(Application),
    /// Reset, since the resource is being deleted.
    Reset,
}

/// A configuration that is to be applied, and how.
#[derive(Clone, Debug)]
pub struct Application {
    /// The configuration.
    pub desired: Desired,
    /// What it is applied for.
    pub cause: Cause,
    /// Must the organization be reset first?
    pub resets: bool,
    /// What is put back should Cognigy.AI refuse it for good.
    pub previous: Option<Arc<Desired>>,
}

/// What a configuration is applied for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It is declared and not in force.
    Declared,
    /// It takes the place of one that somebody else applied before.
    Adoption,
    /// It takes the place of what somebody else made of it.
    Drift,
    /// It was in force before one that Cognigy.AI refused.
    PutBack,
}

impl Effect {
    /// What it applies, if it applies something.
    pub(crate) fn application(&self) -> Option<&Application> {
        match self {
            Self::Apply(application) => Some(application),
            _ => None,
        }
    }
}

/// The next effect, and what was found on the way to it.
#[derive(Debug)]
pub struct Plan {
    /// What to do, if anything.
    pub effect: Option<Effect>,
    /// Is the client to be tried at its provider before that?
    pub(crate) wants_trial: bool,
    pub(crate) findings: Findings,
    pub(crate) outlook: Outlook,
}

/// What `Configured` says as long as no receipt says more.
#[derive(Debug)]
pub(crate) enum Outlook {
    /// The declared configuration is the one that was applied.
    InForce {
        /// The audit event that tells of its application, where it was seen.
        event: Option<Box<str>>,
    },
    /// An audit event tells that what was begun took effect.
    Recovered {
        /// Its id.
        event: Box<str>,
    },
    /// A change is being made.
    Due,
    /// It is not, for this reason.
    Held(Finding),
    /// Nothing was looked at, by request.
    Suspended,
    /// The resource is going.
    Leaving(Option<Finding>),
}

/// Says what to do next about this resource.
///
/// It is total: every resource and every observation has a plan, and one whose effect is done plans that effect no more.
#[must_use]
pub fn plan(resource: &Resource, observed: &Observed, now: Timestamp) -> Plan {
    let spec = match &resource.spec {
        Ok(spec) => spec,
        Err(problem) => return unreadable(resource, problem),
    };
    if resource.deleting {
        return leave::plan(resource, spec, observed, now);
    }
    let planned = plan_change(resource, spec, observed, now);
    let applies = planned.effect.is_some() || matches!(planned.outlook, Outlook::Recovered { .. });
    let effect = finalizer(resource, applies).or(planned.effect);
    Plan { effect, ..planned }
}

fn plan_change(resource: &Resource, spec: &IdentityProviderConfigSpec, observed: &Observed, now: Timestamp) -> Plan {
    if spec.suspend {
        let findings = Findings::none("Not checked while spec.suspend is true.");
        return Plan { effect: None, wants_trial: false, findings, outlook: Outlook::Suspended };
    }
    match manageable(spec) {
        Ok(strategy) => change::Case::new(resource, spec, strategy, observed, now).plan(),
        Err(finding) => refused(finding),
    }
}

/// The finalizer is there exactly while a deletion would have something to reset; it comes before what it guards.
fn finalizer(resource: &Resource, applies: bool) -> Option<Effect> {
    match (resource.finalizer, resource.wants_finalizer()) {
        (true, false) => Some(Effect::RemoveFinalizer),
        (false, true) if applies || resource.owns_configuration() => Some(Effect::AddFinalizer),
        _ => None,
    }
}

/// What is declared, if it can be read and done.
///
/// # Errors
/// What must be corrected first.
pub(crate) fn readable(resource: &Resource) -> Result<(&IdentityProviderConfigSpec, Strategy<'_>), Finding> {
    let spec = resource.spec.as_ref().map_err(|problem| cannot_be_read(problem))?;
    Ok((spec, manageable(spec)?))
}

fn cannot_be_read(problem: &str) -> Finding {
    invalid(format!("The resource cannot be read: {problem}. Correct the named field."))
}

/// A spec that cannot be read tells nothing, not even what a deletion shall do: nothing holds such a resource.
fn unreadable(resource: &Resource, problem: &str) -> Plan {
    if resource.deleting {
        return leave::let_go(resource);
    }
    refused(cannot_be_read(problem))
}

/// A resource that is not acted on as it stands. What it was before stays as it is.
fn refused(finding: Finding) -> Plan {
    let findings = Findings::none("Not checked: see the condition Configured.");
    Plan { effect: None, wants_trial: false, findings, outlook: Outlook::Held(finding) }
}

impl Resource {
    /// Is there anything to read outside before this resource can be planned?
    #[must_use]
    pub fn needs_observation(&self) -> bool {
        let Ok(spec) = &self.spec else { return false };
        if self.deleting {
            return self.may_have_to_reset();
        }
        !spec.suspend && manageable(spec).is_ok()
    }
}

impl Plan {
    /// What shows that somebody else has changed the configuration, if something does.
    pub(crate) fn drift(&self) -> Option<&str> {
        self.findings.sync.is_false().then_some(&self.findings.sync.message)
    }

    /// The account whose organization the configuration is for, where it is known and the right one.
    pub(crate) fn account<'a>(&self, observed: &'a Observed) -> Option<&'a Account> {
        let wrong = [Reason::OrganizationMismatch, Reason::OrganizationChanged];
        observed.account.iter().flatten().next().filter(|_| !wrong.contains(&self.findings.connection.reason))
    }
}
