//! When to look again.

use std::time::Duration;

use cognigy_sso_api::ConditionType;
use cognigy_sso_decide::{Class, CognigyCall, InputProblem, Moment, Observed, Receipt, Resource, next_visit, plan};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::{
    always, api_key_says, applied, at, cognigy_unknown, end, later, now, observed, ready, refused, resource,
    secret_says, visit_at,
};

const INTERVAL: Duration = Duration::from_mins(10);
const HIGHEST: f64 = 0.999_999;

fn next(classes: &[Class], failing_for: Option<i64>, chance: f64) -> Duration {
    let failing_since = failing_for.map(|seconds| later(-seconds));
    next_visit(classes.iter().copied(), INTERVAL, failing_since, Moment { now: now(), chance })
}

fn seconds(duration: Duration) -> u64 {
    (duration + Duration::from_millis(500)).as_secs()
}

#[test]
fn the_table() {
    use Class::{Absent, Input, Throttled, Transient};
    let table: [(&[Class], Option<i64>, u64, u64); 14] = [
        (&[], None, 540, 600),
        (&[Input], None, 540, 600),
        (&[Absent], None, 540, 600),
        (&[Input, Absent], Some(5), 540, 600),
        (&[Transient], None, 0, 1),
        (&[Transient], Some(0), 0, 1),
        (&[Transient], Some(3), 0, 6),
        (&[Transient], Some(60), 0, 120),
        (&[Transient], Some(1_000_000), 0, 300),
        (&[Throttled(60)], None, 60, 66),
        (&[Throttled(0)], None, 1, 1),
        (&[Throttled(u64::MAX)], None, 900, 990),
        (&[Transient, Throttled(60)], Some(5), 60, 66),
        (&[Input, Transient], Some(3), 0, 6),
    ];
    for (classes, failing_for, lowest, highest) in table {
        let pauses = [next(classes, failing_for, 0.0), next(classes, failing_for, HIGHEST)];
        let (least, most) = (*pauses.iter().min().unwrap(), *pauses.iter().max().unwrap());
        assert_eq!((seconds(least), seconds(most)), (lowest, highest), "{classes:?} {failing_for:?}");
        assert!(least >= Duration::from_millis(250), "{classes:?}");
    }
}

#[test]
fn the_pause_doubles_by_the_time_that_it_has_lasted() {
    let mut lasted = 1;
    while 2 * lasted <= 300 {
        let ceiling = next(&[Class::Transient], Some(lasted), HIGHEST);
        assert_eq!(seconds(ceiling), 2 * u64::try_from(lasted).unwrap());
        lasted *= 2;
    }
    assert_eq!(seconds(next(&[Class::Transient], Some(lasted), HIGHEST)), 300);
}

#[test]
fn a_clock_that_goes_back_begins_anew() {
    assert_eq!(seconds(next(&[Class::Transient], Some(-3600), HIGHEST)), 1);
}

/// The next visit, at most, of this resource as it is observed.
fn highest(now: Timestamp, resource: &Resource, observed: &Observed, changed: Option<Timestamp>) -> Duration {
    let plan = plan(resource, observed, now);
    end(resource, observed, &plan, None, changed, Moment { now, chance: HIGHEST }).next
}

#[test]
fn a_conclusion_counts_from_when_the_fault_began() {
    let down = observed(cognigy_unknown);
    let begun = visit_at(later(0), ready(|_| {}), &mut observed(cognigy_unknown), always(applied)).resource;
    for lasted in [0, 1, 10, 100, 1000] {
        let pause = highest(later(lasted), &begun, &down, None);
        assert_eq!(seconds(pause), u64::try_from(2 * lasted).unwrap().clamp(1, 300), "after {lasted} s");
    }
}

#[test]
fn a_change_begins_anew() {
    let down = observed(cognigy_unknown);
    let begun = visit_at(later(0), ready(|_| {}), &mut observed(cognigy_unknown), always(applied)).resource;
    let pause = highest(later(1000), &begun, &down, Some(later(999)));
    assert_eq!(seconds(pause), 2, "faults from before the change do not count");
    let pause = highest(later(1000), &begun, &down, Some(later(-999)));
    assert_eq!(seconds(pause), 300, "a change from before the fault does not either");
}

#[test]
fn what_a_watch_wakes_waits_for_the_interval() {
    type Observe = fn(&mut Observed);
    let waits: [Observe; 3] = [
        |observed| secret_says(observed, InputProblem::ObjectAbsent),
        |observed| api_key_says(observed, InputProblem::Empty),
        |observed| observed.account = Some(Err(refused(CognigyCall::Me, 401))),
    ];
    for observe in waits {
        let pause = highest(now(), &resource(|_| {}), &observed(observe), None);
        assert_eq!(pause, INTERVAL.mul_f64(1.0 - HIGHEST / 10.0));
    }
    let hourly = resource(|spec| spec.interval = "1h".to_owned());
    let suspended = resource(|spec| spec.suspend = true);
    assert_eq!(seconds(conclude_settled(&hourly)), 3600);
    assert_eq!(seconds(conclude_settled(&suspended)), 600);
}

fn conclude_settled(resource: &Resource) -> Duration {
    let observed = observed(crate::support::issuer_refuted);
    let plan = plan(resource, &observed, now());
    end(resource, &observed, &plan, None, None, Moment { now: now(), chance: 0.0 }).next
}

#[test]
fn a_refusal_that_may_pass_is_tried_again_as_the_server_asks() {
    let resource = resource(|_| {});
    let observed = observed(|_| {});
    let plan = plan(&resource, &observed, now());
    let refused = |retry_after| cognigy_sso_decide::CallFault::Refused {
        call: CognigyCall::Configure,
        status: 429,
        code: None,
        trace_id: None,
        retry_after,
    };
    let pause = |receipt| end(&resource, &observed, &plan, Some(&receipt), None, at(now()));
    assert_eq!(seconds(pause(Receipt::Refused(refused(Some(100)))).next), 105);
    let unnamed = pause(Receipt::Refused(refused(None)));
    assert!(unnamed.next <= Duration::from_secs(1));
    assert!(unnamed.status.condition(ConditionType::Reconciling).is_some());
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![
        Just(Class::Transient),
        Just(Class::Absent),
        Just(Class::Input),
        any::<u64>().prop_map(Class::Throttled),
        (0..1000_u64).prop_map(Class::Throttled),
    ]
}

proptest! {
    #[test]
    fn never_at_once_and_never_too_late(
        classes in proptest::collection::vec(class(), 0..6),
        interval in 60..=86_400_u64,
        failing_for in proptest::option::of(-1_000_000..100_000_000_i64),
        chance in 0.0..1.0_f64,
    ) {
        let interval = Duration::from_secs(interval);
        let failing_since = failing_for.map(|seconds| later(-seconds));
        let pause = next_visit(classes, interval, failing_since, Moment { now: now(), chance });
        prop_assert!(pause >= Duration::from_millis(250));
        prop_assert!(pause <= interval.max(Duration::from_mins(15).mul_f64(1.1)), "{pause:?}");
    }
}

#[test]
fn what_is_awaited_or_may_pass_is_not_over() {
    type Observe = fn(&mut Observed);
    let table: [(&str, Observe, bool); 5] = [
        ("all is well", |_| {}, false),
        ("somebody must act", crate::support::issuer_refuted, false),
        ("it may pass", cognigy_unknown, true),
        ("it may pass, and nothing needs it now", crate::support::issuer_unknown, true),
        ("others may be about to create it", |observed| secret_says(observed, InputProblem::ObjectAbsent), true),
    ];
    for (what, observe, retries) in table {
        let (resource, observed) = (ready(|_| {}), observed(observe));
        let plan = plan(&resource, &observed, now());
        assert_eq!(end(&resource, &observed, &plan, None, None, at(now())).retries, retries, "{what}");
    }
}
