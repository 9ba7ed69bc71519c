//! What the operator exposes, by its own reference, which is generated from the definitions in `src/metrics`.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::text;

const REFERENCE: &str = "docs/reference/metrics.md";

/// The metrics, each with its labels, and these with their values where the reference lists them.
pub struct Exposed(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

/// Labels that a scrape adds: where a target is, and what somebody calls a cluster. `namespace` is the target's where the metric
/// has none of its own.
pub fn added_by_scraping(label: &str) -> bool {
    ["cluster", "job", "instance", "namespace", "pod"].contains(&label)
}

impl Exposed {
    /// Reads the reference: a section for each metric, in it a list of labels.
    pub fn read() -> Self {
        let page = text(REFERENCE);
        let sections = page.split("\n## ").skip(1).map(|section| {
            let (metric, rest) = section.split_once('\n').unwrap();
            (metric.trim().to_owned(), rest.lines().filter_map(label).collect())
        });
        let exposed = Self(sections.collect());
        assert!(!exposed.0.is_empty(), "{REFERENCE} lists no metric");
        exposed
    }

    /// The labels of a series, each with the values that it can have; no values where those are names. `None` where nobody exposes
    /// such a series.
    pub fn labels(&self, series: &str) -> Option<BTreeMap<String, BTreeSet<String>>> {
        if let Some(labels) = self.0.get(series).filter(|_| !is_histogram(series)) {
            return Some(labels.clone());
        }
        let (family, suffix) = series.rsplit_once('_')?;
        let labels = self.0.get(family).filter(|_| is_histogram(family))?;
        match suffix {
            "sum" | "count" => Some(labels.clone()),
            "bucket" => Some(labels.clone().into_iter().chain([("le".to_owned(), BTreeSet::new())]).collect()),
            _ => None,
        }
    }
}

fn is_histogram(family: &str) -> bool {
    family.ends_with("_duration_seconds")
}

/// A label and its values: `` - `name`: what it means (one, other) ``.
fn label(line: &str) -> Option<(String, BTreeSet<String>)> {
    let (name, rest) = line.strip_prefix("- `")?.split_once('`')?;
    let list = rest.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let values = list.map(|(_, list)| list.split(", ").map(str::to_owned).collect()).unwrap_or_default();
    Some((name.to_owned(), values))
}
