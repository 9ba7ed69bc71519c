//! From plan and receipt to what is reported, and when to look again.

mod conditions;
mod configured;
mod events;
mod facts;
mod trace;

use std::time::Duration;

use cognigy_sso_api::{IdentityProviderConfigSpec, IdentityProviderConfigStatus};
use jiff::Timestamp;

use crate::event::Event;
use crate::fault::Class;
use crate::observed::{Observed, Receipt};
use crate::plan::Plan;
use crate::requeue::{Moment, next_visit};
use crate::resource::Resource;

use conditions::Found;

pub use conditions::in_progress;

/// What a visit ends with.
#[derive(Debug)]
pub struct Conclusion {
    /// What to report; equal to what was reported before when nothing changed.
    pub status: IdentityProviderConfigStatus,
    /// What happened.
    pub events: Vec<Event>,
    /// How long until the next visit.
    pub next: Duration,
}

/// How long a visit is put off when the spec cannot be read or asks for no visits.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(10);

/// Turns a plan, and the receipt of its effect if it had one, into what is reported.
///
/// `changed` is when the spec or a referenced object last changed, as far as this process saw it: faults that are older do
/// not count against the new input.
#[must_use]
pub fn conclude(
    resource: &Resource,
    observed: &Observed,
    plan: &Plan,
    receipt: Option<&Receipt>,
    changed: Option<Timestamp>,
    moment: Moment,
) -> Conclusion {
    let mut status = resource.status.clone();
    status.observed_generation = resource.generation;
    status.last_handled_reconcile_at.clone_from(&resource.requested_at);
    let spec = resource.spec.as_deref().ok();
    let interval = spec.map_or(DEFAULT_INTERVAL, IdentityProviderConfigSpec::interval);

    let configured = configured::configured(resource, observed, plan, receipt, moment.now, &mut status);
    if let (Some(account), Some(spec)) = (plan.account(observed), spec) {
        facts::locate(&mut status, account, spec);
    }
    facts::publish_issuer(&mut status, observed, plan, moment.now);

    let found = conditions::report(resource, plan, &configured, interval, moment.now, &mut status);
    facts::keep_equal_secrets(&resource.status, &mut status);
    let events = events::events(resource, plan, receipt, &status);
    let classes = found.iter().filter_map(|(_, finding)| finding.class);
    let failing_since = failing_since(&found, &status).max(changed);
    let next = next_visit(classes, interval, failing_since, moment);
    Conclusion { status, events, next }
}

fn failing_since(found: &Found, status: &IdentityProviderConfigStatus) -> Option<Timestamp> {
    let passing = found.iter().filter(|(_, finding)| finding.class.is_some_and(Class::is_passing));
    passing.filter_map(|(r#type, _)| status.condition(*r#type)).map(|condition| condition.last_transition_time).min()
}
