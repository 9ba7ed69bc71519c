//! The dashboard is one that Grafana shows: whole, without overlaps, and bound to no data source of ours.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::files::text;

/// The kinds of panels that are used.
const KINDS: [&str; 4] = ["row", "stat", "table", "timeseries"];
/// How wide a dashboard is.
const WIDTH: u64 = 24;

fn dashboard() -> Value {
    serde_json::from_str(&text("charts/cognigy-sso-operator/files/dashboard.json")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Every panel but the headings of rows.
fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(&dashboard["panels"]).iter().filter(|panel| panel["type"] != "row")
}

/// Every query with its place, as Prometheus is asked: what Grafana puts in for a length of time is put in.
pub fn queries() -> Vec<(String, String)> {
    let dashboard = dashboard();
    let drawn = panels(&dashboard).flat_map(|panel| {
        let targets = list(&panel["targets"]).iter();
        targets.map(|target| (word(&panel["title"]).to_owned(), word(&target["expr"]).to_owned()))
    });
    let variables = list(&dashboard["templating"]["list"]).iter().filter(|variable| variable["type"] == "query");
    let chosen =
        variables.map(|variable| (word(&variable["name"]).to_owned(), choice(word(&variable["query"]["query"]))));
    let asked = drawn.chain(chosen);
    asked.map(|(place, query)| (place, query.replace("$__rate_interval", "5m").replace("$__range", "6h"))).collect()
}

/// `label_values(series, label)` as a query that needs the same series and label.
fn choice(query: &str) -> String {
    let inner = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')')).unwrap();
    let (series, label) = inner.rsplit_once(", ").unwrap();
    format!("count by ({label}) ({series})")
}

#[test]
fn it_says_what_it_is_and_belongs_to_no_grafana_yet() {
    let dashboard = dashboard();
    for member in ["uid", "title", "description", "refresh"] {
        assert!(!word(&dashboard[member]).is_empty(), "{member}");
    }
    assert!(number(&dashboard["schemaVersion"]) >= 39, "what Grafana 11 and later write");
    assert!(dashboard.get("id").is_none(), "an id belongs to one Grafana");
}

#[test]
fn whoever_looks_chooses_the_data_source() {
    let dashboard = dashboard();
    let chosen = json!({ "type": "prometheus", "uid": "${datasource}" });
    let variables = list(&dashboard["templating"]["list"]);
    assert!(variables.iter().any(|variable| variable["name"] == "datasource" && variable["type"] == "datasource"));
    for variable in variables.iter().filter(|variable| variable["type"] == "query") {
        assert_eq!(variable["datasource"], chosen, "{}", variable["name"]);
    }
    for panel in panels(&dashboard) {
        assert_eq!(panel["datasource"], chosen, "{}", panel["title"]);
        for target in list(&panel["targets"]) {
            assert_eq!(target["datasource"], chosen, "a query of {}", panel["title"]);
        }
    }
}

#[test]
fn each_panel_is_whole() {
    let dashboard = dashboard();
    for panel in panels(&dashboard) {
        let title = word(&panel["title"]);
        assert!(!title.is_empty() && word(&panel["description"]).ends_with('.'), "{title}: title and description");
        assert!(KINDS.contains(&word(&panel["type"])), "{title}: {}", panel["type"]);
        assert!(!word(&panel["fieldConfig"]["defaults"]["unit"]).is_empty(), "{title}: its unit");
        let targets = list(&panel["targets"]);
        let names: BTreeSet<_> = targets.iter().map(|target| word(&target["refId"])).collect();
        assert!(!targets.is_empty() && names.len() == targets.len(), "{title}: queries of different names");
        for target in targets {
            let is_drawn = panel["type"] == "timeseries";
            assert!(!is_drawn || !word(&target["legendFormat"]).is_empty(), "{title}: a line without a name");
            assert!(is_drawn || target["instant"] == true, "{title}: shows one moment, and asks for a range");
        }
        let colours = list(&panel["fieldConfig"]["defaults"]["thresholds"]["steps"]);
        assert!(panel["type"] != "stat" || !colours.is_empty(), "{title}: what is good and what is not");
    }
}

#[test]
fn every_variable_that_is_used_is_declared_and_the_other_way_round() {
    let dashboard = dashboard();
    let variables = list(&dashboard["templating"]["list"]);
    let declared: BTreeSet<_> = variables.iter().map(|variable| word(&variable["name"]).to_owned()).collect();
    let used = queries().into_iter().flat_map(|(_, query)| {
        let begins = query.split("=~\"$").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        begins.collect::<Vec<_>>()
    });
    let used: BTreeSet<_> = used.chain(["datasource".to_owned()]).collect();
    assert_eq!(used, declared, "those used, and those declared");
}

#[test]
fn nothing_lies_upon_anything_else() {
    let dashboard = dashboard();
    let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for panel in list(&dashboard["panels"]) {
        let title = word(&panel["title"]);
        assert!(ids.insert(number(&panel["id"])), "{title}: another panel has its id");
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| number(&panel["gridPos"][side]));
        assert!(w > 0 && h > 0 && x + w <= WIDTH, "{title}: reaches out");
        for cell in (x..x + w).flat_map(|column| (y..y + h).map(move |line| (column, line))) {
            assert!(taken.insert(cell), "{title}: lies upon another panel");
        }
    }
    let height = taken.iter().map(|(_, line)| line + 1).max().unwrap_or_default();
    assert_eq!(taken.len() as u64, WIDTH * height, "there is no hole");
}
