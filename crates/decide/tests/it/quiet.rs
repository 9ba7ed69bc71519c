//! No change, no write: what is concluded twice is the same twice.

use cognigy_sso_api::{ConditionType, DeletionPolicy, IdentityProviderConfigSpec, Operation};
use cognigy_sso_decide::{CallFault, CognigyCall, InputProblem, Observed, Receipt, Resource};

use crate::STRATEGY;
use crate::support::{
    always, api_key_says, applied, begun, cognigy_unknown, edited, issuer_refuted, issuer_unknown, later, message,
    observed, other_organization, ready, resource, rotated, secret_says, touched, version, visit, visit_at,
};

#[test]
fn after_a_configuration_was_applied_nothing_is_left_to_do() {
    for policy in [DeletionPolicy::Retain, DeletionPolicy::Reset] {
        let ready = ready(|spec| spec.deletion_policy = policy);
        assert_eq!(ready.finalizer, policy == DeletionPolicy::Reset);
        let again = visit_at(later(600), ready.clone(), &mut observed(|_| {}), always(applied));
        assert_eq!((again.effects.len(), again.writes, again.events.len()), (0, 0, 0), "{policy:?}");
        assert_eq!(again.resource, ready);
    }
}

#[test]
fn the_way_to_ready_is_one_write_and_with_reset_two() {
    let writes = |policy| {
        let fresh = resource(|spec| spec.deletion_policy = policy);
        visit(fresh, &mut observed(|_| {}), always(applied)).writes
    };
    assert_eq!((writes(DeletionPolicy::Retain), writes(DeletionPolicy::Reset)), (1, 2));
}

type State = (&'static str, fn(&mut Observed));
type Edit = fn(&mut IdentityProviderConfigSpec);

#[test]
fn whatever_stays_as_it_is_is_written_once() {
    let states: [State; 9] = [
        ("provider refuted", issuer_refuted),
        ("provider unreachable", issuer_unknown),
        ("Cognigy.AI unreachable", cognigy_unknown),
        ("another organization", other_organization),
        ("secret missing", |observed| secret_says(observed, InputProblem::ObjectAbsent)),
        ("secret unreadable", |observed| secret_says(observed, InputProblem::Unavailable)),
        ("API key missing", |observed| api_key_says(observed, InputProblem::KeyAbsent)),
        ("key refused", |observed| observed.account = Some(Err(crate::support::refused(CognigyCall::Me, 401)))),
        ("rotated, provider unreachable", |observed| {
            rotated(observed);
            issuer_unknown(observed);
        }),
    ];
    for (name, state) in states {
        for before in [resource(|_| {}), ready(|_| {})] {
            let first = visit_at(later(60), before, &mut observed(state), always(applied));
            for seconds in [61, 120, 1000] {
                let again = visit_at(later(seconds), first.resource.clone(), &mut observed(state), always(applied));
                assert_eq!(again.resource.status, first.resource.status, "{name} after {seconds} s");
                assert_eq!((again.effects.len(), again.writes, again.events.len()), (0, 0, 0), "{name}");
            }
        }
    }
}

#[test]
fn a_new_version_of_a_secret_with_the_same_bytes_is_no_news() {
    let ready = ready(|_| {});
    let again = visit(ready.clone(), &mut observed(touched), always(applied));
    assert_eq!((again.effects.len(), again.writes), (0, 0));
    assert_eq!(again.resource, ready);
}

#[test]
fn a_new_version_is_recorded_with_whatever_else_is_written() {
    let edited = edited(ready(|_| {}), |spec| spec.interval = "20m".to_owned());
    let visit = visit(edited, &mut observed(touched), always(applied));
    assert_eq!(visit.resource.status.applied.unwrap().secrets[0], version(STRATEGY.secret, "2"));
}

#[test]
fn a_secret_that_cannot_be_read_takes_no_version_off_the_record() {
    let before = ready(|_| {});
    let unreadable = |observed: &mut Observed| secret_says(observed, InputProblem::Unavailable);
    let during = visit(before.clone(), &mut observed(unreadable), always(applied));
    assert_eq!(during.resource.status.applied, before.status.applied);
    let after = visit(during.resource, &mut observed(|_| {}), always(applied));
    assert_eq!(after.resource.status.applied, before.status.applied);
    assert!(after.resource.status.is_true(ConditionType::Ready));
}

#[test]
fn another_trace_id_alone_is_no_news() {
    let refusal = |trace: Option<&str>| CallFault::Refused {
        call: CognigyCall::Me,
        status: 401,
        code: Some(1),
        trace_id: trace.map(ToOwned::to_owned),
        retry_after: None,
    };
    let visit_with = |resource, trace| {
        let mut observed = observed(|observed| observed.account = Some(Err(refusal(trace))));
        visit(resource, &mut observed, always(applied))
    };
    let first = visit_with(ready(|_| {}), Some("trace-1"));
    for r#type in [ConditionType::Ready, ConditionType::ConnectionReady, ConditionType::Stalled] {
        assert!(message(&first.resource.status, r#type).contains("(traceId trace-1)"), "{type:?}");
    }
    for trace in [Some("trace-2"), None, Some("trace-1")] {
        let again = visit_with(first.resource.clone(), trace);
        assert_eq!((again.writes, &again.resource.status), (0, &first.resource.status), "{trace:?}");
    }
    let other = CallFault::Refused {
        call: CognigyCall::Me,
        status: 403,
        code: Some(1),
        trace_id: Some("trace-3".to_owned()),
        retry_after: None,
    };
    let mut observed = observed(|observed| observed.account = Some(Err(other.clone())));
    let changed = visit(first.resource, &mut observed, always(applied));
    assert!(message(&changed.resource.status, ConditionType::Stalled).contains("trace-3"), "another fault is news");
}

#[test]
fn an_open_outcome_that_stays_open_is_written_once() {
    let open = || Receipt::Open(crate::support::unreachable());
    let first = visit(resource(|_| {}), &mut observed(|_| {}), move |_| open());
    let again = visit_at(later(3), first.resource.clone(), &mut observed(|_| {}), move |_| open());
    assert_eq!((again.effects.as_slice(), again.writes), (&["Configure"][..], 0));
}

#[test]
fn a_configuration_that_stays_refused_is_written_once() {
    let refused = || Receipt::Refused(crate::support::refused(CognigyCall::Configure, 400));
    let first = visit(resource(|_| {}), &mut observed(|_| {}), move |_| refused());
    let again = visit_at(later(600), first.resource.clone(), &mut observed(|_| {}), move |_| refused());
    assert_eq!((again.effects.as_slice(), again.writes), (&["Configure"][..], 0));
}

#[test]
fn a_resource_that_is_settled_needs_no_look_after_a_restart() {
    let is_settled = |resource: &Resource| resource.settled_with().is_some();
    let settled = ready(|_| {});
    let secrets: Vec<_> = settled.settled_with().unwrap().iter().map(|read| version(&read.name, "1")).collect();
    assert_eq!(settled.settled_with(), Some(&*secrets));
    assert_eq!(secrets.len(), 2, "the API key and the client secret");
    let edits: [Edit; 2] = [|spec| spec.interval = "1h".to_owned(), |spec| spec.suspend = true];
    for edit in edits {
        assert!(!is_settled(&edited(settled.clone(), edit)), "another generation");
    }
    let mut asked = settled.clone();
    asked.requested_at = Some("now".into());
    assert!(!is_settled(&asked), "a check is asked for");
    let mut left = settled.clone();
    left.status.pending = Some(begun(Operation::Replace, later(0)));
    assert!(!is_settled(&left), "a change was begun");
    let mut unguarded = ready(|spec| spec.deletion_policy = DeletionPolicy::Reset);
    assert!(is_settled(&unguarded));
    unguarded.finalizer = false;
    assert!(!is_settled(&unguarded), "the finalizer is missing");
    assert!(!is_settled(&crate::support::deleted(settled)));
    assert!(!is_settled(&resource(|_| {})), "nothing was applied");
}
