//! The pages, and the table of contents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::page::Page;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the book, by its path from the root of the tree; the table of contents is none.
fn pages_of_the_book() -> BTreeSet<PathBuf> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![root().join("docs")]);
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            let is_page = path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("SUMMARY.md");
            if path.is_dir() {
                folders.push(path);
            } else if is_page {
                found.insert(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found
}

/// Every page of the book, and the README.
pub fn pages() -> Vec<Page> {
    let pages: Vec<_> = pages_of_the_book().iter().map(|path| Page::read(path)).collect();
    assert!(pages.len() > 20, "the pages are found");
    [vec![Page::read(Path::new("README.md"))], pages].concat()
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let summary = Page::read(Path::new("docs/SUMMARY.md"));
    let listed: Vec<_> = summary.links.iter().map(|link| Path::new("docs").join(&link.target)).collect();
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice");
    let pages = pages_of_the_book();
    let missing: Vec<_> = pages.difference(&once).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md lacks {missing:?}");
    let dead: Vec<_> = once.difference(&pages).collect();
    assert!(dead.is_empty(), "docs/SUMMARY.md lists what is not there: {dead:?}");
}
