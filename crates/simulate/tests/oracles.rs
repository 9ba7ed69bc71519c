//! Each oracle can fail: a clean history passes all of them, and a doctored one fails the one that it is doctored for.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use cognigy_sso_api::{ConditionStatus, ConditionType, IdentityProviderConfigStatus, Reason};
use cognigy_sso_decide::EventKind;
use cognigy_sso_simulate::fault::Severity;
use cognigy_sso_simulate::history::{Change, Edition, History, Holding, What};
use cognigy_sso_simulate::oracles::kstatus::{Class, class};
use cognigy_sso_simulate::oracles::{Measure, judge};
use cognigy_sso_simulate::plan::{ORGANIZATION, Plan, RESOURCE, Situation};
use cognigy_sso_simulate::strategy::Strategy;
use cognigy_sso_simulate::time::{HOUR, MINUTE, Millis};

/// A clean run of a change, and what it is judged by.
fn clean() -> (History, Measure) {
    let plan = Plan {
        strategy: Strategy::Oidc,
        situation: Situation::Rotation,
        fault: None,
        severity: Severity::Brief,
        crash: None,
        variant: 3,
        without: None,
    };
    let run = plan.run();
    let measure = plan.measure(&run, 0);
    (run.history, measure)
}

/// The numbers of the oracles that a doctored history fails.
fn fails(doctor: impl FnOnce(&mut History, &mut Measure)) -> Vec<u8> {
    let (mut history, mut measure) = clean();
    doctor(&mut history, &mut measure);
    history.entries.sort_by_key(|entry| entry.time);
    let mut oracles: Vec<_> = judge(&history, &measure).into_iter().map(|violation| violation.oracle).collect();
    oracles.dedup();
    oracles
}

fn sent(call: u64, change: Change) -> What {
    let (resource, organization) = (RESOURCE.into(), ORGANIZATION.into());
    What::Sent { call, process: 1, resource, organization, change, deleting: false }
}

fn took_effect(call: u64) -> What {
    What::Ended { call, took_effect: true, refused: false }
}

fn edition(spec: u32, secret: u32) -> Edition {
    Edition { resource: RESOURCE.into(), spec, secret, certificate: 0 }
}

fn late(measure: &Measure) -> Millis {
    measure.settled + HOUR
}

/// The last status that was written, changed.
fn status(history: &History, change: impl FnOnce(&mut IdentityProviderConfigStatus)) -> What {
    let last = history.entries.iter().rev().find_map(|entry| match &entry.what {
        What::Status(_, _, status) => Some(IdentityProviderConfigStatus::clone(status)),
        _ => None,
    });
    let mut status = last.unwrap();
    change(&mut status);
    What::Status(RESOURCE.into(), 1, Arc::new(status))
}

fn set(status: &mut IdentityProviderConfigStatus, r#type: ConditionType, to: ConditionStatus, message: &str) {
    let mut condition = status.conditions[0].clone();
    status.conditions.retain(|condition| condition.r#type != r#type);
    (condition.r#type, condition.status, condition.message) = (r#type, to, message.into());
    condition.reason = Reason::Retrying;
    status.conditions.push(condition);
}

#[test]
fn a_clean_history_passes() {
    assert!(fails(|_, _| {}).is_empty());
}

#[test]
fn convergence() {
    assert_eq!(fails(|_, measure| measure.states[0].then.holds = Holding::Nothing), [1]);
    assert_eq!(fails(|_, measure| measure.states[0].finally.ready = Some(false)), [1]);
}

#[test]
fn quiet() {
    let writes = fails(|history, measure| history.note(late(measure), status(history, |_| {})));
    assert_eq!(writes, [2]);
    let calls = fails(|history, measure| {
        history.note(late(measure), sent(9, Change::Configure(Some(edition(1, 2)))));
        history.note(late(measure), What::Ended { call: 9, took_effect: false, refused: false });
    });
    assert_eq!(calls, [2]);
    let again = fails(|history, measure| {
        let before = measure.settled - MINUTE;
        history.note(before, sent(9, Change::Reset));
        history.note(before, took_effect(9));
        history.note(before, What::Holds(ORGANIZATION.into(), Holding::Nothing));
        history.note(before, sent(10, Change::Configure(Some(edition(1, 2)))));
        history.note(before, took_effect(10));
        history.note(before, What::Holds(ORGANIZATION.into(), Holding::Declared(edition(1, 2))));
    });
    assert_eq!(again, [2], "what is in force is not applied again");
}

#[test]
fn order() {
    let older = fails(|history, measure| {
        history.note(measure.settled - MINUTE, sent(9, Change::Configure(Some(edition(1, 1)))));
        history.note(measure.settled - MINUTE, took_effect(9));
    });
    assert_eq!(older, [3]);
    let unknown = fails(|history, measure| {
        history.note(measure.settled - MINUTE, sent(9, Change::Configure(None)));
        history.note(measure.settled - MINUTE, took_effect(9));
    });
    assert_eq!(unknown, [3]);
}

#[test]
fn one_at_a_time_and_one_owner() {
    let two = fails(|history, measure| {
        history.note(measure.settled - MINUTE, sent(9, Change::Configure(Some(edition(1, 2)))));
        history.note(measure.settled - MINUTE, sent(10, Change::Configure(Some(edition(1, 2)))));
    });
    assert_eq!(two, [4]);
    let younger = fails(|history, measure| {
        history.note(measure.settled - MINUTE, What::Created("younger".into()));
        let (resource, organization) = ("younger".into(), ORGANIZATION.into());
        let change = Change::Configure(Some(edition(1, 2)));
        history.note(
            measure.settled - MINUTE,
            What::Sent { call: 9, process: 1, resource, organization, change, deleting: false },
        );
    });
    assert_eq!(younger, [4]);
}

#[test]
fn no_gap() {
    let gap = fails(|history, measure| {
        history.note(measure.settled - 5 * MINUTE, sent(9, Change::Reset));
        history.note(measure.settled - 5 * MINUTE, took_effect(9));
        history.note(measure.settled, What::Holds(ORGANIZATION.into(), Holding::Declared(edition(1, 2))));
    });
    assert_eq!(gap, [5]);
    let never_closed = fails(|history, measure| {
        history.note(measure.settled - 5 * MINUTE, sent(9, Change::Reset));
        history.note(measure.settled - 5 * MINUTE, took_effect(9));
        history.note(measure.settled, What::Note("time goes by".to_owned()));
    });
    assert_eq!(never_closed, [5]);
}

#[test]
fn secrecy() {
    assert_eq!(fails(|history, _| history.note(1, What::Leak("a Debug text".to_owned()))), [6]);
    let in_a_status = fails(|history, measure| {
        let leaks = status(history, |status| status.conditions[1].message = "It is canary-acme-1.".into());
        history.note(measure.settled - MINUTE, leaks);
    });
    assert_eq!(in_a_status, [6]);
    let note = "Cognigy.AI has canary-acme-1.".to_owned();
    let in_an_event = fails(|history, _| history.note(1, What::Event(RESOURCE.into(), EventKind::Reset, note)));
    assert_eq!(in_an_event, [6]);
}

#[test]
fn conditions() {
    type Doctor = fn(&mut IdentityProviderConfigStatus);
    let doctors: [(&str, Doctor); 6] = [
        ("Ready is missing", |status| status.conditions.retain(|condition| condition.r#type != ConditionType::Ready)),
        ("Ready beside Reconciling", |status| {
            set(status, ConditionType::Reconciling, ConditionStatus::True, "Cognigy.AI is asked.");
        }),
        ("Ready beside Stalled", |status| {
            set(status, ConditionType::Stalled, ConditionStatus::True, "Set spec.mode.");
        }),
        ("ahead", |status| status.observed_generation = 2),
        ("not the same on all", |status| status.conditions[2].observed_generation = 0),
        ("Unknown without a reason", |status| {
            set(status, ConditionType::Ready, ConditionStatus::Unknown, "Cognigy.AI does not answer.");
        }),
    ];
    for (what, doctor) in doctors {
        let failed = fails(|history, measure| history.note(measure.settled - MINUTE, status(history, doctor)));
        assert_eq!(failed, [7], "{what}");
    }
}

#[test]
fn health() {
    for message in ["", "Something", "It went wrong.", "Cognigy.AI answers Some(401)."] {
        let failed = fails(|history, measure| {
            let doctor = |status: &mut IdentityProviderConfigStatus| {
                set(status, ConditionType::ClientVerified, ConditionStatus::False, message);
            };
            history.note(measure.settled - MINUTE, status(history, doctor));
        });
        assert_eq!(failed, [8], "{message:?}");
    }
    assert_eq!(fails(|history, _| history.note(1, What::Grown("the queue".to_owned()))), [8]);
    let events = fails(|history, _| {
        let event = || What::Event(RESOURCE.into(), EventKind::Configured, "The configuration was applied.".to_owned());
        (0..200).for_each(|_| history.note(1, event()));
    });
    assert_eq!(events, [8]);
}

/// Lesson: keycloak #17515, external-secrets #1603, argo-cd #23578.
#[test]
fn kstatus_tells_the_four_classes() {
    let (history, _) = clean();
    let What::Status(_, _, ready) = status(&history, |_| {}) else { unreachable!() };
    assert_eq!(class(1, false, &ready), Class::Current);
    assert_eq!(class(2, false, &ready), Class::InProgress);
    assert_eq!(class(1, true, &ready), Class::Terminating);
    let with = |r#type| {
        let mut status = IdentityProviderConfigStatus::clone(&ready);
        set(&mut status, r#type, ConditionStatus::True, "");
        class(1, false, &status)
    };
    assert_eq!(with(ConditionType::Stalled), Class::Failed);
    assert_eq!(with(ConditionType::Reconciling), Class::InProgress);
    assert_eq!(class(1, false, &IdentityProviderConfigStatus::default()), Class::InProgress);
}
