//! Each alert has a runbook, and each runbook an alert; the page about monitoring lists them all.

use std::collections::BTreeSet;

use crate::files::{RUNBOOKS, alerts, names, text};

/// The page that says what to scrape, and lists the alerts.
pub const MONITORING: &str = "docs/operations/monitoring.md";
pub const SHARDING: &str = "docs/install/sharding.md";

/// What every runbook answers, in this order.
const SECTIONS: [&str; 5] =
    ["What it means", "What it does to users", "Find the cause", "Mend it", "When to silence it"];

/// The contents of a page's code blocks in this language.
pub fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn each_alert_says_how_grave_it_is_what_happened_and_where_its_runbook_is() {
    for alert in alerts() {
        assert!(alert.name.starts_with("CognigySso"), "{}", alert.name);
        assert!(["critical", "warning", "info"].contains(&alert.severity()), "{}", alert.name);
        assert_eq!(alert.labels.len(), 1, "{}: labels beside the severity", alert.name);
        let annotations: Vec<_> = alert.annotations.keys().map(String::as_str).collect();
        assert_eq!(annotations, ["description", "runbook_url", "summary"], "{}", alert.name);
        assert_eq!(alert.annotations["runbook_url"], format!("RUNBOOKS/{}.html", alert.name));
    }
}

#[test]
fn each_alert_has_a_runbook_and_each_runbook_an_alert() {
    let declared: BTreeSet<_> = alerts().into_iter().map(|alert| alert.name).collect();
    let written: BTreeSet<_> = names(RUNBOOKS, ".md").into_iter().collect();
    assert_eq!(written, declared, "the runbooks, and the alerts");
}

#[test]
fn each_runbook_answers_the_same_questions() {
    for alert in alerts() {
        let page = text(&format!("{RUNBOOKS}/{}.md", alert.name));
        let title = format!("# {}\n", alert.name);
        assert!(page.starts_with(&title), "{}: its title", alert.name);
        let severity = format!("\nSeverity: {}\n", alert.severity());
        assert!(page.contains(&severity), "{}: its line {severity:?}", alert.name);
        let sections: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, SECTIONS, "{}", alert.name);
        assert!(!blocks(&page, "console").is_empty(), "{}: no command that finds the cause", alert.name);
    }
}

/// The table has a row for each alert, in the order of the file: its runbook, its severity.
#[test]
fn the_page_about_monitoring_lists_every_alert() {
    let page = text(MONITORING);
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| [CognigySso")).collect();
    let expected = alerts();
    assert_eq!(rows.len(), expected.len(), "rows, and alerts");
    for (row, alert) in rows.into_iter().zip(expected) {
        let begins = format!("| [{0}](runbooks/{0}.md) | {1} | ", alert.name, alert.severity());
        assert!(row.starts_with(&begins), "{row}\ndoes not begin with\n{begins}");
    }
}
