//! From plan and receipt to what is reported, and when to look again.

mod conditions;
mod configured;
mod events;
mod facts;
mod trace;

use std::time::Duration;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus, Mode};
use jiff::Timestamp;

use crate::event::Event;
use crate::expiry;
use crate::fault::Class;
use crate::fingerprint::Fingerprint;
use crate::observed::{Observed, Receipt};
use crate::plan::Plan;
use crate::requeue::{Moment, next_visit};
use crate::resource::Resource;

use conditions::Found;

pub use conditions::in_progress;
pub(crate) use configured::begin_putting_back;
pub(crate) use facts::locate;

/// What a visit ends with.
#[derive(Debug)]
pub struct Conclusion {
    /// What to report; equal to what was reported before when nothing changed.
    pub status: IdentityProviderConfigStatus,
    /// What happened.
    pub events: Vec<Event>,
    /// How long until the next visit.
    pub next: Duration,
    /// Is something missing or out of reach, so that the work is not over and goes on by itself?
    pub retries: bool,
}

/// How long a visit is put off when the spec cannot be read or asks for no visits.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(10);

/// All that a visit ends with, before it is put into words.
#[derive(Clone, Copy)]
pub struct Ending<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// What was observed.
    pub observed: &'a Observed,
    /// What was planned last.
    pub plan: &'a Plan,
    /// What the planned effect answered, if it was carried out.
    pub receipt: Option<&'a Receipt>,
    /// What showed at the beginning of the visit that somebody else has changed the configuration.
    pub drift: Option<&'a str>,
    /// The fingerprint of the configuration that was sent, if one was.
    pub fingerprint: Option<&'a Fingerprint>,
    /// When the spec or a referenced object last changed, as far as this process saw it: faults that are older do not count
    /// against the new input.
    pub changed: Option<Timestamp>,
    /// Clock and dice.
    pub moment: Moment,
}

/// Turns a plan, and the receipt of its effect if it had one, into what is reported.
#[must_use]
pub fn conclude(ending: &Ending<'_>) -> Conclusion {
    let Ending { resource, observed, plan, changed, moment, .. } = *ending;
    let mut status = resource.status.clone();
    status.observed_generation = resource.generation;
    status.last_handled_reconcile_at.clone_from(&resource.requested_at);
    start_afresh(resource, &mut status);
    let spec = resource.spec.as_deref().ok();
    let interval = spec.map_or(DEFAULT_INTERVAL, IdentityProviderConfigSpec::interval);

    let configured = configured::configured(ending, &mut status);
    if let (Some(account), Some(spec)) = (plan.account(observed), spec) {
        facts::locate(&mut status, account, spec);
    }
    facts::note_trial(ending, &configured, &mut status);
    facts::forget_other_strategy(resource, &mut status);
    facts::publish_issuer(&mut status, observed, plan, moment.now);
    facts::publish_saml(ending, &mut status);
    facts::warn_of_expiry(ending, &mut status);

    let found = conditions::report(ending, &configured, interval, &mut status);
    facts::keep_equal_secrets(&resource.status, &mut status);
    let events = events::events(ending, &status);
    let classes = found.iter().filter_map(|(_, finding)| finding.class);
    let failing_since = failing_since(&found, &status);
    let next = next_visit(classes, interval, failing_since.max(changed), moment);
    // Retries come soon enough.
    let threshold =
        expiry::until_next_threshold(&observed.inputs, &status, moment.now).filter(|_| failing_since.is_none());
    let next = threshold.map_or(next, |threshold| threshold.min(next));
    let retries = found.iter().any(|(_, finding)| finding.class.is_some_and(|class| class != Class::Input));
    Conclusion { status, events, next, retries }
}

/// Somebody has acted: corrections are counted anew, and who asks for a check wants what was refused to be tried once more, be
/// it at a later visit.
fn start_afresh(resource: &Resource, status: &mut IdentityProviderConfigStatus) {
    if resource.is_news() {
        status.corrections.clear();
    }
    let manages = resource.spec.as_ref().is_ok_and(|spec| spec.mode == Mode::Manage && !spec.suspend);
    if let Some(refused) = status.refused.as_mut().filter(|_| resource.is_asked_for() && manages) {
        refused.again = true;
    }
}

fn failing_since(found: &Found, status: &IdentityProviderConfigStatus) -> Option<Timestamp> {
    let passing = found.iter().filter(|(_, finding)| finding.class.is_some_and(Class::is_passing));
    passing.filter_map(|(r#type, _)| status.condition(*r#type)).map(|condition| condition.last_transition_time).min()
}
