//! The calls of a visit, one after the other.

use std::sync::Arc;

use cognigy_sso_api::{AdoptionPolicy, ConditionType, DeletionPolicy, Operation};
use cognigy_sso_decide::{
    Answer, Call, CallFault, Change, ChangeKind, CognigyCall, Conclusion, Memory, Observed, Resource, Step, Trial,
    Visit, Write,
};

use crate::support::{
    EVENT, ROTATED, SEAL, SECRET, STRANGER, USER, always, applied, at, change, condition, deleted, later,
    login_matches, now, observed, ready, refused, resource, rotated, tells, visit_with, written,
};

/// A visit that is made call by call.
struct Making {
    visit: Visit,
    /// The calls, each with how many it admits, and the looks.
    steps: Vec<String>,
}

impl Making {
    fn of(resource: Resource, memory: Memory, observed: Observed) -> Self {
        Self { visit: Visit::new(resource, memory, observed, SEAL), steps: Vec::new() }
    }

    /// Makes the visit with these answers, and says what was concluded.
    fn with(mut self, answers: impl IntoIterator<Item = Answer>) -> (Vec<String>, Resource, Conclusion) {
        let conclusion = self.end(answers);
        (self.steps, self.visit.resource().clone(), conclusion)
    }

    /// Makes the visit with these answers, and says what Cognigy.AI was sent.
    fn sends(mut self, answers: impl IntoIterator<Item = Answer>) -> &'static str {
        self.end(answers);
        self.visit.action().as_str()
    }

    /// Tries the client, where there is one to try.
    fn try_the_client(&mut self) {
        if matches!(self.visit.step(at(later(60))), Step::Try) {
            self.visit.tried(Arc::new(Trial::accepted()));
        }
    }

    fn end(&mut self, answers: impl IntoIterator<Item = Answer>) -> Conclusion {
        let mut answers = answers.into_iter();
        loop {
            match self.visit.step(at(later(60))) {
                Step::Write(write) => {
                    let written = written(self.visit.resource().clone(), write);
                    self.visit.written(written).unwrap();
                }
                Step::Call { call, admits } => {
                    self.steps.push(format!("{} {admits}", name(&call)));
                    self.visit.answered(answers.next().expect("one more call than was foreseen"));
                }
                Step::Look => {
                    self.steps.push("look".to_owned());
                    self.visit.looked(Some(login_matches()), Some(Ok(None)));
                }
                Step::Try => self.visit.tried(Arc::new(Trial::accepted())),
                Step::Tell(event) => self.steps.push(event.kind.reason().to_owned()),
                Step::End(conclusion) => {
                    assert!(answers.next().is_none(), "fewer calls than were foreseen: {:?}", self.steps);
                    return *conclusion;
                }
            }
        }
    }
}

fn name(call: &Call<'_>) -> &'static str {
    match call {
        Call::Reset => "reset",
        Call::Configure(_) => "configure",
        Call::FindEvent => "find",
    }
}

/// A resource that is in sync, remembered, and whose Secret was rotated.
fn rotation() -> Making {
    let ready = visit_with(Memory::default(), now(), resource(|_| {}), &mut observed(|_| {}), always(applied));
    let observed = observed(|observed| {
        rotated(observed);
        tells(observed, change(EVENT, ChangeKind::Configure, now(), USER));
    });
    Making::of(ready.resource, ready.memory, observed)
}

fn forgotten_rotation() -> Making {
    Making::of(ready(|_| {}), Memory::default(), observed(rotated))
}

fn first() -> Making {
    Making::of(resource(|_| {}), Memory::default(), observed(|_| {}))
}

fn found(id: &str, kind: ChangeKind, user: &str) -> Answer {
    Answer::Found(Some(change(id, kind, later(60), user)))
}

fn failed(status: u16) -> Answer {
    Answer::Failed(refused(CognigyCall::Configure, status))
}

fn event_of(conclusion: &Conclusion) -> Option<&str> {
    conclusion.status.applied.as_ref()?.audit_event_id.as_deref()
}

#[test]
fn a_first_configuration_is_one_call_and_a_look_for_its_event() {
    let (steps, _, conclusion) = first().with([Answer::Done, found("event-1", ChangeKind::Configure, USER)]);
    assert_eq!(steps, ["configure 1", "find 0"]);
    assert_eq!(event_of(&conclusion), Some("event-1"));
    assert!(conclusion.status.is_true(ConditionType::InSync));
}

#[test]
fn a_change_is_a_reset_and_at_once_a_configuration() {
    let answers = [Answer::Done, Answer::Done, found("event-3", ChangeKind::Configure, USER)];
    let (steps, _, conclusion) = rotation().with(answers);
    assert_eq!(steps, ["reset 3", "configure 0", "find 0"]);
    assert_eq!(event_of(&conclusion), Some("event-3"));
    assert_eq!(conclusion.status.pending, None);
}

#[test]
fn an_event_that_is_not_of_this_configuration_is_left_out() {
    let table = [
        ("not there yet", Answer::Found(None)),
        ("the former one", found(EVENT, ChangeKind::Configure, USER)),
        ("somebody else's", found("event-3", ChangeKind::Configure, STRANGER)),
        ("of the reset", found("event-2", ChangeKind::Reset, USER)),
        ("not answered", failed(503)),
    ];
    for (what, answer) in table {
        let (_, _, conclusion) = rotation().with([Answer::Done, Answer::Done, answer]);
        assert_eq!(event_of(&conclusion), None, "{what}");
        assert!(conclusion.status.is_true(ConditionType::Ready), "{what}: it was accepted");
    }
}

#[test]
fn refused_for_good_the_former_one_goes_back() {
    let back = found("event-3", ChangeKind::Configure, USER);
    let answers = [Answer::Done, failed(400), Answer::Found(None), Answer::Done, back];
    let (steps, _, conclusion) = rotation().with(answers);
    assert_eq!(steps, ["reset 3", "configure 0", "find 0", "configure 0", "find 0"]);
    assert_eq!(event_of(&conclusion), Some("event-3"));
    assert!(conclusion.status.refused.is_some() && conclusion.status.pending.is_none());
}

#[test]
fn a_400_that_may_say_in_words_what_is_there_already_is_settled_by_the_audit_event() {
    let there = found("event-3", ChangeKind::Configure, USER);
    let (steps, _, conclusion) = rotation().with([Answer::Done, failed(400), there]);
    assert_eq!(steps, ["reset 3", "configure 0", "find 0"]);
    assert!(conclusion.status.is_true(ConditionType::Ready) && conclusion.status.refused.is_none());
}

#[test]
fn what_goes_back_is_what_was_in_force() {
    let mut making = rotation();
    let mut bodies = Vec::new();
    let mut answers = vec![Answer::Done, failed(422), Answer::Done].into_iter();
    while bodies.len() < 2 {
        match making.visit.step(at(later(60))) {
            Step::Write(write) => {
                let written = written(making.visit.resource().clone(), write);
                making.visit.written(written).unwrap();
                continue;
            }
            Step::Try => {
                making.visit.tried(Arc::new(Trial::accepted()));
                continue;
            }
            Step::Call { call: Call::Configure(desired), .. } => {
                bodies.push(secrecy::ExposeSecret::expose_secret(&desired.body()).to_owned());
            }
            _ => {}
        }
        making.visit.answered(answers.next().unwrap());
    }
    assert!(bodies[0].contains(ROTATED) && bodies[1].contains(SECRET));
}

#[test]
fn that_the_former_one_goes_back_is_on_record_before_it_is_sent() {
    let mut making = rotation();
    let mut answers = vec![Answer::Done, failed(422)].into_iter();
    let mut records = Vec::new();
    loop {
        match making.visit.step(at(later(60))) {
            Step::Write(Write::Status(status)) => {
                records.push((status.pending.as_ref().unwrap().operation, status.refused.is_some()));
                let written = written(making.visit.resource().clone(), Write::Status(status));
                making.visit.written(written).unwrap();
            }
            Step::Call { .. } => match answers.next() {
                Some(answer) => making.visit.answered(answer),
                None => break,
            },
            Step::Try => making.visit.tried(Arc::new(Trial::accepted())),
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(records, [(Operation::Replace, false), (Operation::PutBack, true)]);
}

#[test]
fn nothing_goes_back_that_is_not_known_or_may_still_be_accepted() {
    for (making, status) in [(forgotten_rotation(), 422), (rotation(), 429), (rotation(), 504), (rotation(), 409)] {
        let (steps, _, conclusion) = making.with([Answer::Done, failed(status)]);
        assert_eq!(steps, ["reset 3", "configure 0"], "{status}");
        assert_eq!(conclusion.status.pending.is_some(), status != 422, "{status}");
    }
}

#[test]
fn a_reset_that_fails_ends_it() {
    for status in [403, 429, 504] {
        let (steps, _, conclusion) = rotation().with([Answer::Failed(refused(CognigyCall::Reset, status))]);
        assert_eq!(steps, ["reset 3"], "{status}");
        assert!(conclusion.status.applied.is_some() && conclusion.status.pending.is_some(), "{status}");
    }
}

#[test]
fn the_former_one_that_does_not_go_back_is_begun_or_gone() {
    for (status, goes_on) in [(422, false), (429, true), (504, true), (409, true)] {
        let (steps, _, conclusion) = rotation().with([Answer::Done, failed(422), failed(status)]);
        assert_eq!(steps, ["reset 3", "configure 0", "configure 0"], "{status}");
        let pending = conclusion.status.pending.as_ref().map(|pending| pending.operation);
        assert_eq!(pending, goes_on.then_some(Operation::PutBack), "{status}");
        assert_eq!(conclusion.status.applied.is_some(), goes_on, "{status}");
    }
}

#[test]
fn a_configuration_after_a_reset_that_is_over_admits_its_putting_back_too() {
    let ready = visit_with(Memory::default(), now(), resource(|_| {}), &mut observed(|_| {}), always(applied));
    let was_reset = observed(|observed| {
        rotated(observed);
        tells(observed, change("event-2", ChangeKind::Reset, later(30), STRANGER));
    });
    let making = Making::of(ready.resource, ready.memory, was_reset);
    let back = found("event-3", ChangeKind::Configure, USER);
    let (steps, _, _) = making.with([failed(422), Answer::Done, back]);
    assert_eq!(steps, ["configure 2", "configure 0", "find 0"]);
}

#[test]
fn already_configured_leads_to_a_look() {
    let adopting = resource(|spec| spec.adoption_policy = AdoptionPolicy::Never);
    let making = Making::of(adopting, Memory::default(), observed(|_| {}));
    let event = found("event-3", ChangeKind::Configure, USER);
    let (steps, _, conclusion) = making.with([failed(409), Answer::Done, Answer::Done, event]);
    assert_eq!(steps, ["configure 1", "look", "reset 3", "configure 0", "find 0"], "what shows is its own");
    assert!(conclusion.status.is_true(ConditionType::Ready));
}

#[test]
fn a_deletion_is_one_call_and_is_told_before_the_finalizer_goes() {
    let ready = ready(|spec| spec.deletion_policy = DeletionPolicy::Reset);
    let (steps, resource, _) = Making::of(deleted(ready), Memory::default(), observed(|_| {})).with([Answer::Done]);
    assert_eq!(steps, ["reset 1", "Reset"]);
    assert!(!resource.finalizer);
}

#[test]
fn what_was_edited_while_it_was_written_ends_the_visit() {
    let mut making = rotation();
    making.try_the_client();
    let Step::Write(write) = making.visit.step(at(later(60))) else { panic!("nothing is recorded") };
    let written = written(making.visit.resource().clone(), write);
    let edited = Resource { generation: 2, ..written.clone() };
    let deleted = Resource { deleting: true, ..written };
    for other in [edited, deleted] {
        assert_eq!(making.visit.written(other.clone()), Err(Box::new(other)));
    }
    assert!(matches!(making.visit.step(at(later(60))), Step::Write(_)), "nothing was called");
}

#[test]
fn a_step_that_is_asked_for_twice_is_the_same() {
    let mut making = first();
    making.try_the_client();
    for _ in 0..2 {
        assert!(matches!(making.visit.step(at(later(60))), Step::Call { call: Call::Configure(_), admits: 1 }));
    }
}

#[test]
fn what_an_event_is_found_by_is_not_what_it_was_before() {
    let older: Change = change("event-0", ChangeKind::Reset, later(-3600), STRANGER);
    let before = observed(|observed| tells(observed, older));
    let making = Making::of(resource(|_| {}), Memory::default(), before);
    let (_, _, conclusion) = making.with([Answer::Done, found("event-0", ChangeKind::Configure, USER)]);
    assert_eq!(event_of(&conclusion), None);
    assert!(condition(&conclusion.status, ConditionType::InSync).is_some());
}

#[test]
fn what_was_sent_is_told_in_a_word() {
    let event = || found("event-3", ChangeKind::Configure, USER);
    assert_eq!(first().sends([Answer::Done, event()]), "configure");
    assert_eq!(first().sends([failed(422)]), "configure", "whatever came of it");
    assert_eq!(rotation().sends([Answer::Done, Answer::Done, event()]), "change");
    assert_eq!(rotation().sends([Answer::Done, failed(422), Answer::Done, event()]), "put_back");
    let ready = ready(|spec| spec.deletion_policy = DeletionPolicy::Reset);
    assert_eq!(Making::of(deleted(ready.clone()), Memory::default(), observed(|_| {})).sends([Answer::Done]), "reset");
    assert_eq!(Making::of(ready, Memory::default(), observed(|_| {})).sends([]), "none");
    for fault in [CallFault::Paused { seconds: 5 }, CallFault::HostNotAllowed { host: "api.example".to_owned() }] {
        assert_eq!(first().sends([Answer::Failed(fault)]), "none", "it was not sent");
    }
}
