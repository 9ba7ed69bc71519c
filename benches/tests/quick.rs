//! The benchmark itself works: with a handful of resources it measures everything that it says it does.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const RESOURCES: &str = "4";

/// What is measured with resources, whoever it is.
const MEASURES: [&str; 15] = [
    "existing to all Ready",
    "existing: operator CPU for each",
    "existing: outside calls",
    "at rest: resident",
    "at rest: operator CPU",
    "restart until settled",
    "restart: outside calls",
    "created to Ready, p99",
    "Secret patched to configure, p99",
    "rolling upgrade: outside calls",
    "leader killed under load to the next effect",
    "deletion of all with reset",
    "deletion: outside calls",
    "deletion of all with Retain",
    "two shards: existing to all Ready",
];

#[test]
fn a_handful_of_resources_is_measured_from_start_to_deletion() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("figures.json");
    let output = driver()
        .arg("--operator")
        .arg(operator())
        .args([
            "--resources",
            RESOURCES,
            "--issuers",
            "2",
            "--live",
            "2",
            "--starts",
            "1",
            "--settling",
            "1",
            "--rest",
            "1",
        ])
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    let (table, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}");

    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let empty = &report["runs"][0];
    assert!(value(empty, "exec to first watch, p50") > 0.0, "{report:#}");
    let full = &report["runs"][1];
    for measure in MEASURES {
        assert!(table.contains(measure), "{table}");
        assert!(value(full, measure) >= 0.0, "{measure}");
    }
    // What is declared is written once, and nothing that was done is done again.
    for (measure, expected) in [
        ("existing: writes of the resource", 1.0),
        ("existing: outside, configure", 1.0),
        ("existing: outside, discovery", 0.5),
        ("restart: writes of resources", 0.0),
        ("restart: outside calls", 0.0),
        ("rolling upgrade: writes of resources", 0.0),
        ("rolling upgrade: outside calls", 0.0),
    ] {
        assert!((value(full, measure) - expected).abs() < 1e-9, "{measure}: {}\n{table}", value(full, measure));
    }
}

#[test]
fn a_subject_that_cannot_be_started_is_named() {
    let output = driver().args(["--subject", "nobody=/no/such/program"]).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && log.contains("bench: nobody: /no/such/program is no file"), "{log}");
}

#[test]
fn nothing_to_measure_is_said() {
    let log = String::from_utf8_lossy(&driver().output().unwrap().stderr).into_owned();
    assert!(log.contains("give --operator PROGRAM, --subject NAME=COMMAND, or --peer"), "{log}");
}

fn driver() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cognigy-sso-bench"))
}

/// Cargo puts it beside the driver when the workspace is built.
fn operator() -> std::path::PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_cognigy-sso-bench")).with_file_name("cognigy-sso-operator");
    assert!(path.is_file(), "{} is missing: run `cargo build`", path.display());
    path
}

fn value(run: &Value, measure: &str) -> f64 {
    let figures = run["figures"].as_array().unwrap();
    let figure = figures.iter().find(|figure| figure["measure"] == measure);
    figure.unwrap_or_else(|| panic!("{measure} was not measured"))["value"].as_f64().unwrap()
}
