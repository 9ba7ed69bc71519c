use axum::Router;
use kube::Client;
use serde_json::json;

use super::*;
use crate::traces::seen::Seen;
use crate::watched::Watched;

fn controller(concurrency: usize) -> Controller {
    let context = Context::of(Client::new(Router::new(), "default"));
    Controller::new(context, Claim::always(), concurrency, Board::default())
}

/// A resource that the controller knows.
fn known(controller: &mut Controller, number: usize) -> Key {
    let metadata = json!({ "namespace": "sso", "name": number.to_string(), "uid": number.to_string() });
    let resource: Watched = serde_json::from_value(json!({ "metadata": metadata })).unwrap();
    let key = resource.key();
    controller.store.apply(resource.into());
    key
}

/// Lesson: Argo Workflows CVE-2026-40886.
#[tokio::test]
async fn a_visit_that_panics_ends_nothing_but_itself() {
    let seen = Seen::default();
    let _looking = seen.look();
    let mut controller = controller(5);
    let (broken, other) = (known(&mut controller, 0), known(&mut controller, 1));
    let (resource, _) = controller.store.get(&broken).unwrap();
    controller.queue.begin(&broken);
    let visit = controller.visits.spawn(async { panic!("planted") });
    let (key, cause, began) = (broken.clone(), Cause::Change, Instant::now());
    controller.visited.insert(
        visit.id(),
        Visited { key, cause, why: "change", span: traces::reconcile(&resource, "change"), resource, began },
    );
    controller.queue.push(&other);
    let ended = controller.visits.join_next_with_id().await.unwrap();
    controller.ended(ended);
    let number = |result| controller.board.metrics.number(result);
    assert_eq!((number(Reconciled::Panicked), number(Reconciled::Settled)), (1, 0));
    assert_eq!([seen.said("ERROR", "result"), seen.said("reconcile", "cognigy_sso.result")].concat(), ["panicked"; 2]);
    assert_eq!(seen.said("reconcile", "otel.status_code"), ["ERROR"]);
    assert!(controller.store.get(&broken).is_some() && !controller.queue.is_visited(&broken), "it is tried again");
    controller.dispatch();
    assert!(controller.queue.is_visited(&other));
}

#[tokio::test]
async fn checks_that_were_due_take_half_of_the_places_and_changes_any() {
    let mut controller = controller(5);
    for number in 0..9 {
        let key = known(&mut controller, number);
        controller.queue.push_due(&key);
    }
    controller.dispatch();
    assert_eq!(controller.visits.len(), 3);
    for number in 9..18 {
        let key = known(&mut controller, number);
        controller.queue.push(&key);
    }
    controller.dispatch();
    assert_eq!(controller.visits.len(), 5);
}

#[tokio::test]
async fn who_asks_is_told_how_many_wait_and_how_many_are_visited() {
    let mut controller = controller(2);
    for number in 0..5 {
        let key = known(&mut controller, number);
        controller.queue.push(&key);
    }
    controller.dispatch();
    let later = known(&mut controller, 5);
    controller.queue.schedule(&later, AFTER_LOSS);
    let (question, answer) = tokio::sync::oneshot::channel();
    controller.answer(question);
    let Sight { queued, active, resources } = answer.await.unwrap();
    assert_eq!((queued, active, resources.len()), (3, 2, 6));
}

/// Leadership is lost, or a visit takes longer than the operator may wait.
#[tokio::test]
async fn visits_that_are_given_up_are_counted() {
    let mut controller = controller(2);
    let metrics = controller.board.metrics.clone();
    for number in 0..3 {
        let key = known(&mut controller, number);
        controller.queue.push(&key);
    }
    controller.dispatch();
    drop(controller);
    assert_eq!(metrics.number(Reconciled::Interrupted), 2);
}

#[tokio::test]
async fn a_visit_has_the_cause_that_the_queue_says_where_nobody_asks_for_it() {
    let mut controller = controller(1);
    let key = known(&mut controller, 0);
    let (resource, memory) = controller.store.get(&key).unwrap();
    for (cause, word) in [(Cause::Change, "change"), (Cause::Due, "due")] {
        assert_eq!(journal::why(cause, &resource, &memory), word);
    }
}
