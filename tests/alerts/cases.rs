//! Each alert is tried, by promtool, where it fires and where it nearly does.

use std::collections::BTreeSet;
use std::process::Command;

use cognigy_sso_testkit::tool::Tool;
use serde::Deserialize;
use serde_json::Value;

use crate::files::{ALERTS, CASES, alerts, names, path, text};

/// A file of cases, as far as it is read here.
#[derive(Deserialize)]
struct Cases {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    alert_rule_test: Vec<Expectation>,
}

#[derive(Deserialize)]
struct Expectation {
    alertname: String,
    exp_alerts: Vec<Firing>,
}

#[derive(Deserialize)]
struct Firing {
    exp_labels: Value,
    exp_annotations: Option<Value>,
}

fn files() -> Vec<String> {
    names(CASES, ".test.yaml").into_iter().map(|name| format!("{CASES}/{name}.test.yaml")).collect()
}

fn expectations() -> Vec<(String, Expectation)> {
    let cases = files().into_iter().flat_map(|file| serde_saphyr::from_str::<Cases>(&text(&file)).unwrap().tests);
    cases.flat_map(|case| case.alert_rule_test.into_iter().map(move |one| (case.name.clone(), one))).collect()
}

/// Runs promtool from the top of the project.
async fn promtool(arguments: &[String]) {
    let output =
        Command::new(Tool::Promtool.obtain().await.unwrap()).args(arguments).current_dir(path("")).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    assert!(output.status.success(), "promtool {}:\n{said}", arguments.join(" "));
}

#[tokio::test]
async fn promtool_has_no_complaint_about_the_alerts() {
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", ALERTS].map(str::to_owned)).await;
}

#[tokio::test]
async fn each_case_ends_as_it_says() {
    promtool(&[vec!["test".to_owned(), "rules".to_owned()], files()].concat()).await;
}

#[test]
fn each_alert_is_tried_where_it_fires_and_where_it_does_not() {
    let declared: BTreeSet<_> = alerts().into_iter().map(|alert| alert.name).collect();
    let expectations = expectations();
    let tried = |fires: bool| {
        let meant = expectations.iter().filter(|(_, one)| one.exp_alerts.is_empty() != fires);
        meant.map(|(_, one)| one.alertname.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(tried(true), declared, "those that a case sees fire, and those there are");
    assert_eq!(tried(false), declared, "those that a case sees silent, and those there are");
}

/// A case that only ever sees an alert silent may have misspelled a series: each that tells a near miss stands beside one that
/// fires in the same file.
#[test]
fn each_alert_that_fires_is_compared_whole() {
    for (case, expectation) in expectations() {
        for firing in expectation.exp_alerts {
            assert!(firing.exp_labels["severity"].is_string(), "{case}: the severity of {}", expectation.alertname);
            let annotations = firing.exp_annotations.unwrap_or_default();
            for name in ["summary", "description", "runbook_url"] {
                assert!(annotations[name].is_string(), "{case}: the {name} of {}", expectation.alertname);
            }
        }
    }
}
