//! What can be done with a resource from Argo CD.

use std::collections::BTreeMap;

use cognigy_sso_testkit::gitops::{Question, ask};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::files::{customization, recorded};

const ANNOTATION: &str = "sso.cognigy.ai/reconcile-requested-at";

/// The scripts as Argo CD finds them, by name.
fn scripts() -> BTreeMap<String, String> {
    let actions: Value = serde_saphyr::from_str(&customization("actions")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let definitions = actions["definitions"].as_array().unwrap().iter();
    let definitions = definitions.map(|action| (text(&action["name"]), text(&action["action.lua"])));
    definitions.chain([("discovery".to_owned(), text(&actions["discovery.lua"]))]).collect()
}

fn resource(name: &str) -> Value {
    recorded().into_iter().find(|object| object["metadata"]["name"] == name).unwrap()
}

/// What each action makes of a resource.
async fn acted(object: &Value) -> BTreeMap<String, Value> {
    let question = Question { objects: vec![object.clone()], scripts: scripts(), expressions: None };
    ask(&question).await.unwrap().pop().unwrap().scripts
}

#[tokio::test]
async fn each_action_is_offered_where_it_makes_sense() {
    let mut short = resource("ready");
    short["spec"].as_object_mut().unwrap().remove("suspend");
    let given = ["ready", "value-empty", "suspended-while-ready"].map(resource).into_iter().chain([short]);
    for object in given {
        let suspended = object["spec"]["suspend"] == true;
        let offered = acted(&object).await.remove("discovery").unwrap();
        let enabled = |action: &str| offered[action]["disabled"] == false;
        assert_eq!((enabled("check-now"), enabled("suspend"), enabled("resume")), (!suspended, !suspended, suspended));
        let mut defined: Vec<_> = scripts().into_keys().filter(|name| name != "discovery").collect();
        defined.sort();
        assert_eq!(offered.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), defined);
        assert!(offered.as_object().unwrap().values().all(|action| action["displayName"].is_string()));
    }
}

#[tokio::test]
async fn a_check_is_asked_for_by_a_new_time_and_nothing_else_changes() {
    let mut annotated = resource("ready");
    annotated["metadata"]["annotations"] = json!({ "kept": "yes", ANNOTATION: "before" });
    for before in [resource("ready"), annotated] {
        let begun = Timestamp::now().as_second();
        let mut after = acted(&before).await.remove("check-now").unwrap();
        let annotations = after["metadata"]["annotations"].as_object_mut().unwrap();
        let asked = annotations.remove(ANNOTATION).unwrap();
        let asked: Timestamp = asked.as_str().unwrap().parse().unwrap();
        assert!((begun..=Timestamp::now().as_second()).contains(&asked.as_second()), "{asked}");
        let mut wanted = before;
        let mut kept = wanted["metadata"]["annotations"].take().as_object().cloned().unwrap_or_default();
        kept.remove(ANNOTATION);
        wanted["metadata"]["annotations"] = json!(kept);
        assert_eq!(after, wanted);
    }
}

#[tokio::test]
async fn suspending_and_resuming_set_one_field() {
    for (name, action, suspend) in [("ready", "suspend", true), ("suspended-while-ready", "resume", false)] {
        let mut wanted = resource(name);
        wanted["spec"]["suspend"] = json!(suspend);
        assert_eq!(acted(&resource(name)).await[action], wanted, "{action}");
    }
}
