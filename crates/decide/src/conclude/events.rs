//! What happened in this visit.

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Operation, Reason};

use crate::event::{Event, EventKind};
use crate::observed::Receipt;
use crate::plan::{Effect, Plan};
use crate::resource::Resource;

/// What happened: what was applied, and the conditions that turned.
pub(super) fn events(
    resource: &Resource,
    plan: &Plan,
    receipt: Option<&Receipt>,
    status: &IdentityProviderConfigStatus,
) -> Vec<Event> {
    let mut events = Vec::new();
    if let (Some(effect), Some(Receipt::Applied { .. })) = (&plan.effect, receipt) {
        events.extend(applied(resource, effect));
    }
    let news = [
        (ConditionType::IssuerVerified, None, EventKind::VerificationFailed),
        (ConditionType::Configured, Some(Reason::DeletionBlocked), EventKind::DeletionBlocked),
    ];
    for (r#type, reason, kind) in news {
        let turned = status.condition(r#type).filter(|now| {
            let before = resource.status.condition(r#type);
            let same = before.is_some_and(|before| before.status == now.status && before.reason == now.reason);
            now.status == ConditionStatus::False && reason.is_none_or(|reason| reason == now.reason) && !same
        });
        events.extend(turned.map(|condition| Event { kind, note: condition.message.to_string() }));
    }
    events
}

fn applied(resource: &Resource, effect: &Effect) -> Vec<Event> {
    let Some(desired) = effect.desired() else { return Vec::new() };
    let note = format!(
        "Applied the configuration of generation {} to organization {}.",
        resource.generation, desired.organization
    );
    let configured = Event { kind: EventKind::Configured, note };
    // An adoption that was begun before is one still, though there may be nothing left to replace.
    let adopts = matches!(effect, Effect::Replace { adopts: true, .. }) || resource.has_begun(Operation::Adopt);
    let adopted = adopts.then(|| Event {
        kind: EventKind::Adopted,
        note: format!(
            "Took over the configuration that organization {} had, as spec.adoptionPolicy allows.",
            desired.organization
        ),
    });
    adopted.into_iter().chain([configured]).collect()
}
