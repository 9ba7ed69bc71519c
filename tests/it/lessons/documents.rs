//! Every test that a document names is there, and every lesson has one that names it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where the crates that documents name are.
const CRATES: [(&str, &[&str]); 6] = [
    ("api", &["crates/api"]),
    ("decide", &["crates/decide"]),
    ("saml", &["crates/saml"]),
    ("simulate", &["crates/simulate"]),
    ("testkit", &["crates/testkit"]),
    ("operator", &["src", "tests"]),
];

/// A lesson and a test for it, as `crate::file::name`.
type Pair = (String, String);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// All sources, by their path from the root of the tree.
fn sources() -> BTreeMap<PathBuf, String> {
    let folders = CRATES.iter().flat_map(|(_, folders)| folders.iter());
    let mut paths: Vec<PathBuf> = folders.map(|folder| root().join(folder)).collect();
    let mut sources = BTreeMap::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            sources.insert(path.strip_prefix(root()).unwrap().to_owned(), text);
        }
    }
    sources
}

/// The texts between backticks that are paths of a test: `crate::file::name`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        let root = name.split("::").next().unwrap_or_default();
        name.contains("::") && CRATES.iter().any(|(known, _)| *known == root)
    })
}

/// Is the file the one that the path of a test leads to? Modules of tests that have the file's name are left out.
fn leads_to(test: &str, file: &Path) -> bool {
    let mut parts: Vec<_> = test.split("::").collect();
    parts.pop();
    let folders = CRATES.iter().find(|(name, _)| *name == parts[0]).map_or(&[][..], |(_, folders)| folders);
    let is_in_crate = folders.iter().any(|folder| file.starts_with(folder));
    let has =
        |part: &&str| file.iter().any(|component| Path::new(component).file_stem().is_some_and(|stem| stem == *part));
    is_in_crate && parts.iter().skip(1).all(has)
}

fn defines(text: &str, name: &str) -> bool {
    let is_it = |line: &str| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
        line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('('))
    };
    text.lines().any(is_it)
}

fn exists(test: &str, sources: &BTreeMap<PathBuf, String>) -> bool {
    let name = test.rsplit("::").next().unwrap_or_default();
    sources.iter().any(|(file, text)| leads_to(test, file) && (name == "*" || defines(text, name)))
}

/// The rows of the table of lessons: the lesson and its tests.
fn rows(table: &str) -> Vec<(String, Vec<String>)> {
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| lesson "));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        (cells[0].to_owned(), names(cells[cells.len() - 1]).map(str::to_owned).collect())
    })
    .collect()
}

/// The lessons that tests name, each with the test's file and name.
fn named(sources: &BTreeMap<PathBuf, String>) -> Vec<(String, PathBuf, String)> {
    let mut named = Vec::new();
    for (file, text) in sources {
        let mut lessons: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim_start) {
            let code = line.trim_start_matches("pub ").trim_start_matches("async ");
            if let Some(said) = ["/// Lesson: ", "/// Lessons: "].iter().find_map(|opening| line.strip_prefix(opening))
            {
                lessons.extend(said.trim_end_matches('.').split("; ").map(str::to_owned));
            } else if let Some(name) = code.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next()) {
                named.extend(lessons.drain(..).map(|lesson| (lesson, file.clone(), name.to_owned())));
            }
        }
    }
    named
}

/// What the table and the tests do not agree on.
fn differences(table: &[(String, Vec<String>)], named: &[(String, PathBuf, String)]) -> Vec<String> {
    let pairs = table.iter().flat_map(|(lesson, tests)| tests.iter().map(|test| (lesson.clone(), test.clone())));
    let pairs: BTreeSet<Pair> = pairs.collect();
    let is_same = |(lesson, test): &Pair, (said, file, name): &(String, PathBuf, String)| {
        lesson == said && test.rsplit("::").next() == Some(name) && leads_to(test, file)
    };
    let without = table.iter().filter(|(_, tests)| tests.is_empty());
    let without = without.map(|(lesson, _)| format!("{lesson}: no test"));
    let unnamed = pairs.iter().filter(|pair| !named.iter().any(|named| is_same(pair, named)));
    let unnamed = unnamed.map(|(lesson, test)| format!("{test} does not name the lesson {lesson}"));
    let unlisted = named.iter().filter(|named| !pairs.iter().any(|pair| is_same(pair, named)));
    let unlisted = unlisted.map(|(lesson, file, name)| format!("{name} in {} names {lesson}", file.display()));
    without.chain(unnamed).chain(unlisted).collect()
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let sources = sources();
    for name in ["lessons.md", "security.md", "rules.md"] {
        let text = document(name);
        // Of the rules, some are shown by a whole file.
        let is_file = |test: &str| name == "rules.md" && exists(&format!("{test}::*"), &sources);
        let missing: Vec<_> = names(&text).filter(|test| !exists(test, &sources) && !is_file(test)).collect();
        assert!(missing.is_empty(), "docs/{name} names what is not there: {missing:#?}");
        assert!(names(&text).count() > 30, "docs/{name} names tests");
    }
    for planted in ["operator::it::lessons::no_such_test", "decide::no_such_file::each_threshold", "api::crd::document"]
    {
        assert!(!exists(planted, &sources), "{planted}");
    }
    assert!(exists("operator::it::lessons::documents::every_test_that_a_document_names_is_there", &sources));
}

#[test]
fn every_lesson_has_a_test_that_names_it() {
    let (table, sources) = (rows(&document("lessons.md")), sources());
    let named = named(&sources);
    assert_eq!(differences(&table, &named), Vec::<String>::new());
    assert!(table.len() >= 31, "{}", table.len());
    let lessons: BTreeSet<_> = table.iter().map(|(lesson, _)| lesson).collect();
    assert_eq!(lessons.len(), table.len(), "each once");
}

#[test]
fn what_table_and_tests_do_not_agree_on_is_found() {
    let table = |text: &str| rows(&format!("| lesson | here | shown by |\n|---|---|---|\n{text}"));
    let tests = |comment: &str| {
        let text = format!("{comment}\n#[tokio::test]\nasync fn it_holds() {{\n");
        named(&BTreeMap::from([(PathBuf::from("src/egress/tests/answers.rs"), text)]))
    };
    let row = "| Acme #1 | it holds | `operator::egress::tests::answers::it_holds` |";
    let found = |row: &str, comment: &str| differences(&table(row), &tests(comment));
    assert!(found(row, "    /// Lesson: Acme #1.").is_empty());
    assert!(found(row, "/// It holds.\n///\n/// Lessons: Acme #1.").is_empty());
    assert_eq!(found(row, "/// Lesson: Acme #2.").len(), 2);
    assert_eq!(found(row, "/// It holds.").len(), 1);
    assert_eq!(found(row, "/// Lessons: Acme #1; Acme #2.").len(), 1);
    assert_eq!(found("| Acme #1 | it holds | |", "/// It holds.").len(), 1);
    assert_eq!(found(&row.replace("answers", "connections"), "/// Lesson: Acme #1.").len(), 2);
}

/// What is missing in the sections of threats.
fn gaps(text: &str) -> Vec<String> {
    let sections = text.split("\n### ").skip(1).map(|section| section.split("\n## ").next().unwrap_or_default());
    let gaps = |section: &str| {
        let title = section.lines().next().unwrap_or_default().to_owned();
        let parts = ["At stake", "Against it", "Shown by", "What remains"];
        let has = |part: &str| section.contains(&format!("\n- **{part}**: "));
        let is_shown = names(section).next().is_some();
        (!(parts.iter().all(|part| has(part)) && is_shown)).then_some(title)
    };
    sections.filter_map(gaps).collect()
}

#[test]
fn every_threat_says_what_stands_against_it_and_is_shown() {
    let text = document("security.md");
    assert_eq!(gaps(&text), Vec::<String>::new());
    assert!(text.matches("\n### ").count() >= 12);
    let whole = "\n### 1. It\n\n- **At stake**: a\n- **Against it**: b\n- **Shown by**: `api::spec::it`\n- **What remains**: c\n";
    assert!(gaps(whole).is_empty());
    for part in ["- **At stake**: a\n", "- **What remains**: c\n", "`api::spec::it`"] {
        assert_eq!(gaps(&whole.replace(part, "")), ["1. It"], "{part}");
    }
}
