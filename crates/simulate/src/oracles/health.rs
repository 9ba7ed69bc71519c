//! 8: nothing grows without bound, and every message names the object, the cause and the next step. (A panic ends a run by
//! itself.)

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason};

use super::Measure;
use crate::history::{History, What};

/// The largest status, in bytes of JSON.
const LARGEST_STATUS: usize = 16 * 1024;
/// The most events of one run: one for each happening, none for each retry.
const MOST_EVENTS: usize = 120;
/// Corrections that are kept.
const MOST_CORRECTIONS: usize = 3;
/// A message names at least one of these.
const OBJECTS: [&str; 15] = [
    "SecretsResolved",
    "ConnectionReady",
    "IssuerVerified",
    "spec.",
    "Cognigy.AI",
    "Secret",
    "provider",
    "issuer",
    "https://",
    "rganization",
    "resource",
    "condition",
    "configuration",
    "client",
    "IdentityProviderConfig",
];
/// A message of what a person must mend says how.
const STEPS: [&str; 20] = [
    "Set ", "set ", "Check ", "Create ", "Use ", "Put ", "Correct ", "Give ", "Compare ", "Add ", "Store ", "Delete ",
    "Grant ", "Have ", "Change ", "Write ", "Find ", "Renew ", "Enable ", "Say ",
];
/// What a message may end with that is no sentence: a value, which nothing may be put behind.
const ENDS: [&str; 2] = ["set spec.oidc.issuer to", "set spec.saml.entityId to"];
/// What only `Debug` would write.
const DEBUG: [&str; 6] = ["Some(", "None)", "Err(", "Ok(", " { ", "\\\""];

pub(super) fn judge(history: &History, _: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut events = 0;
    for entry in &history.entries {
        match &entry.what {
            What::Grown(what) => wrong.push(what.clone()),
            What::Status(resource, _, status) => {
                wrong.extend(judge_status(status).map(|text| format!("status of {resource}: {text}")));
            }
            What::Event(resource, _, note) => {
                events += 1;
                wrong.extend(judge_text(note).map(|text| format!("event of {resource}: {text}: {note}")));
            }
            _ => {}
        }
    }
    if events > MOST_EVENTS {
        wrong.push(format!("{events} events"));
    }
    wrong
}

fn judge_status(status: &IdentityProviderConfigStatus) -> impl Iterator<Item = String> {
    let size = serde_json::to_string(status).map_or(0, |text| text.len());
    let grown = [
        (size > LARGEST_STATUS, format!("{size} bytes")),
        (status.corrections.len() > MOST_CORRECTIONS, format!("{} corrections", status.corrections.len())),
    ];
    let grown = grown.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, text)| text);
    let messages = status.conditions.iter().filter_map(|condition| {
        let message = &condition.message;
        let needs_step = condition.r#type == ConditionType::Stalled;
        let lacks_step = needs_step && !STEPS.iter().any(|step| message.contains(step));
        // What was not looked at has no object to name.
        let is_bad = condition.status != ConditionStatus::True && condition.reason != Reason::NotChecked || needs_step;
        let problem = judge_text(message).filter(|_| is_bad).or(lacks_step.then_some("names no next step"));
        problem.map(|problem| format!("{:?} {problem}: {message}", condition.r#type))
    });
    grown.chain(messages.collect::<Vec<_>>())
}

fn judge_text(text: &str) -> Option<&'static str> {
    let rules = [
        (text.trim().is_empty(), "is empty"),
        (!text.trim_end().ends_with(['.', '/']) && !ENDS.iter().any(|end| text.contains(end)), "is no sentence"),
        (!OBJECTS.iter().any(|object| text.contains(object)), "names no object"),
        (DEBUG.iter().any(|debug| text.contains(debug)), "holds Debug text"),
    ];
    rules.into_iter().find(|(broken, _)| *broken).map(|(_, text)| text)
}
