//! Every query, wherever it stands, can be read, and asks for series and labels that are exposed.

use std::collections::BTreeSet;

use cognigy_sso_api::Reason;

use crate::exposed::{Exposed, added_by_scraping};
use crate::files::{RUNBOOKS, alerts, names, text};
use crate::promql::{Matcher, Query, Selector, read};
use crate::{dashboard, documents};

/// A query, and where it stands.
struct Found {
    place: String,
    query: String,
}

fn all() -> Vec<Found> {
    let found = |place: &str, queries: Vec<String>| {
        let place = place.to_owned();
        queries.into_iter().map(move |query| Found { place: place.clone(), query })
    };
    let mut all = Vec::new();
    for alert in alerts() {
        let asked = alert.annotations.values().flat_map(|text| in_template(text)).collect();
        all.extend(found(&alert.name, vec![alert.expr]));
        all.extend(found(&format!("the annotations of {}", alert.name), asked));
    }
    for (place, query) in dashboard::queries() {
        all.extend(found(&format!("the dashboard's {place}"), vec![query]));
    }
    let runbooks = names(RUNBOOKS, ".md").into_iter().map(|name| format!("{RUNBOOKS}/{name}.md"));
    for page in runbooks.chain([documents::MONITORING, documents::SHARDING].map(str::to_owned)) {
        all.extend(found(&page, documents::blocks(&text(&page), "promql")));
    }
    all
}

/// The queries that a template makes: `printf "metric{label=%q}" ... | query`.
fn in_template(text: &str) -> Vec<String> {
    let made = text.split("printf ").skip(1).filter(|rest| rest.contains("| query"));
    made.map(|rest| rest.split('"').nth(1).unwrap().replace("%q", "\"x\"")).collect()
}

async fn read_all() -> Vec<(Found, Query)> {
    let all = all();
    let queries: Vec<_> = all.iter().map(|found| found.query.clone()).collect();
    all.into_iter().zip(read(&queries).await).collect()
}

#[tokio::test]
async fn every_query_is_promql() {
    for (found, read) in read_all().await {
        assert_eq!(read.fault, None, "{}: {}", found.place, found.query);
        assert!(!read.selectors.is_empty(), "{}: {} asks for no series", found.place, found.query);
    }
}

#[tokio::test]
async fn every_series_and_label_that_is_asked_for_is_exposed() {
    let exposed = Exposed::read();
    for (found, read) in read_all().await {
        let place = format!("{}: {}", found.place, found.query);
        for Selector { metric, matchers } in &read.selectors {
            let labels = exposed.labels(metric).unwrap_or_else(|| panic!("{place}: nobody exposes {metric}"));
            for Matcher { label, .. } in matchers {
                let is_known = added_by_scraping(label) || labels.contains_key(label);
                assert!(is_known, "{place}: {metric} has no label {label}");
            }
        }
        for grouping in &read.groupings {
            for metric in &grouping.metrics {
                let labels = exposed.labels(metric).unwrap();
                let unknown =
                    grouping.labels.iter().find(|label| !added_by_scraping(label) && !labels.contains_key(*label));
                assert_eq!(unknown, None, "{place}: a label of {metric} that it is grouped or joined by");
            }
        }
    }
}

#[tokio::test]
async fn every_value_that_is_asked_for_occurs() {
    let exposed = Exposed::read();
    for (found, read) in read_all().await {
        for Selector { metric, matchers } in &read.selectors {
            // What a variable of the dashboard stands for is chosen from what there is.
            for Matcher { label, op, value } in matchers.iter().filter(|matcher| !matcher.value.contains('$')) {
                let possible = values(&exposed, metric, label);
                let asked = if op.contains('~') { value.split('|').collect() } else { vec![value.as_str()] };
                let unknown = asked.into_iter().find(|asked| !possible.is_empty() && !occurs(asked, &possible));
                assert_eq!(unknown, None, "{}: {}: {label} of {metric}", found.place, found.query);
            }
        }
    }
}

/// The values that a label can have, where they come from a closed list.
fn values(exposed: &Exposed, metric: &str, label: &str) -> BTreeSet<String> {
    let listed = exposed.labels(metric).unwrap().remove(label).unwrap_or_default();
    if listed.is_empty() && label == "reason" {
        return Reason::ALL.iter().map(ToString::to_string).collect();
    }
    listed
}

/// `5..` stands for any two digits after the five; other patterns are not used.
fn occurs(asked: &str, possible: &BTreeSet<String>) -> bool {
    let fits = |value: &String| match asked.strip_suffix("..") {
        Some(class) => value.len() == 3 && value.starts_with(class),
        None => value == asked,
    };
    possible.iter().any(fits)
}
