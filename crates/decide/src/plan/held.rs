//! Why a change is not made, in words.

use cognigy_sso_api::{AdoptionPolicy, ConditionStatus, IdentityProviderConfigStatus, Reason, Refused};

use super::standing::Disturbance;
use super::{Application, Cause};
use crate::claims::{Claimant, Rival};
use crate::desired::Desired;
use crate::fault::{CallFault, Class, Fault};
use crate::finding::Finding;
use crate::resource::Resource;

/// Nothing is changed before this condition is true.
pub(super) fn waiting(resource: &Resource, is_known: bool, condition: &str) -> Finding {
    let status = &resource.status;
    let message = match &status.applied {
        _ if status.pending.is_some() => {
            format!("A change was begun and its end is not known. It goes on when {condition} allows it.")
        }
        Some(applied) if is_known => format!(
            "The change waits for {condition}; the configuration of generation {} stays in place.",
            applied.generation
        ),
        Some(_) => {
            return Finding::not_checked(format!(
                "What was applied last is still in place; whether it is what is declared cannot be told: see {condition}."
            ));
        }
        None => format!("Nothing is applied before {condition} allows it."),
    };
    Finding { status: ConditionStatus::False, reason: Reason::ChangePending, message, class: None }
}

/// That the provider is refuted is only a warning, but what is taken from it is not known: there is nothing to apply.
/// A person must mend that, and is told how, since nothing else makes the resource stall.
pub(super) fn incomplete(resource: &Resource, issuer: &Finding) -> Finding {
    let waiting = waiting(resource, true, "IssuerVerified");
    let message = format!("{} {}", waiting.message, issuer.message);
    Finding { class: Some(Class::Input), message, ..waiting }
}

/// Another resource acts for the organization, or may do so.
pub(super) fn yielding(resource: &Resource, rival: &Rival) -> Finding {
    match rival {
        Rival::Older(rival) => conflict(resource, rival),
        Rival::Untold => untold(),
    }
}

fn untold() -> Finding {
    let message = "Whether a resource of another shard applied the configuration that the organization has cannot be told: \
                   Kubernetes does not list identityproviderconfigs by status.organization.id just now. An older definition \
                   cannot: renew it with `cognigy-sso-operator crd`.";
    let (status, reason) = (ConditionStatus::Unknown, Reason::OutcomeUnknown);
    Finding { status, reason, message: message.to_owned(), class: Some(Class::Transient) }
}

fn conflict(resource: &Resource, rival: &Claimant) -> Finding {
    let message = format!(
        "IdentityProviderConfig {} in namespace {} declares the same organization and is older: it alone acts, and {} does \
         nothing. Delete one of the two.",
        rival.name, rival.namespace, resource.name
    );
    Finding::refuted(Reason::Conflict, message, Class::Input)
}

pub(super) fn already_configured(policy: AdoptionPolicy, desired: &Desired, matches: bool) -> Finding {
    let shown = if matches { "for" } else { "that is not known to be for" };
    let policy = match policy {
        AdoptionPolicy::Never => "Never",
        AdoptionPolicy::IfMatching => "IfMatching",
        AdoptionPolicy::Always => "Always",
    };
    let message = format!(
        "Organization {} already has a configuration {shown} the same provider and {}, and this resource is not known to have \
         applied it. Set spec.adoptionPolicy (now {policy}) to Always to replace it, or reset it in Cognigy.AI.",
        desired.organization,
        desired.known_as()
    );
    Finding::refuted(Reason::AlreadyConfigured, message, Class::Input)
}

/// There is a configuration, and nobody can tell just now whose it is.
pub(super) fn unseen(fault: &CallFault) -> Finding {
    let message = format!(
        "The organization has a configuration already. Whether this resource applied it, the audit events will tell. {}",
        fault.message()
    );
    Finding { message, status: ConditionStatus::Unknown, reason: Reason::OutcomeUnknown, class: Some(fault.class()) }
}

const NONE_NOW: &str =
    "the former one had been reset: unless somebody else has configured it since, the organization has none now";

/// What was refused before, and why it is not tried again.
pub(crate) fn refused(status: &IdentityProviderConfigStatus, refused: &Refused) -> Finding {
    let (reason, state) = match &status.applied {
        Some(applied) => {
            (Reason::RolledBack, format!("that of generation {} was put back and is in force", applied.generation))
        }
        None => (Reason::Rejected, NONE_NOW.to_owned()),
    };
    let message = format!(
        "Cognigy.AI refused the configuration of generation {}, and {state}. {} Change the resource or its Secret; to try \
         the same once more, set the annotation {} to a new value.",
        refused.generation,
        refused.message,
        cognigy_sso_api::RECONCILE_REQUESTED_AT
    );
    Finding::refuted(reason, message, Class::Input)
}

/// What was in force is not known any more, and what is declared was refused.
pub(super) fn cannot_be_put_back(resource: &Resource) -> Finding {
    let why = resource.status.refused.as_ref().map_or("", |refused| &refused.message);
    let message = format!(
        "{why} The former configuration had been reset, and whether it was put back is not known: the organization may have \
         none now, and what it was is not remembered over a restart. Change the resource or its Secret; to try the same once \
         more, set the annotation {} to a new value.",
        cognigy_sso_api::RECONCILE_REQUESTED_AT
    );
    Finding::refuted(Reason::Rejected, message.trim_start(), Class::Input)
}

/// What would be done, in words.
pub(super) fn planned(application: &Application) -> Finding {
    let Application { desired, cause, resets, .. } = application;
    let action = match (cause, resets) {
        (Cause::Adoption, _) => "reset the configuration that somebody else applied and at once apply the declared one",
        (_, true) => "reset the configuration and at once apply the declared one",
        (_, false) => "apply the declared configuration",
    };
    let message = format!(
        "spec.mode is Plan: in mode Manage the operator would {action} in organization {} ({}).",
        desired.organization,
        desired.known_as()
    );
    Finding { status: ConditionStatus::False, reason: Reason::Planned, message, class: None }
}

/// Somebody else has changed the configuration, and that is only to be reported.
pub(super) fn reported(disturbance: &Disturbance) -> Finding {
    let message = format!(
        "{} spec.driftPolicy is Report: nothing is changed. Set it to Correct to have the declared configuration applied \
         again.",
        disturbance.message()
    );
    Finding::refuted(Reason::Drifted, message, Class::Input)
}

/// Somebody else may have changed the configuration right after it was applied.
pub(super) fn seen_soon() -> Finding {
    let message = "Somebody else has changed the configuration about when it was last applied. Whether that was after it, and \
                   is to be reported only, is seen within a minute.";
    let (status, reason) = (ConditionStatus::Unknown, Reason::ChangePending);
    Finding { status, reason, message: message.to_owned(), class: Some(Class::Transient) }
}

pub(super) fn drift_loop(disturbance: &Disturbance) -> Finding {
    let message = format!(
        "{} It was corrected three times inside an hour and is left as it is now. Find who changes it and stop that; then \
         set the annotation {} to a new value.",
        disturbance.message(),
        cognigy_sso_api::RECONCILE_REQUESTED_AT
    );
    Finding::refuted(Reason::DriftLoop, message, Class::Input)
}

pub(super) fn correction_waits(disturbance: &Disturbance, condition: &str) -> Finding {
    let message = format!(
        "{} The declared configuration is applied again as soon as {condition} allows it.",
        disturbance.message()
    );
    Finding::refuted(Reason::Drifted, message, Class::Transient)
}

pub(super) fn correction_planned(disturbance: &Disturbance) -> Finding {
    let message = format!(
        "{} spec.mode is Plan: in mode Manage the operator would apply the declared configuration again.",
        disturbance.message()
    );
    Finding::refuted(Reason::Drifted, message, Class::Input)
}
