//! From findings to conditions.

use std::time::Duration;

use cognigy_sso_api::{Condition, ConditionType, IdentityProviderConfigStatus, Reason, VerificationMode};
use jiff::Timestamp;

use super::Ending;
use super::trace::same_but_for_trace_ids;
use crate::expiry;
use crate::fault::Class;
use crate::finding::Finding;
use crate::observed::Receipt;
use crate::plan::{Outlook, just_applied};
use crate::requeue::Moment;
use crate::resource::Resource;
use crate::strategy::Strategy;
use crate::summary::{Aspect, Sum, Summary};

/// The conditions that only summarize others.
const SUMMARY: [ConditionType; 3] = [ConditionType::Ready, ConditionType::Reconciling, ConditionType::Stalled];

/// The aspects that were looked at, each with what was found.
pub(super) type Found = Vec<(ConditionType, Finding)>;

/// What is reported while the work is not over: `None` when this generation was dealt with before, since a check that takes
/// its time is no news then, or when it is said already.
#[must_use]
pub fn in_progress(resource: &Resource, now: Timestamp) -> Option<IdentityProviderConfigStatus> {
    let before = &resource.status;
    let generation = resource.generation;
    let reconciling = before.condition(ConditionType::Reconciling);
    let said = reconciling.is_some_and(|reconciling| reconciling.observed_generation == generation);
    if said || before.observed_generation == generation {
        return None;
    }
    let message = "Checking the provider and Cognigy.AI; a server takes its time.";
    let ready = Finding { reason: Reason::Progressing, ..Finding::not_checked(message) };
    let marker = Finding::verified(Reason::Progressing, message);
    let mut status = before.clone();
    status.conditions.retain(|condition| !SUMMARY.contains(&condition.r#type));
    status.conditions.insert(0, condition(before, generation, ConditionType::Ready, &ready, now));
    status.conditions.push(condition(before, generation, ConditionType::Reconciling, &marker, now));
    Some(status)
}

/// Writes the conditions, and answers with what they were made from.
pub(super) fn report(
    ending: &Ending<'_>,
    configured: &Finding,
    interval: Duration,
    status: &mut IdentityProviderConfigStatus,
) -> Found {
    let Ending { resource, plan, moment: Moment { now, .. }, .. } = *ending;
    if matches!(plan.outlook, Outlook::Suspended) {
        suspend(resource, now, status);
        return Vec::new();
    }
    let found = aspects(ending, configured, status);
    let merge = |r#type, finding: &Finding| condition(&resource.status, resource.generation, r#type, finding, now);
    let checks: Vec<_> = found.iter().map(|(r#type, finding)| merge(*r#type, finding)).collect();
    let aspects: Vec<_> =
        found.iter().zip(&checks).map(|((_, finding), condition)| Aspect { finding, condition }).collect();
    let verification = resource.spec.as_ref().map_or(VerificationMode::Enforce, |spec| spec.verification.mode);
    let praise = praise(resource, status, plan.findings.warning.as_deref());
    let Summary { ready, reconciling, stalled } = Sum { aspects: &aspects, verification, interval, now, praise }.up();
    let ready = merge(ConditionType::Ready, &ready);
    let markers = [(ConditionType::Reconciling, reconciling), (ConditionType::Stalled, stalled)];
    let markers = markers.iter().filter_map(|(r#type, finding)| Some(merge(*r#type, finding.as_ref()?)));
    status.conditions = std::iter::once(ready).chain(checks.iter().cloned()).chain(markers).collect();
    found
}

fn aspects(ending: &Ending<'_>, configured: &Finding, status: &IdentityProviderConfigStatus) -> Found {
    let findings = &ending.plan.findings;
    vec![
        (ConditionType::SecretsResolved, findings.secrets.clone()),
        (ConditionType::ConnectionReady, findings.connection.clone()),
        (ConditionType::IssuerVerified, findings.issuer.clone()),
        (ConditionType::ClientVerified, findings.client.clone()),
        (ConditionType::Configured, configured.clone()),
        (ConditionType::InSync, sync(ending, status)),
    ]
}

/// What was found before something was applied says nothing of what is there now.
fn sync(ending: &Ending<'_>, status: &IdentityProviderConfigStatus) -> Finding {
    let applied_now = matches!(ending.receipt, Some(Receipt::Applied { .. } | Receipt::RolledBack { .. }))
        || matches!(ending.plan.outlook, Outlook::Recovered { .. });
    let applied = status.applied.as_ref().filter(|_| applied_now);
    let found = &ending.plan.findings.sync;
    match (applied, ending.drift) {
        (Some(applied), _) => just_applied(applied, ending.observed),
        (None, Some(drift)) if !found.is_false() => Finding::refuted(Reason::Drifted, drift, Class::Transient),
        (None, _) => found.clone(),
    }
}

/// Nothing was looked at, so the conditions stay as they were; `Ready` says why nothing moves. It cannot be true: nobody
/// knows whether what is declared now is in force.
fn suspend(resource: &Resource, now: Timestamp, status: &mut IdentityProviderConfigStatus) {
    status.conditions.retain(|condition| !SUMMARY.contains(&condition.r#type));
    let message = "spec.suspend is true: nothing is checked or changed until it is false.";
    let ready = Finding { reason: Reason::Suspended, ..Finding::not_checked(message) };
    status.conditions.insert(0, condition(&resource.status, resource.generation, ConditionType::Ready, &ready, now));
}

fn praise(resource: &Resource, status: &IdentityProviderConfigStatus, warning: Option<&str>) -> String {
    let organization = status.organization.as_ref().map_or("", |organization| &organization.id);
    let issuer = match resource.spec.as_deref().ok().and_then(Strategy::of) {
        Some(Strategy::Oidc(oidc)) => &oidc.issuer,
        Some(Strategy::Saml(_)) => {
            status.saml.as_ref().map_or("", |saml| saml.entity_id.as_ref().unwrap_or(&saml.login_endpoint))
        }
        None => "",
    };
    let warnings = warning.map(str::to_owned).into_iter().chain(status.expiring.iter().map(expiry::message));
    let praise = format!("Organization {organization} signs in through {issuer}.");
    std::iter::once(praise).chain(warnings).collect::<Vec<_>>().join(" ")
}

/// A condition whose `lastTransitionTime` moves only with its status, and whose message does not change for another trace id.
fn condition(
    previous: &IdentityProviderConfigStatus,
    generation: i64,
    r#type: ConditionType,
    finding: &Finding,
    now: Timestamp,
) -> Condition {
    let before = previous.condition(r#type).filter(|condition| condition.status == finding.status);
    let said = before.filter(|before| same_but_for_trace_ids(&before.message, &finding.message));
    Condition {
        r#type,
        status: finding.status,
        observed_generation: generation,
        last_transition_time: before.map_or(now, |condition| condition.last_transition_time),
        reason: finding.reason,
        message: said.map_or_else(|| finding.message.as_str().into(), |before| before.message.clone()),
    }
}
