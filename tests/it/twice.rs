//! What holds for OpenID Connect is shown to hold for SAML by the same tests: their files are taken in by another target, which
//! declares SAML. A file that is not says here why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Tests that run with OpenID Connect, and the target that runs them with SAML.
struct Suite {
    tests: &'static str,
    saml: &'static str,
    /// Files and folders of what only OpenID Connect has: clients, discovery, what is sent.
    own: &'static [&'static str],
    /// Those that run once: they look at both ways of signing in, or at nothing that either has a part in.
    once: &'static [&'static str],
}

const SUITES: [Suite; 2] = [
    Suite {
        tests: "tests/it",
        saml: "tests/saml",
        own: &[
            "client.rs",
            "discovery_faults.rs",
            "fields.rs",
            "real_providers.rs",
            "verify/client.rs",
            "verify/mistakes.rs",
        ],
        once: &[
            "examples.rs",
            "image",
            "lessons/dependencies.rs",
            "lessons/documents.rs",
            "lessons/manifests.rs",
            "lessons/mod.rs",
            "lists.rs",
            "rules.rs",
            "transitions.rs",
            "transitions/api_server.rs",
            "transitions/coverage.rs",
            "transitions/decisions.rs",
            "transitions/oidc.rs",
            "transitions/saml.rs",
            "twice.rs",
            "verify/mod.rs",
            "verify/workflow.rs",
            "workflows.rs",
        ],
    },
    Suite {
        tests: "crates/decide/tests/it",
        saml: "crates/decide/tests/saml",
        own: &[
            "body.rs",
            "client_callback.rs",
            "client_credentials.rs",
            "client_not_tried.rs",
            "client_trial.rs",
            "client_words.rs",
            "provider_tables.rs",
        ],
        once: &["fault_tables.rs", "statuses"],
    },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources in a folder, by their path from there.
fn sources(folder: &str) -> BTreeSet<PathBuf> {
    let folder = root().join(folder);
    let (mut paths, mut found) = (vec![folder.clone()], BTreeSet::new());
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.insert(path.strip_prefix(&folder).unwrap().to_owned());
        }
    }
    found
}

impl Suite {
    /// The files with tests.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        sources(self.tests).into_iter().filter(|file| !file.starts_with("support") && file != Path::new("main.rs"))
    }

    /// What the other target takes in.
    fn taken_in(&self) -> BTreeSet<PathBuf> {
        let texts = sources(self.saml).into_iter().map(|file| fs::read_to_string(root().join(self.saml).join(file)));
        let lines = texts.flat_map(|text| text.unwrap().lines().map(str::to_owned).collect::<Vec<_>>());
        let path = |line: String| {
            let (_, file) = line.strip_prefix("#[path = \"")?.strip_suffix("\"]")?.split_once("../it/")?;
            Some(PathBuf::from(file))
        };
        lines.filter_map(path).collect()
    }

    fn runs_once(&self, file: &Path) -> bool {
        self.own.iter().chain(self.once).any(|known| file.starts_with(known))
    }
}

#[test]
fn every_test_runs_with_saml_or_says_why_not() {
    for suite in SUITES {
        let (files, taken_in): (Vec<_>, _) = (suite.files().collect(), suite.taken_in());
        let (once, twice): (Vec<_>, Vec<_>) = files.iter().partition(|file| !taken_in.contains(*file));
        let unsaid: Vec<_> = once.iter().filter(|file| !suite.runs_once(file)).collect();
        assert!(unsaid.is_empty(), "{unsaid:?} of {} run without SAML", suite.tests);
        assert!(twice.len() >= 20, "{} of {} run twice", twice.len(), files.len());
        let both: Vec<_> = twice.iter().filter(|file| suite.runs_once(file)).collect();
        assert!(both.is_empty(), "{both:?} of {} run with SAML after all", suite.tests);
        for known in suite.own.iter().chain(suite.once) {
            assert!(files.iter().any(|file| file.starts_with(known)), "{}/{known} is not there", suite.tests);
        }
    }
}

/// Does this cell name a test in this file? Crates are named as in `docs/rules.md`.
fn names(cell: &str, suite: &Suite, file: &str) -> bool {
    let module = file.trim_end_matches(".rs").replace('/', "::");
    let krate = if suite.tests == "tests/it" { "operator::it" } else { "decide" };
    cell.contains(&format!("`{krate}::{module}::"))
}

/// A rule that is shown by a test of OpenID Connect's own is one of what only that has, or a test of SAML's stands beside it.
#[test]
fn every_rule_is_shown_for_saml_too() {
    let rules = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let rows: Vec<_> = rules.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 30);
    for row in rows {
        let is_own = SUITES.iter().any(|suite| suite.own.iter().any(|file| names(row, suite, file)));
        let is_saml = row.contains("::saml::");
        assert!(!is_own || is_saml || row.starts_with("| OpenID Connect: "), "only OpenID Connect shows: {row}");
    }
}
