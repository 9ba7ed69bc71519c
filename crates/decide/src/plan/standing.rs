//! Whether somebody else has changed the configuration since it was applied.

use cognigy_sso_api::{Applied, Reason};
use jiff::{SignedDuration, Timestamp};

use super::provenance;
use crate::fault::{Class, Fault};
use crate::finding::Finding;
use crate::history::{Change, ChangeKind};
use crate::observed::Observed;
use crate::resource::Resource;

/// How long after a change the login URL may still lead where the former configuration led.
const SETTLING: SignedDuration = SignedDuration::from_secs(30);
/// How far Cognigy.AI's clock and ours may be apart.
pub(super) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// How what was applied stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has changed it.
    Undisturbed {
        /// The audit event that tells of its application, where it was seen.
        event: Option<Box<str>>,
    },
    /// Nothing tells.
    Unknown,
    /// Somebody else has changed it.
    Disturbed(Disturbance),
}

/// What shows that somebody else has changed the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// An audit event tells of another configuration.
    Configured(Box<str>),
    /// An audit event tells of a reset.
    Reset(Box<str>),
    /// The login URL leads to another provider, or introduces Cognigy.AI by another name.
    LeadsElsewhere,
}

/// How the configuration of this resource stands, if it has one. `leads_to_it`: does the login URL lead to its provider and
/// client, where that can be told?
pub(crate) fn of(
    resource: &Resource,
    observed: &Observed,
    leads_to_it: Option<bool>,
    now: Timestamp,
) -> Option<Standing> {
    if let Some(begun) = provenance::begun(resource, observed) {
        // What was begun and shows now is no disturbance, whoever's answer was lost.
        let foreign = provenance::foreign_event_since(observed, begun);
        return resource.owns_configuration().then(|| foreign.map_or(Standing::Unknown, disturbed));
    }
    let applied = resource.status.applied.as_ref()?;
    let by_login = by_login(applied, leads_to_it, now);
    Some(match (by_history(applied, observed, now), by_login) {
        (Standing::Disturbed(disturbance), _) | (_, Standing::Disturbed(disturbance)) => {
            Standing::Disturbed(disturbance)
        }
        (Standing::Unknown, by_login) => by_login,
        (by_history, _) => by_history,
    })
}

/// The newest audit event is the one that tells of what was applied, or it is somebody else's. All are kept for some weeks:
/// where none is left, nothing newer happened either.
fn by_history(applied: &Applied, observed: &Observed, now: Timestamp) -> Standing {
    let Some(Ok(newest)) = &observed.history else { return Standing::Unknown };
    match (newest, &applied.audit_event_id) {
        (None, None) => Standing::Unknown,
        (None, known) => Standing::Undisturbed { event: known.clone() },
        (Some(newest), Some(known)) if is_of(newest, applied) => Standing::Undisturbed { event: Some(known.clone()) },
        (Some(newest), Some(_)) => disturbed(newest),
        (Some(newest), None) => without_known_event(applied, observed, newest, now),
    }
}

/// Is this the audit event that tells of what was applied?
pub(super) fn is_of(change: &Change, applied: &Applied) -> bool {
    applied.audit_event_id.as_ref() == Some(&change.id)
}

/// The event could not be read when the configuration was applied. It is recognized by who did it and when. Once it had time
/// to show, whatever is newest in its place came after it.
fn without_known_event(applied: &Applied, observed: &Observed, newest: &Change, now: Timestamp) -> Standing {
    let by_us = observed.is_by_us(newest);
    let may_be_later = newest.time >= applied.time - CLOCK_SKEW;
    let would_show = now.duration_since(applied.time) >= CLOCK_SKEW;
    match newest.kind {
        ChangeKind::Configure if by_us && may_be_later => Standing::Undisturbed { event: Some(newest.id.clone()) },
        _ if newest.time > applied.time + CLOCK_SKEW => disturbed(newest),
        _ if may_be_later && would_show => disturbed(newest),
        _ => Standing::Unknown,
    }
}

/// Was the newest change somebody else's, and not long before what was applied? Then it may have come after that.
pub(super) fn may_be_somebody_elses(resource: &Resource, observed: &Observed) -> bool {
    let applied = resource.status.applied.as_ref();
    let may_be_later = |change: &Change| {
        applied.is_none_or(|applied| !is_of(change, applied) && change.time >= applied.time - CLOCK_SKEW)
    };
    observed.newest_change().is_some_and(|newest| !observed.is_by_us(newest) && may_be_later(newest))
}

fn disturbed(newest: &Change) -> Standing {
    Standing::Disturbed(match newest.kind {
        ChangeKind::Configure => Disturbance::Configured(newest.id.clone()),
        ChangeKind::Reset => Disturbance::Reset(newest.id.clone()),
    })
}

fn by_login(applied: &Applied, leads_to_it: Option<bool>, now: Timestamp) -> Standing {
    match leads_to_it {
        Some(true) => Standing::Undisturbed { event: None },
        Some(false) if now.duration_since(applied.time) >= SETTLING => Standing::Disturbed(Disturbance::LeadsElsewhere),
        Some(false) | None => Standing::Unknown,
    }
}

impl Standing {
    /// What `InSync` says of it.
    pub(crate) fn finding(&self, observed: &Observed) -> Finding {
        match self {
            Self::Undisturbed { .. } => in_sync(),
            Self::Unknown => unknown(observed),
            Self::Disturbed(disturbance) => Finding::refuted(Reason::Drifted, disturbance.message(), Class::Transient),
        }
    }
}

/// Why nothing tells.
fn unknown(observed: &Observed) -> Finding {
    match &observed.history {
        _ if observed.user().is_none() => {
            Finding::not_checked("Not checked while Cognigy.AI tells nothing: see ConnectionReady.")
        }
        Some(Err(fault)) if fault.class().is_passing() => {
            Finding::not_checked(format!("The audit events cannot be read. {}", fault.message()))
        }
        _ => Finding::not_checked(
            "Cognigy.AI shows nothing that would tell: this API key may not read audit events or they do not reach back far \
             enough, and the login URL does not lead to the provider.",
        ),
    }
}

/// Nobody has changed it, as far as can be told.
fn in_sync() -> Finding {
    Finding::verified(Reason::InSync, "Nobody else has changed the configuration since it was applied.")
}

/// What is said of what was applied just now.
pub(crate) fn just_applied(applied: &Applied, observed: &Observed) -> Finding {
    match &observed.history {
        _ if applied.audit_event_id.is_some() => in_sync(),
        Some(Ok(_)) => {
            Finding::not_checked("The configuration was applied just now; whether it stays is seen at the next check.")
        }
        _ => unknown(observed),
    }
}

impl Disturbance {
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Configured(event) => {
                format!("Somebody else has configured the organization since (audit event {event}).")
            }
            Self::Reset(event) => {
                format!("Somebody else has reset the organization's configuration since (audit event {event}).")
            }
            Self::LeadsElsewhere => {
                "The organization's login URL leads to another provider, or introduces Cognigy.AI by another name, than is declared."
                    .to_owned()
            }
        }
    }
}
