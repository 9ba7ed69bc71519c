//! The commands of each page are run in their order, on a cluster of the page's own, and show what the page shows.

use std::time::Duration;

use cognigy_sso_api::IdentityProviderConfig;
use futures::future::join_all;
use serde_json::Value;

use crate::block::{Block, Trial};
use crate::book::pages;
use crate::meanwhile;
use crate::page::{Page, Step};
use crate::shown;
use crate::stage::{Ran, Stage};

/// What is looked at may take its time to become what the page shows.
const PATIENCE: Duration = Duration::from_mins(1);
/// With these a page installs the operator by itself.
const INSTALLING: [&str; 5] =
    ["helm install", "helm upgrade --install", "kubectl apply -k", "deploy/install.yaml", "operator crd"];
/// To run one page only: `DOCS_PAGE=quick-start cargo test --test docs followed`.
const ONE_PAGE: &str = "DOCS_PAGE";

/// A command, and what the page shows of its output.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Typed {
    line: usize,
    command: String,
    output: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_followed() {
    let wanted = std::env::var(ONE_PAGE).unwrap_or_default();
    let is_wanted = |page: &Page| page.path.to_str().unwrap().contains(&wanted) && page.blocks().any(is_run);
    let pages: Vec<_> = pages().into_iter().filter(is_wanted).collect();
    let faults: Vec<_> = join_all(pages.iter().map(follow)).await.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_cannot_be_followed_is_found() {
    let page = |text: &str| Page::of(std::path::Path::new("docs/planted.md"), text);
    for (text, words) in [
        ("```console\n$ kubectl get idps\n```\n", "docs/planted.md:2: kubectl get idps"),
        ("```console\n$ echo one\ntwo\n```\n", "docs/planted.md:2: echo one"),
        ("```console\nno command\n```\n", "docs/planted.md:2"),
        ("```console\n$ true\n```\n\n<!-- meanwhile: it rains -->\n", "it rains"),
    ] {
        let fault = follow(&page(text)).await.unwrap_err();
        assert!(fault.contains(words), "{fault}");
    }
}

fn is_run(block: &Block) -> bool {
    block.language == "console" && block.trial() == Ok(Trial::Run)
}

async fn follow(page: &Page) -> Result<(), String> {
    let installs =
        page.blocks().filter(|block| is_run(block)).any(|block| INSTALLING.iter().any(|it| block.text.contains(it)));
    let mut stage = if installs { Stage::bare().await } else { Stage::with_definition().await };
    for resource in page.blocks().filter(|block| block.trial() == Ok(Trial::Apply)).flat_map(resources) {
        stage.outside.expect(&resource).await;
    }
    for (name, text) in stage.outside.identity_providers.files() {
        stage.write(name, &text);
    }
    if !meanwhile::registers_callback(page) {
        stage.outside.register_callback();
    }
    for step in &page.steps {
        stage.start_operator().await;
        let outcome = match step {
            Step::Meanwhile(line, happening) => {
                meanwhile::happen(&stage.outside, happening).map_err(|fault| format!("{}: {fault}", page.at(*line)))
            }
            Step::Block(block) if is_run(block) => run(&stage, page, block).await,
            Step::Block(block) => {
                if let Some(name) = block.file_name() {
                    stage.write(name, &block.text);
                }
                Ok(())
            }
        };
        outcome.map_err(|fault| format!("{fault}\n--- the operator's log\n{}", stage.log()))?;
    }
    Ok(())
}

fn resources(block: &Block) -> impl Iterator<Item = IdentityProviderConfig> {
    let documents = block.text.split("\n---\n").filter_map(|document| serde_saphyr::from_str::<Value>(document).ok());
    let ours = documents.filter(|document| document["kind"] == "IdentityProviderConfig");
    ours.map(|document| serde_json::from_value(document).unwrap())
}

async fn run(stage: &Stage, page: &Page, block: &Block) -> Result<(), String> {
    for typed in typed(block).map_err(|line| format!("{}: output without a command", page.at(line)))? {
        try_out(stage, &typed).await.map_err(|fault| format!("{}: {}\n{fault}", page.at(typed.line), typed.command))?;
    }
    Ok(())
}

/// Who only looks may look again.
async fn try_out(stage: &Stage, typed: &Typed) -> Result<(), String> {
    let looks = typed.command.starts_with("kubectl get ") && !typed.output.is_empty();
    let asked = async {
        loop {
            let ran = stage.run(&typed.command, "").await;
            if !looks || (ran.succeeded && shows(&ran, typed)) {
                return ran;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let Ok(ran) = tokio::time::timeout(PATIENCE, asked).await else {
        let last = stage.run(&typed.command, "").await;
        return Err(format!("never shows\n{}\nbut\n{}", typed.output, last.said()));
    };
    // What is shown may be a refusal.
    let told = !typed.output.is_empty();
    match (ran.succeeded, told && !shows(&ran, typed)) {
        (_, true) => Err(format!("shows\n{}", ran.said())),
        (false, _) if !told => Err(format!("fails\n{}", ran.said())),
        _ => Ok(()),
    }
}

/// What programs say about their work, beside its outcome, need not be on the page.
fn shows(ran: &Ran, typed: &Typed) -> bool {
    [&ran.out, &ran.said()].iter().any(|said| shown::fits(&typed.output, said))
}

/// The commands of a block. A line that ends in a backslash goes on.
fn typed(block: &Block) -> Result<Vec<Typed>, usize> {
    let mut commands: Vec<Typed> = Vec::new();
    let mut goes_on = false;
    for (number, text) in block.text.lines().enumerate() {
        let line = block.line + 1 + number;
        match (text.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push(Typed { line, command: command.to_owned(), output: String::new() }),
            (None, Some(last)) if goes_on => last.command.extend(["\n", text]),
            (None, Some(last)) => last.output.extend([text, "\n"]),
            (None, None) => return Err(line),
        }
        goes_on = commands.last().is_some_and(|last| last.output.is_empty()) && text.ends_with('\\');
    }
    Ok(commands)
}

#[test]
fn commands_are_told_from_their_output() {
    let block = |text: &str| Block { line: 9, language: "console".to_owned(), text: text.to_owned(), mark: None };
    let found = typed(&block("$ a \\\n  b\nc\n\nd\n$ e\n")).unwrap();
    let typed_as =
        |line, command: &str, output: &str| Typed { line, command: command.to_owned(), output: output.to_owned() };
    assert_eq!(found, [typed_as(10, "a \\\n  b", "c\n\nd\n"), typed_as(15, "e", "")]);
    assert_eq!(typed(&block("c\n$ d\n")), Err(10));
}
