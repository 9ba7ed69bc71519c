//! Tables for people: what was looked at, what came of it, and what to do.

use std::io::{self, IsTerminal, Write};

use anstyle::AnsiColor;

/// The narrowest and the widest that a message is wrapped to, in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;
/// Columns before a message.
const INDENT: usize = 28;

/// What came of it, in a word.
pub(super) struct Verdict {
    pub(super) word: &'static str,
    pub(super) color: AnsiColor,
}

/// How wide the terminal is, within reason.
pub(super) fn width() -> usize {
    let width = if io::stdout().is_terminal() { textwrap::termwidth() } else { *WIDTHS.end() };
    width.clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// One line of the table, or as many as its message takes.
pub(super) fn line(
    out: &mut impl Write,
    width: usize,
    what: &str,
    Verdict { word, color }: Verdict,
    message: &str,
) -> io::Result<()> {
    let style = color.on_default();
    writeln!(out, "  {what:<13} {style}{word:<11}{style:#} {}", wrapped(&printable(message), width))
}

/// Text from files as it may be printed: control characters could change what a terminal shows, or what a CI runner takes for a
/// command.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// A message on as many lines as it takes, the later ones below the first. Words are not cut: URLs are to be copied.
fn wrapped(message: &str, width: usize) -> String {
    let indent = " ".repeat(INDENT);
    let room = width.saturating_sub(INDENT).max(20);
    let options = textwrap::Options::new(room).break_words(false);
    textwrap::wrap(message, options.word_splitter(textwrap::WordSplitter::NoHyphenation)).join(&format!("\n{indent}"))
}
