//! One page, taken apart.

use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::block::Block;
use crate::book::root;

/// A page, by its path from the root of the tree.
#[derive(Clone)]
pub struct Page {
    pub path: PathBuf,
    pub links: Vec<Link>,
    /// What headings can be led to by.
    pub anchors: Vec<String>,
    pub steps: Vec<Step>,
    /// The first cells of the rows of tables, each with its line and the heading of its column.
    pub first_cells: Vec<(usize, String, String)>,
}

#[derive(Clone)]
pub struct Link {
    pub line: usize,
    pub target: String,
}

/// What a page has its reader do, or tells of, in its order.
#[derive(Clone)]
pub enum Step {
    Block(Block),
    /// What happens outside the reader's terminal, from a comment `<!-- meanwhile: ... -->`.
    Meanwhile(usize, String),
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        Self::of(path, &with_includes(path, &text))
    }

    pub fn of(path: &Path, text: &str) -> Self {
        let page = Self { path: path.to_owned(), links: vec![], anchors: vec![], steps: vec![], first_cells: vec![] };
        let mut reading = Reading { page, comment: None, words: String::new(), column: String::new() };
        for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            reading.take(event, line);
        }
        reading.page
    }

    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.steps.iter().filter_map(|step| match step {
            Step::Block(block) => Some(block),
            Step::Meanwhile(..) => None,
        })
    }

    /// Where on the page, for messages.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

/// As mdBook reads pages.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
}

/// mdBook puts files into pages; so a page can show an example that is kept elsewhere.
fn with_includes(path: &Path, text: &str) -> String {
    let folder = root().join(path).parent().unwrap().to_owned();
    let line = |line: &str| {
        let file = line.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
        file.map_or_else(|| line.to_owned(), |file| std::fs::read_to_string(folder.join(file)).expect(file))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

struct Reading {
    page: Page,
    /// A comment, if it was the last thing that was read.
    comment: Option<String>,
    words: String,
    /// The heading of a table's first column.
    column: String,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.begin_block(&kind, line),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.page.links.push(Link { line, target: dest_url.into_string() });
            }
            Event::Start(Tag::HtmlBlock | Tag::TableRow | Tag::TableHead) => self.words.clear(),
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::Table(_)) => {
                self.words.clear();
                self.comment = None;
            }
            Event::End(TagEnd::Heading(_)) => self.page.anchors.push(anchor(&self.words, &self.page.anchors)),
            Event::End(TagEnd::CodeBlock) => self.end_block(),
            Event::End(TagEnd::HtmlBlock) => self.end_html(line),
            Event::End(TagEnd::TableCell) => self.words.push('\t'),
            Event::End(TagEnd::TableHead) => self.column = first_cell(&self.words),
            Event::End(TagEnd::TableRow) => {
                self.page.first_cells.push((line, self.column.clone(), first_cell(&self.words)));
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) => self.words.push_str(&text),
            _ => {}
        }
    }

    fn begin_block(&mut self, kind: &CodeBlockKind<'_>, line: usize) {
        let language = match kind {
            CodeBlockKind::Fenced(language) => language.to_string(),
            CodeBlockKind::Indented => String::new(),
        };
        self.words.clear();
        self.page.steps.push(Step::Block(Block { line, language, text: String::new(), mark: self.comment.take() }));
    }

    fn end_block(&mut self) {
        if let Some(Step::Block(block)) = self.page.steps.last_mut() {
            block.text = std::mem::take(&mut self.words);
        }
    }

    /// A comment belongs to the block that follows at once.
    fn end_html(&mut self, line: usize) {
        let comment = self.words.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
        match comment.and_then(|comment| comment.strip_prefix("meanwhile: ")) {
            Some(happening) => self.page.steps.push(Step::Meanwhile(line, happening.to_owned())),
            None => self.comment = comment.filter(|comment| comment.starts_with("not ")).map(str::to_owned),
        }
    }
}

fn first_cell(row: &str) -> String {
    row.split('\t').next().unwrap_or_default().to_owned()
}

/// As mdBook names headings.
fn anchor(heading: &str, before: &[String]) -> String {
    let kept = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let name =
        |character: char| if character.is_whitespace() { Some('-') } else { kept(character).then_some(character) };
    let plain: String = heading.trim().to_lowercase().chars().filter_map(name).collect();
    let numbered = (1..).map(|number| format!("{plain}-{number}"));
    std::iter::once(plain.clone()).chain(numbered).find(|name| !before.contains(name)).unwrap()
}

#[test]
fn a_page_is_taken_apart() {
    let text = "# A `b`: c\n\n<!-- not run: nothing follows -->\n\n# A b c\n\n[x](y.md#z)\n\n<!-- not run: why -->\n```console\n$ a\n```\n\n<!-- meanwhile: it rains -->\n\n```yaml\nb: 1\n```\n";
    let page = Page::of(Path::new("x.md"), text);
    assert_eq!(page.anchors, ["a-b-c", "a-b-c-1"]);
    assert_eq!(page.links[0].target, "y.md#z");
    let blocks: Vec<_> = page.blocks().collect();
    assert_eq!((blocks[0].line, blocks[0].mark.as_deref()), (10, Some("not run: why")));
    assert_eq!((blocks[1].language.as_str(), blocks[1].text.as_str(), &blocks[1].mark), ("yaml", "b: 1\n", &None));
    assert!(matches!(&page.steps[1], Step::Meanwhile(14, happening) if happening == "it rains"));
}
