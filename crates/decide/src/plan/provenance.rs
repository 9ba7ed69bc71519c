//! Whose work it is that shows: what a crash or a lost answer has left behind is this resource's own.

use cognigy_sso_api::{AdoptionPolicy, Operation, Pending};
use jiff::{SignedDuration, Timestamp};

use super::standing::CLOCK_SKEW;
use crate::history::{Change, ChangeKind};
use crate::observed::{Login, Observed};
use crate::resource::Resource;

/// How long a change may be under way after its reset: 30 s each for the reset's answer, `configure`, and putting the former
/// configuration back, and as much for what comes between them. Who takes longer comes too late, and nothing worse: what it
/// finds then is not its own.
pub const LONGEST_CHANGE: SignedDuration = SignedDuration::from_mins(2);

/// What was begun, on record or in this very visit.
pub(super) fn begun<'a>(resource: &'a Resource, observed: &'a Observed) -> Option<&'a Pending> {
    resource.status.pending.as_ref().or(observed.begun.as_ref())
}

/// What is put on record of the audit events before something is begun: the id of the newest one, and whether that is known.
/// Where they cannot be read, it is the one that tells of what was applied, unless something else was begun since.
pub(crate) fn baseline(resource: &Resource, observed: &Observed) -> (Option<Box<str>>, bool) {
    if let Some(Ok(newest)) = &observed.history {
        return (newest.as_ref().map(|newest| newest.id.clone()), true);
    }
    let applied = resource.status.applied.as_ref().filter(|_| resource.status.pending.is_none());
    let event = applied.and_then(|applied| applied.audit_event_id.clone());
    let is_known = event.is_some();
    (event, is_known)
}

/// The newest change, if it is certainly a configuration that this resource's API key made since then.
pub(super) fn own_event_since<'a>(resource: &Resource, observed: &'a Observed, begun: &Pending) -> Option<&'a Change> {
    let applied = resource.status.applied.as_ref().and_then(|applied| applied.audit_event_id.as_ref());
    let newest = own_configuration(observed)?;
    let is_known = [begun.audit_event_id.as_ref(), applied].contains(&Some(&newest.id));
    // One that is older was not listed yet when it was looked for.
    let is_new = begun.audited && !is_known && newest.time >= begun.time - CLOCK_SKEW;
    (is_new && !may_be_of_applied(resource, newest, begun)).then_some(newest)
}

/// May the event tell of what was applied before? Neither that one's event is known, nor which was the newest after it.
fn may_be_of_applied(resource: &Resource, change: &Change, begun: &Pending) -> bool {
    let applied = resource.status.applied.as_ref().filter(|applied| applied.audit_event_id.is_none());
    begun.audit_event_id.is_none() && applied.is_some_and(|applied| change.time <= applied.time + CLOCK_SKEW)
}

/// The newest change, if it did not come of what was begun: neither was it there before, nor is it the user's of this
/// resource's API key.
pub(super) fn foreign_event_since<'a>(observed: &'a Observed, begun: &Pending) -> Option<&'a Change> {
    let newest = observed.newest_change()?;
    (is_since(newest, begun) && !observed.is_by_us(newest)).then_some(newest)
}

/// Did it happen since then? Where no audit event could be read before, the clocks must tell.
fn is_since(change: &Change, begun: &Pending) -> bool {
    if begun.audited {
        begun.audit_event_id.as_ref() != Some(&change.id)
    } else {
        change.time >= begun.time - CLOCK_SKEW
    }
}

/// Has the organization something that this resource is not known to have applied, so that another one may have? Whose user's
/// API key it was tells nothing: others may have the same.
#[must_use]
pub fn may_be_anothers(resource: &Resource, observed: &Observed, now: Timestamp) -> bool {
    let shows = observed.already_configured || matches!(observed.login, Some(Login::Redirect { .. }));
    match observed.newest_change() {
        Some(newest) if resource.applied_event() == Some(&newest.id) => false,
        Some(Change { kind: ChangeKind::Configure, .. }) => true,
        // Nothing is there, unless it shows, but one may be about to configure, or be known to act.
        Some(reset) => shows || may_be_half_done(reset, now) || resource.status.saw_foreign,
        None => shows && resource.status.applied.is_none(),
    }
}

/// May the reset be the first half of a change that is still under way?
fn may_be_half_done(reset: &Change, now: Timestamp) -> bool {
    now.duration_since(reset.time) <= LONGEST_CHANGE + CLOCK_SKEW
}

/// The newest change, if it is a configuration by the user of this resource's API key.
fn own_configuration(observed: &Observed) -> Option<&Change> {
    let newest = observed.newest_change()?;
    (newest.kind == ChangeKind::Configure && observed.is_by_us(newest)).then_some(newest)
}

/// Is the configuration that shows what a crash or a lost answer of this resource has left behind? `matches`: it shows for the
/// declared provider and client.
pub(super) fn is_left_by_us(resource: &Resource, observed: &Observed, matches: bool) -> bool {
    match begun(resource, observed) {
        Some(begun) if observed.newest_change().is_some() => {
            let is_ours =
                |newest: &Change| is_since(newest, begun) && (begun.audited || newest.time >= resource.created);
            own_configuration(observed).is_some_and(is_ours) || is_left_unrecorded(resource, observed)
        }
        Some(begun) => begun.operation == Operation::Configure && matches,
        None => is_left_unrecorded(resource, observed),
    }
}

/// A first configuration is not put on record before it is sent, as a rule. It is known by who made it, and by being younger
/// than the resource.
fn is_left_unrecorded(resource: &Resource, observed: &Observed) -> bool {
    let never = resource.spec.as_ref().is_ok_and(|spec| spec.adoption_policy == AdoptionPolicy::Never);
    let newest = own_configuration(observed).filter(|_| !never && !resource.status.saw_foreign);
    newest.is_some_and(|newest| newest.time >= resource.created)
}
