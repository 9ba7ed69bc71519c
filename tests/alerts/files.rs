//! The files that are looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A file of alerts, as far as it is read here; promtool checks the rest.
#[derive(Deserialize)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Alert>,
}

/// One alert.
#[derive(Deserialize)]
pub struct Alert {
    #[serde(rename = "alert")]
    pub name: String,
    pub expr: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}

impl Alert {
    /// How much it matters.
    pub fn severity(&self) -> &str {
        &self.labels["severity"]
    }
}

/// A path inside the project.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a file.
pub fn text(name: &str) -> String {
    let path = path(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder with this ending, by their names without it.
pub fn names(folder: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect();
    names.sort();
    names
}

pub const ALERTS: &str = "charts/cognigy-sso-operator/files/alerts.yaml";
pub const CASES: &str = "tests/alerts";
pub const RUNBOOKS: &str = "docs/operations/runbooks";

/// Every alert, in the order of the file.
pub fn alerts() -> Vec<Alert> {
    let rules: Rules = serde_saphyr::from_str(&text(ALERTS)).unwrap();
    rules.groups.into_iter().flat_map(|group| group.rules).collect()
}
