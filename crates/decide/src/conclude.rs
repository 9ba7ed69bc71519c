//! From plan and receipt to what is reported, and when to look again.

use std::time::Duration;

use cognigy_sso_api::{
    ApiUrl, Applied, Condition, ConditionStatus, ConditionType, IdentityProviderConfigSpec,
    IdentityProviderConfigStatus, IssuerStatus, Operation, Organization, Pending, Reason, Urls, VerificationMode,
};
use jiff::Timestamp;

use crate::desired::Desired;
use crate::event::{Event, EventKind};
use crate::fault::{CallFault, Class, Fault};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::observed::{Account, Observed, Receipt};
use crate::plan::{Effect, Outlook, Plan, blocked};
use crate::requeue::{Moment, next_visit};
use crate::resource::Resource;
use crate::summary::{Aspect, Sum, Summary};

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

    let configured = configured(resource, observed, plan, receipt, moment.now, &mut status);
    if let (Some(account), Some(spec)) = (plan.account(observed), spec) {
        locate(&mut status, account, spec);
    }
    publish_issuer(&mut status, observed, plan, moment.now);

    let findings = report_conditions(resource, plan, &configured, interval, moment.now, &mut status);
    keep_equal_secrets(&resource.status, &mut status);
    let events = events(resource, plan, receipt, &status);
    let classes = findings.iter().filter_map(|(_, finding)| finding.class);
    let failing_since = failing_since(&findings, &status).max(changed);
    let next = next_visit(classes, interval, failing_since, moment);
    Conclusion { status, events, next }
}

/// What `Configured` says, with what the receipt changes in the record. `True` comes from a receipt, or from the fingerprint
/// of one.
fn configured(
    resource: &Resource,
    observed: &Observed,
    plan: &Plan,
    receipt: Option<&Receipt>,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Finding {
    if let Some(Effect::Configure(desired) | Effect::Replace { desired, .. }) = &plan.effect {
        return receive(resource, observed, desired, receipt, now, status);
    }
    match (&plan.outlook, receipt) {
        (Outlook::Leaving(_), Some(Receipt::Refused(fault) | Receipt::Open(fault))) => blocked(&Finding::from(fault)),
        (Outlook::Leaving(obstacle), _) => {
            obstacle.clone().unwrap_or_else(|| Finding::not_checked("The resource is being deleted."))
        }
        (Outlook::Held(finding), _) => finding.clone(),
        (Outlook::Suspended, _) => Finding::not_checked("Not checked while spec.suspend is true."),
        (Outlook::InForce, _) => {
            if let Some(applied) = &mut status.applied {
                applied.generation = resource.generation;
                applied.secrets.clone_from(&observed.inputs.versions);
            }
            in_force()
        }
    }
}

fn in_force() -> Finding {
    Finding::verified(Reason::Configured, "The declared configuration was applied.")
}

fn receive(
    resource: &Resource,
    observed: &Observed,
    desired: &Desired,
    receipt: Option<&Receipt>,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Finding {
    match receipt {
        Some(Receipt::Applied { salt }) => {
            let Some(fingerprint) = Fingerprint::of(desired, salt) else { return outcome_unknown("") };
            status.pending = None;
            status.applied = Some(Applied {
                time: now,
                generation: resource.generation,
                fingerprint: fingerprint.as_str().into(),
                secrets: observed.inputs.versions.clone(),
                audit_event_id: None,
            });
            in_force()
        }
        Some(Receipt::Refused(fault)) => {
            status.pending = None;
            refusal(fault, "")
        }
        Some(Receipt::RefusedAfterReset(fault)) => {
            status.applied = None;
            // What may pass is taken up again where it was left; what is refused for good leaves nothing behind.
            status.pending = status.pending.take().filter(|_| fault.class().is_passing());
            refusal(fault, " The former configuration had been reset: the organization has none now.")
        }
        Some(Receipt::Open(fault)) => {
            status.pending.get_or_insert(Pending { operation: Operation::Configure, time: now });
            outcome_unknown(&fault.message())
        }
        _ => outcome_unknown(""),
    }
}

fn refusal(fault: &CallFault, consequence: &str) -> Finding {
    let finding = Finding::from(fault);
    let message = format!("{}{consequence}", finding.message);
    Finding { status: ConditionStatus::False, message, ..finding }
}

fn outcome_unknown(detail: &str) -> Finding {
    Finding {
        status: ConditionStatus::Unknown,
        reason: Reason::OutcomeUnknown,
        message: format!("Whether the configuration took effect cannot be told. {detail}").trim_end().to_owned(),
        class: Some(Class::Transient),
    }
}

/// Organization and URLs are told as early as they are known: a person needs the callback to register it.
fn locate(status: &mut IdentityProviderConfigStatus, account: &Account, spec: &IdentityProviderConfigSpec) {
    let Ok(api) = ApiUrl::parse(&spec.cognigy.api_url) else { return };
    let id = &account.organization;
    let logout = spec.cognigy.frontend_url.as_deref().and_then(|url| ApiUrl::parse(url).ok());
    status.organization = Some(Organization { id: id.as_str().into(), api_host: api.authority().into() });
    status.urls = Some(Urls {
        login: api.at_root(&format!("/auth/oidc/login/{id}")).into(),
        callback: api.at_root(&format!("/auth/oidc/login/callback/{id}")).into(),
        logout: logout.map(|frontend| frontend.at_root(&format!("/slo/{id}")).into()),
    });
}

fn publish_issuer(status: &mut IdentityProviderConfigStatus, observed: &Observed, plan: &Plan, now: Timestamp) {
    let (Some(Ok(provider)), Some(key_count)) = (observed.provider.as_deref(), plan.findings.key_count) else { return };
    let verified_time = status.issuer.as_ref().map_or(now, |issuer| issuer.verified_time);
    let mut found = IssuerStatus {
        authorization_endpoint: provider.authorization_endpoint.clone(),
        token_endpoint: provider.token_endpoint.clone(),
        jwks_uri: provider.jwks_uri.clone(),
        key_count,
        verified_time,
    };
    if status.issuer.as_ref() != Some(&found) {
        found.verified_time = now;
    }
    status.issuer = Some(found);
}

/// What is reported while the work is not over: `None` for a resource that is ready, or of which that is said already.
#[must_use]
pub fn in_progress(resource: &Resource, now: Timestamp) -> Option<IdentityProviderConfigStatus> {
    let before = &resource.status;
    let current = before.observed_generation == resource.generation;
    if current && (before.is_true(ConditionType::Ready) || before.is_true(ConditionType::Reconciling)) {
        return None;
    }
    let message = "Checking the provider and Cognigy.AI; a server takes its time.";
    let ready = Finding {
        status: ConditionStatus::Unknown,
        reason: Reason::Progressing,
        message: message.to_owned(),
        class: None,
    };
    let marker = Finding::verified(Reason::Progressing, message);
    let mut status = before.clone();
    let replaced = [ConditionType::Ready, ConditionType::Reconciling, ConditionType::Stalled];
    status.conditions.retain(|condition| !replaced.contains(&condition.r#type));
    let generation = resource.generation;
    status.conditions.insert(0, condition(before, generation, ConditionType::Ready, &ready, now));
    status.conditions.push(condition(before, generation, ConditionType::Reconciling, &marker, now));
    Some(status)
}

type Found = Vec<(ConditionType, Finding)>;

/// Writes the conditions, and answers with what they were made from.
fn report_conditions(
    resource: &Resource,
    plan: &Plan,
    configured: &Finding,
    interval: Duration,
    now: Timestamp,
    status: &mut IdentityProviderConfigStatus,
) -> Found {
    if matches!(plan.outlook, Outlook::Suspended) {
        suspend(resource, now, status);
        return Vec::new();
    }
    let findings = &plan.findings;
    let found = vec![
        (ConditionType::SecretsResolved, findings.secrets.clone()),
        (ConditionType::ConnectionReady, findings.connection.clone()),
        (ConditionType::IssuerVerified, findings.issuer.clone()),
        (ConditionType::ClientVerified, findings.client.clone()),
        (ConditionType::Configured, configured.clone()),
        (ConditionType::InSync, findings.sync.clone()),
    ];
    let merge = |r#type, finding: &Finding| condition(&resource.status, resource.generation, r#type, finding, now);
    let checks: Vec<_> = found.iter().map(|(r#type, finding)| merge(*r#type, finding)).collect();
    let aspects: Vec<_> =
        found.iter().zip(&checks).map(|((_, finding), condition)| Aspect { finding, condition }).collect();
    let verification = resource.spec.as_ref().map_or(VerificationMode::Enforce, |spec| spec.verification.mode);
    let praise = praise(resource, status, findings.warning.as_deref());
    let Summary { ready, reconciling, stalled } = Sum { aspects: &aspects, verification, interval, now, praise }.up();
    let ready = merge(ConditionType::Ready, &ready);
    let markers = [(ConditionType::Reconciling, reconciling), (ConditionType::Stalled, stalled)];
    let markers =
        markers.iter().filter_map(|(r#type, finding)| finding.as_ref().map(|finding| merge(*r#type, finding)));
    status.conditions = std::iter::once(ready).chain(checks.iter().cloned()).chain(markers).collect();
    found
}

/// Nothing was looked at, so the conditions stay as they were; `Ready` says why nothing moves.
fn suspend(resource: &Resource, now: Timestamp, status: &mut IdentityProviderConfigStatus) {
    status.conditions.retain(|condition| {
        !matches!(condition.r#type, ConditionType::Ready | ConditionType::Reconciling | ConditionType::Stalled)
    });
    let ready = Finding {
        status: resource.status.condition(ConditionType::Ready).map_or(ConditionStatus::Unknown, |ready| ready.status),
        reason: Reason::Suspended,
        message: "spec.suspend is true: nothing is checked or changed until it is false.".to_owned(),
        class: None,
    };
    status.conditions.insert(0, condition(&resource.status, resource.generation, ConditionType::Ready, &ready, now));
}

fn praise(resource: &Resource, status: &IdentityProviderConfigStatus, warning: Option<&str>) -> String {
    let organization = status.organization.as_ref().map_or("", |organization| &organization.id);
    let issuer = resource.spec.as_ref().ok().and_then(|spec| spec.oidc.as_ref()).map_or("", |oidc| &oidc.issuer);
    let warning = warning.map_or_else(String::new, |warning| format!(" {warning}"));
    format!("Organization {organization} signs in through {issuer}.{warning}")
}

/// A condition whose `lastTransitionTime` moves only with its status.
fn condition(
    previous: &IdentityProviderConfigStatus,
    generation: i64,
    r#type: ConditionType,
    finding: &Finding,
    now: Timestamp,
) -> Condition {
    let same = previous.condition(r#type).filter(|condition| condition.status == finding.status);
    Condition {
        r#type,
        status: finding.status,
        observed_generation: generation,
        last_transition_time: same.map_or(now, |condition| condition.last_transition_time),
        reason: finding.reason,
        message: finding.message.as_str().into(),
    }
}

/// A new version of a Secret with the same bytes is no news: alone it is not worth a write.
fn keep_equal_secrets(previous: &IdentityProviderConfigStatus, status: &mut IdentityProviderConfigStatus) {
    let (Some(before), Some(after)) = (&previous.applied, &mut status.applied) else { return };
    let secrets = std::mem::replace(&mut after.secrets, before.secrets.clone());
    if status != previous
        && let Some(after) = &mut status.applied
    {
        after.secrets = secrets;
    }
}

fn failing_since(found: &Found, status: &IdentityProviderConfigStatus) -> Option<Timestamp> {
    let passing = found.iter().filter(|(_, finding)| finding.class.is_some_and(Class::is_passing));
    passing.filter_map(|(r#type, _)| status.condition(*r#type)).map(|condition| condition.last_transition_time).min()
}

fn events(
    resource: &Resource,
    plan: &Plan,
    receipt: Option<&Receipt>,
    status: &IdentityProviderConfigStatus,
) -> Vec<Event> {
    let mut events = Vec::new();
    if let (Some(effect), Some(Receipt::Applied { .. })) = (&plan.effect, receipt) {
        events.extend(applied_events(resource, effect));
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

fn applied_events(resource: &Resource, effect: &Effect) -> Vec<Event> {
    let (Effect::Configure(desired) | Effect::Replace { desired, .. }) = effect else { return Vec::new() };
    let note = format!(
        "Applied the configuration of generation {} to organization {}.",
        resource.generation, desired.organization
    );
    let configured = Event { kind: EventKind::Configured, note };
    let adopted = matches!(effect, Effect::Replace { adopts: true, .. }).then(|| Event {
        kind: EventKind::Adopted,
        note: format!(
            "Took over the configuration that organization {} had, as spec.adoptionPolicy allows.",
            desired.organization
        ),
    });
    adopted.into_iter().chain([configured]).collect()
}
