//! The workflows in `.github`: what they run is pinned, and may do no more than it has to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cognigy_sso_testkit::tool::Tool;
use serde_json::{Value, json};
use tokio::process::Command;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    files
}

fn read(path: &Path) -> (String, Value) {
    let text = fs::read_to_string(path).unwrap();
    let value = serde_saphyr::from_str(&text).unwrap();
    (text, value)
}

/// Each job of each workflow, by file and name.
fn jobs() -> Vec<(String, Value)> {
    let named = files().into_iter().flat_map(|path| {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let jobs = read(&path).1["jobs"].as_object().unwrap().clone();
        jobs.into_iter().map(move |(name, job)| (format!("{file} {name}"), job))
    });
    named.collect()
}

fn steps(job: &Value) -> impl Iterator<Item = &Value> {
    job["steps"].as_array().into_iter().flatten()
}

/// What a line pins: the action, its commit and the version that the commit is said to be.
fn pin(line: &str) -> Option<(&str, &str, &str)> {
    let (action, rest) = line.split_once('@')?;
    let (commit, version) = rest.split_once(" # ")?;
    let is_commit = commit.len() == 40 && commit.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'));
    let is_version = version.strip_prefix('v')?.split('.').all(|number| number.parse::<u32>().is_ok());
    (is_commit && is_version && version.matches('.').count() == 2).then_some((action, commit, version))
}

#[test]
fn every_action_is_pinned_by_its_commit_and_says_its_version() {
    let mut pinned = BTreeMap::new();
    for path in files() {
        let (text, _) = read(&path);
        let used = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for line in used.filter(|line| !line.starts_with("./")) {
            let (action, commit, version) = pin(line).unwrap_or_else(|| panic!("{}: {line}", path.display()));
            let first = *pinned.entry(action.to_owned()).or_insert_with(|| (commit.to_owned(), version.to_owned()))
                == (commit.to_owned(), version.to_owned());
            assert!(first, "{action} is pinned to two commits");
        }
    }
    assert!(pinned.contains_key("actions/checkout"), "{pinned:?}");
    for tag in [
        "actions/checkout@v6",
        "actions/checkout@v6 # v6.0.2",
        "a/b@de0fac2e4500dabe0009e67214ff5f5447ce83dd",
        "a/b@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6",
    ] {
        assert_eq!(pin(tag), None, "{tag}");
    }
}

#[test]
fn a_job_may_do_what_it_says_and_nothing_else() {
    for path in files() {
        assert_eq!(read(&path).1["permissions"], json!({}), "{}: what is granted to all jobs", path.display());
    }
    for (name, job) in jobs() {
        let permissions = job["permissions"].as_object().unwrap_or_else(|| panic!("{name} has no permissions"));
        assert!(!permissions.is_empty(), "{name}");
        for step in steps(&job).filter(|step| is_checkout(step)) {
            assert_eq!(step["with"]["persist-credentials"], json!(false), "{name} leaves its token to what it runs");
        }
        assert!(job.get("uses").is_some() || job["timeout-minutes"].is_u64(), "{name} may run for hours");
    }
}

/// What compiles a few hundred crates could do whatever its job may.
#[test]
fn a_job_that_may_write_runs_no_code_of_the_project() {
    let writing: Vec<_> =
        jobs().into_iter().filter(|(_, job)| job["permissions"].to_string().contains("write")).collect();
    assert!(writing.len() >= 2, "{writing:?}");
    for (name, job) in writing {
        for step in steps(&job) {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!is_checkout(step) && !script.contains("cargo") && !script.contains("make"), "{name}: {step}");
        }
    }
}

/// What is published was tested; and nothing is announced before it is signed and can be verified.
#[test]
fn a_release_is_tested_then_signed_then_announced() {
    let jobs: BTreeMap<_, _> = jobs().into_iter().filter(|(name, _)| name.starts_with("release.yaml ")).collect();
    let job = |name: &str| &jobs[&format!("release.yaml {name}")];
    let needs = |name: &str| job(name)["needs"].clone();
    assert_eq!(job("test")["uses"], "./.github/workflows/test.yaml");
    assert_eq!(needs("assets"), json!(["notes", "binary"]));
    assert_eq!(needs("publish"), json!(["test", "assets"]));
    assert_eq!(needs("announce"), json!(["publish"]));
    assert_eq!(job("publish")["environment"], "release", "somebody is asked");
    let scripts: String = steps(job("publish")).filter_map(|step| step["run"].as_str()).collect();
    for command in [
        "cosign sign --yes --recursive \"$IMAGE\"",
        "cosign sign --yes \"$CHART\"",
        "cosign attest --yes --type cyclonedx --predicate \"$sbom\" \"$IMAGE\"",
        "cosign attest --yes --type spdxjson --predicate \"$sbom\" \"$IMAGE\"",
    ] {
        assert!(scripts.contains(command), "{command}");
    }
    let proven = steps(job("publish")).filter(|step| {
        step["uses"].as_str().is_some_and(|action| action.starts_with("actions/attest-build-provenance@"))
    });
    let subjects: Vec<_> = proven
        .map(|step| {
            step["with"].get("subject-name").or(step["with"].get("subject-checksums")).unwrap().as_str().unwrap()
        })
        .collect();
    let [image, chart] = ["image", "chart"].map(|step| format!("${{{{ steps.{step}.outputs.repository }}}}"));
    assert_eq!(subjects, [&image, &chart, "dist/release/SHA256SUMS"]);
}

fn is_checkout(step: &Value) -> bool {
    step["uses"].as_str().is_some_and(|action| action.starts_with("actions/checkout@"))
}

#[test]
fn nothing_from_outside_becomes_a_part_of_a_script() {
    for path in files() {
        assert!(
            read(&path).1["on"].get("pull_request_target").is_none(),
            "{}: a fork's code would get rights",
            path.display()
        );
    }
    for (name, job) in jobs() {
        for script in steps(&job).filter_map(|step| step["run"].as_str()) {
            assert!(!script.contains("${{"), "{name}: {script}");
        }
    }
}

/// It looks at scripts too, where shellcheck is there.
#[tokio::test]
async fn the_workflows_and_the_example_are_well_formed() {
    let mut lint = Command::new(Tool::Actionlint.obtain().await.unwrap());
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/github-workflow.yaml");
    let output = lint.arg("-no-color").args(files()).arg(example).output().await.unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
