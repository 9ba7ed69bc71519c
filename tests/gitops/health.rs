//! What Argo CD, Flux and kstatus make of every status that the operator reports: the same, but for what stands still by
//! request.

use cognigy_sso_simulate::oracles::kstatus::{Class, class};
use cognigy_sso_testkit::gitops::{Answer, Question, ask};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::files::{customization, health_expressions, recorded};

/// Statuses for which somebody asked. kstatus knows no such thing, and waits.
const BY_REQUEST: [&str; 4] =
    ["planned", "planned-and-suspended", "suspended-before-anything", "suspended-while-ready"];

/// Each recorded resource, with what is made of it.
async fn judged() -> &'static [(Value, Answer)] {
    static JUDGED: OnceCell<Vec<(Value, Answer)>> = OnceCell::const_new();
    JUDGED
        .get_or_init(async || {
            let objects = recorded();
            let scripts = [("health".to_owned(), customization("health"))].into();
            let question = Question { objects: objects.clone(), scripts, expressions: Some(health_expressions()) };
            objects.into_iter().zip(ask(&question).await.unwrap()).collect()
        })
        .await
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

fn is_deleted(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
}

/// What Argo CD calls what kstatus calls this.
fn in_argo_cd(kstatus: &str) -> &'static str {
    match kstatus {
        "Current" => "Healthy",
        "Failed" => "Degraded",
        "InProgress" => "Progressing",
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn argo_cd_and_kstatus_agree() {
    let mut by_request = Vec::new();
    for (object, answer) in judged().await.iter().filter(|(object, _)| !is_deleted(object)) {
        let health = answer.scripts["health"]["status"].as_str().unwrap();
        if health == "Suspended" {
            assert_eq!(answer.kstatus, "InProgress", "{}", name(object));
            by_request.push(name(object));
        } else {
            assert_eq!(health, in_argo_cd(&answer.kstatus), "{}", name(object));
        }
    }
    by_request.sort_unstable();
    assert_eq!(by_request, BY_REQUEST);
}

#[tokio::test]
async fn what_stands_for_what() {
    let table = [
        ("created", "Progressing"),
        ("created-and-slow", "Progressing"),
        ("ready", "Healthy"),
        ("ready-and-edited", "Progressing"),
        ("ready-and-secret-expires-soon", "Healthy"),
        ("ready-while-provider-is-down", "Healthy"),
        ("ready-no-longer-known", "Progressing"),
        ("refuted-and-only-warned-of", "Healthy"),
        ("in-force-and-refuted", "Degraded"),
        ("secret-not-found", "Progressing"),
        ("value-empty", "Degraded"),
        ("cognigy-unreachable", "Progressing"),
        ("outcome-unknown", "Progressing"),
        ("rolled-back", "Degraded"),
        ("conflict", "Degraded"),
        ("drift-loop", "Degraded"),
        ("planned", "Suspended"),
        ("planned-and-in-force", "Healthy"),
        ("suspended-while-ready", "Suspended"),
        ("suspended-and-not-yet-noticed", "Progressing"),
        ("resumed-and-not-yet-noticed", "Progressing"),
    ];
    for (wanted, health) in table {
        let (_, answer) = judged().await.iter().find(|(object, _)| name(object) == wanted).unwrap();
        assert_eq!(answer.scripts["health"]["status"], health, "{wanted}");
    }
}

#[tokio::test]
async fn argo_cd_shows_what_the_operator_says() {
    for (object, answer) in judged().await {
        let shown = answer.scripts["health"]["message"].as_str().unwrap();
        let generation = &object["metadata"]["generation"];
        if &object["status"]["observedGeneration"] == generation {
            assert_eq!(shown, condition(object, "Ready").unwrap()["message"], "{}", name(object));
        } else if let Some(begun) = condition(object, "Reconciling") {
            assert_eq!(shown, begun["message"], "{}", name(object));
        } else {
            assert_eq!(shown, format!("Waiting for the operator to look at generation {generation}."));
        }
    }
}

/// A resource with these conditions, each with its status, or without where that is empty; and with one more, which settles nothing.
fn resource(reason: &str, ready: &str, reconciling: &str, stalled: &str) -> Value {
    let condition = |kind: &str, status: &str, reason: &str| json!({ "type": kind, "status": status, "reason": reason, "message": "m", "observedGeneration": 1 });
    let all = [
        ("SecretsResolved", "True", "Other"),
        ("Ready", ready, reason),
        ("Reconciling", reconciling, "Other"),
        ("Stalled", stalled, "Other"),
    ];
    let given = all.iter().filter(|(_, status, _)| !status.is_empty());
    let conditions: Vec<_> = given.map(|(kind, status, reason)| condition(kind, status, reason)).collect();
    let status = json!({ "observedGeneration": 1, "conditions": conditions });
    json!({ "apiVersion": "v1", "kind": "X", "metadata": { "generation": 1 }, "spec": {}, "status": status })
}

/// Another version may say what this one never does: each status of each of the three conditions, or none; and it is suspended.
#[tokio::test]
async fn they_agree_however_the_conditions_are_combined() {
    const GIVEN: [&str; 4] = ["True", "False", "Unknown", ""];
    let markers = || GIVEN.iter().flat_map(|one| GIVEN.map(|other| (*one, other)));
    // Without Ready kstatus takes it for done; the operator always gives one.
    let readiness = || GIVEN[..3].iter().flat_map(|ready| ["Other", "Suspended"].map(|reason| (*ready, reason)));
    let objects: Vec<_> =
        readiness().flat_map(|(ready, reason)| markers().map(move |(r, s)| resource(reason, ready, r, s))).collect();
    let scripts = [("health".to_owned(), customization("health"))].into();
    let question = Question { objects: objects.clone(), scripts, expressions: Some(health_expressions()) };
    for (object, answer) in objects.iter().zip(ask(&question).await.unwrap()) {
        let stands_still =
            condition(object, "Ready").unwrap()["reason"] == "Suspended" && answer.kstatus == "InProgress";
        let goes_on = condition(object, "Reconciling").is_some_and(|condition| condition["status"] == "True");
        let (health, flux) = if stands_still && !goes_on {
            ("Suspended", "Current")
        } else {
            (in_argo_cd(&answer.kstatus), answer.kstatus.as_str())
        };
        assert_eq!(answer.scripts["health"]["status"], health, "{object}");
        assert_eq!(answer.flux, flux, "{object}");
    }
}

/// A message about a former generation says nothing of the present one.
#[tokio::test]
async fn what_was_being_done_for_a_former_generation_is_not_shown() {
    let mut object = recorded().into_iter().find(|object| name(object) == "secret-not-found").unwrap();
    object["metadata"]["generation"] = json!(2);
    let bare = json!({ "metadata": { "generation": 1 }, "spec": {}, "apiVersion": "v1", "kind": "X" });
    let scripts = [("health".to_owned(), customization("health"))].into();
    let without_ready = resource("Other", "", "", "");
    let objects = vec![object, bare, without_ready];
    let answers = ask(&Question { objects, scripts, expressions: None }).await.unwrap();
    let shown: Vec<_> = answers.iter().map(|answer| &answer.scripts["health"]).collect();
    let waiting = |generation| {
        let message = format!("Waiting for the operator to look at generation {generation}.");
        json!({ "status": "Progressing", "message": message })
    };
    assert_eq!(shown, [&waiting(2), &waiting(1), &waiting(1)], "and a resource may have no status, and no Ready in it");
}

#[tokio::test]
async fn flux_and_kstatus_agree() {
    for (object, answer) in judged().await.iter().filter(|(object, _)| !is_deleted(object)) {
        let agreed = if BY_REQUEST.contains(&name(object)) { "Current" } else { answer.kstatus.as_str() };
        assert_eq!(answer.flux, agreed, "{}", name(object));
    }
}

/// The rules of kstatus as the simulation checks them, which cannot ask a program in Go.
#[tokio::test]
async fn the_simulation_takes_statuses_as_kstatus_does() {
    for (object, answer) in judged().await {
        let status = serde_json::from_value(object["status"].clone()).unwrap();
        let class = class(object["metadata"]["generation"].as_i64().unwrap(), is_deleted(object), &status);
        let called = match class {
            Class::Terminating => "Terminating",
            Class::InProgress => "InProgress",
            Class::Failed => "Failed",
            Class::Current => "Current",
        };
        assert_eq!(called, answer.kstatus, "{}", name(object));
    }
}
