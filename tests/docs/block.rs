//! A fenced block, and what a test does with it.

use std::path::Path;

use crate::book::pages;

#[derive(Clone)]
pub struct Block {
    pub line: usize,
    pub language: String,
    pub text: String,
    /// The comment that stands right before it: `not run: reason`.
    pub mark: Option<String>,
}

/// What becomes of a block.
#[derive(Debug, PartialEq, Eq)]
pub enum Trial {
    /// The API server takes it.
    Apply,
    /// Its commands are run.
    Run,
    /// It is there to be read.
    Read,
    /// It is left out, for the reason that its mark gives.
    LeaveOut,
}

impl Block {
    /// What becomes of it, or what is wrong with how it is marked.
    pub fn trial(&self) -> Result<Trial, String> {
        let (trial, mark) = match self.language.as_str() {
            "yaml" => (Trial::Apply, "not applied: "),
            "console" => (Trial::Run, "not run: "),
            "text" => return Ok(Trial::Read),
            _ => (Trial::LeaveOut, "not tried: "),
        };
        match &self.mark {
            Some(given) if given.strip_prefix(mark).is_some_and(|reason| !reason.trim().is_empty()) => {
                Ok(Trial::LeaveOut)
            }
            None if trial != Trial::LeaveOut => Ok(trial),
            _ => Err(format!(
                "a block of {:?} is not tried and does not say why: <!-- {mark}REASON -->, or call it text",
                self.language
            )),
        }
    }

    /// The name that it gives itself in its first line: `# acme.yaml`.
    pub fn file_name(&self) -> Option<&str> {
        let name = self.text.lines().next()?.strip_prefix("# ")?;
        let is_name = Path::new(name).extension().is_some_and(|ending| ending == "yaml") && !name.contains([' ', '/']);
        is_name.then_some(name)
    }
}

#[test]
fn every_block_is_tried_or_says_why_not() {
    let faults = pages().into_iter().flat_map(|page| {
        let faults =
            page.blocks().filter_map(|block| Some(format!("{}: {}", page.at(block.line), block.trial().err()?)));
        faults.collect::<Vec<_>>()
    });
    let faults: Vec<_> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_mark_gives_a_reason_and_fits() {
    let block = |language: &str, mark: Option<&str>| {
        Block { line: 1, language: language.to_owned(), text: String::new(), mark: mark.map(str::to_owned) }.trial()
    };
    assert_eq!(block("yaml", None), Ok(Trial::Apply));
    assert_eq!(block("console", None), Ok(Trial::Run));
    assert_eq!(block("console", Some("not run: it takes an hour")), Ok(Trial::LeaveOut));
    assert_eq!(block("promql", Some("not tried: there is no Prometheus")), Ok(Trial::LeaveOut));
    for (language, mark) in [
        ("", None),
        ("mermaid", None),
        ("promql", None),
        ("console", Some("not run: ")),
        ("console", Some("not applied: no")),
        ("yaml", Some("not run: no")),
    ] {
        assert!(block(language, mark).is_err(), "{language} {mark:?}");
    }
}
