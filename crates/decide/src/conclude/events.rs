//! What happened in this visit.

use cognigy_sso_api::{
    Condition, ConditionStatus, ConditionType, ExpiringKind, IdentityProviderConfigStatus, Operation, Reason,
};

use super::Ending;
use crate::event::{Event, EventKind};
use crate::expiry;
use crate::observed::Receipt;
use crate::plan::{Cause, Outlook};

/// What happened: what was found, what was applied, and the conditions that turned.
pub(super) fn events(ending: &Ending<'_>, status: &IdentityProviderConfigStatus) -> Vec<Event> {
    let drift = drift(ending);
    drift.into_iter().chain(applied(ending)).chain(turned(ending, status)).chain(expiring(ending, status)).collect()
}

/// Somebody else's change is news when it is seen first, whether or not it is corrected at once.
fn drift(ending: &Ending<'_>) -> Option<Event> {
    let before = ending.resource.status.condition(ConditionType::InSync);
    let is_news = before.is_none_or(|before| before.status != ConditionStatus::False);
    // A correction that was begun in another visit tells no more of what it corrects.
    let unseen = || is_corrected(ending).then_some("Somebody else had changed the organization's configuration.");
    let note = ending.drift.or_else(unseen).filter(|_| is_news)?;
    Some(Event { kind: EventKind::DriftDetected, note: note.to_owned() })
}

fn is_corrected(ending: &Ending<'_>) -> bool {
    applied_for(ending) == Some(Cause::Drift)
}

/// What was applied in this visit was applied for this.
fn applied_for(ending: &Ending<'_>) -> Option<Cause> {
    let recovered = matches!(ending.plan.outlook, Outlook::Recovered { .. });
    match (ending.plan.effect.as_ref().and_then(|effect| effect.application()), ending.receipt) {
        (Some(application), Some(Receipt::Applied { .. })) => Some(application.cause),
        _ if recovered && ending.resource.has_begun(Operation::Correct) => Some(Cause::Drift),
        _ if recovered && ending.resource.has_begun(Operation::PutBack) => Some(Cause::PutBack),
        _ if recovered => Some(Cause::Declared),
        _ => None,
    }
}

fn applied(ending: &Ending<'_>) -> Vec<Event> {
    let Some(cause) = applied_for(ending) else { return Vec::new() };
    let organization = ending.observed.user().map_or("", |account| &account.organization);
    let generation = ending.resource.generation;
    // An adoption that was begun before is one still, though there may be nothing left to replace.
    let adopts = cause == Cause::Adoption || ending.resource.has_begun(Operation::Adopt);
    let adopted = adopts.then(|| Event {
        kind: EventKind::Adopted,
        note: format!(
            "Took over the configuration that organization {organization} had, as spec.adoptionPolicy allows."
        ),
    });
    let (kind, again) = match cause {
        Cause::Declared | Cause::Adoption => (EventKind::Configured, ""),
        Cause::Drift => (EventKind::DriftCorrected, " again"),
        // Told by the condition that turned.
        Cause::PutBack => return Vec::new(),
    };
    let note = format!("Applied the configuration of generation {generation}{again} to organization {organization}.");
    adopted.into_iter().chain([Event { kind, note }]).collect()
}

/// The Secrets that have come nearer to their expiry.
fn expiring(ending: &Ending<'_>, status: &IdentityProviderConfigStatus) -> impl Iterator<Item = Event> {
    let before = &ending.resource.status.expiring;
    let news = status.expiring.iter().filter(|warning| !before.contains(warning));
    news.map(|warning| {
        let kind = match warning.kind {
            ExpiringKind::Secret => EventKind::SecretExpiring,
            ExpiringKind::Certificate => EventKind::CertificateExpiring,
        };
        Event { kind, note: expiry::message(warning) }
    })
}

/// The conditions that turned.
fn turned(ending: &Ending<'_>, status: &IdentityProviderConfigStatus) -> impl Iterator<Item = Event> {
    let news = [
        (ConditionType::IssuerVerified, None, EventKind::VerificationFailed),
        (ConditionType::ClientVerified, None, EventKind::VerificationFailed),
        (ConditionType::Configured, Some(Reason::RolledBack), EventKind::RolledBack),
        (ConditionType::Configured, Some(Reason::Conflict), EventKind::Conflict),
        (ConditionType::Configured, Some(Reason::DeletionBlocked), EventKind::DeletionBlocked),
    ];
    news.into_iter().filter_map(|(r#type, reason, kind)| {
        let is_meant = |condition: &&Condition| {
            condition.status == ConditionStatus::False && reason.is_none_or(|reason| reason == condition.reason)
        };
        let now = status.condition(r#type).filter(is_meant)?;
        let before = ending.resource.status.condition(r#type);
        let is_news = before.is_none_or(|before| before.status != now.status || before.reason != now.reason);
        is_news.then(|| Event { kind, note: now.message.to_string() })
    })
}
