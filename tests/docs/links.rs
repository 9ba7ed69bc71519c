//! Links that lead nowhere, or out of the book.

use std::path::{Component, Path, PathBuf};

use crate::book::{pages, root};
use crate::page::Page;

/// Why nobody gets there; `None` where it is not ours or all is well.
fn fault(page: &Page, target: &str) -> Option<String> {
    if target.contains("://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() { page.path.clone() } else { resolved(&page.path, file) };
    if page.path.starts_with("docs") && !path.starts_with("docs") {
        return Some(format!("{target} leads out of the book"));
    }
    if !root().join(&path).exists() {
        return Some(format!("{target} is not there"));
    }
    let anchor = anchor?;
    let found = Page::read(&path).anchors.iter().any(|known| known == anchor);
    (!found).then(|| format!("{target}: no heading gives that anchor"))
}

/// A path that is relative to a page, from the root of the tree.
fn resolved(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().unwrap().to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

#[test]
fn no_link_is_dead() {
    let faults = pages().into_iter().flat_map(|page| {
        let faults = page
            .links
            .iter()
            .filter_map(|link| Some(format!("{}: {}", page.at(link.line), fault(&page, &link.target)?)));
        faults.collect::<Vec<_>>()
    });
    let faults: Vec<_> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_dead_link_is_found() {
    let page = Page::of(Path::new("docs/how-to/x.md"), "# Here\n");
    for target in ["https://example.com/nowhere", "../security.md", "../security.md#threats", "../index.md"] {
        assert_eq!(fault(&page, target), None, "{target}");
    }
    for target in ["../nowhere.md", "security.md", "../security.md#no-such-heading", "../../README.md"] {
        assert!(fault(&page, target).is_some(), "{target}");
    }
}
