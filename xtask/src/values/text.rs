//! The values as YAML with comments, and as a page of the documentation.

use std::fmt::{self, Write as _};

use serde_json::json;
use textwrap::{Options, WordSeparator, WordSplitter};

use super::schema::{Default, Property, Schema};

const WIDTH: usize = 100;
const VALUES_BEGIN: &str = "# Values of the chart. Generated from values.schema.json: cargo xtask values\n";
const PAGE_BEGINS: &str = "\
<!-- Generated from charts/cognigy-sso-operator/values.schema.json: cargo xtask values -->
# Values of the chart

`image.repository` is the one value that must be set. A value that is not listed here is refused, and so is one that cannot work:
the sentence names the value and what to write. How to install: [Helm](../install/helm.md).

| value | default | what |
|---|---|---|
";
/// YAML reads these as something else than text.
const NO_TEXT: [&str; 7] = ["true", "false", "null", "yes", "no", "on", "off"];

/// `values.yaml`.
pub fn values(schema: &Schema) -> Result<String, fmt::Error> {
    let mut text = VALUES_BEGIN.to_owned();
    for (name, value) in schema.values() {
        text.push('\n');
        commented(&mut text, "", name, value)?;
    }
    Ok(text)
}

/// `docs/reference/values.md`.
pub fn page(schema: &Schema) -> Result<String, fmt::Error> {
    let mut text = PAGE_BEGINS.to_owned();
    for (name, value) in schema.values() {
        row(&mut text, name, value)?;
    }
    Ok(text)
}

fn commented(text: &mut String, indent: &str, name: &str, value: &Property) -> fmt::Result {
    let prefix = format!("{indent}# ");
    let options = Options::new(WIDTH).initial_indent(&prefix).subsequent_indent(&prefix).break_words(false);
    let options = options.word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation);
    writeln!(text, "{}", textwrap::fill(&value.said(), options))?;
    if let Some(default) = &value.default {
        return member(text, indent, name, default);
    }
    writeln!(text, "{indent}{name}:")?;
    value.values().try_for_each(|(name, value)| commented(text, &format!("{indent}  "), name, value))
}

fn member(text: &mut String, indent: &str, name: &str, value: &Default) -> fmt::Result {
    let inner = format!("{indent}  ");
    match value {
        Default::List(items) if !items.is_empty() => {
            writeln!(text, "{indent}{name}:")?;
            items.iter().try_for_each(|item| writeln!(text, "{inner}- {}", Scalar(item)))
        }
        Default::Map(members) if !members.is_empty() => {
            writeln!(text, "{indent}{name}:")?;
            members.iter().try_for_each(|(name, value)| member(text, &inner, name, value))
        }
        value => writeln!(text, "{indent}{name}: {}", Scalar(value)),
    }
}

fn row(text: &mut String, path: &str, value: &Property) -> fmt::Result {
    let said = value.said().replace('|', "\\|");
    if let Some(default) = &value.default {
        return writeln!(text, "| `{path}` | `{}` | {said} |", json(default));
    }
    writeln!(text, "| **`{path}`** | | {said} |")?;
    value.values().try_for_each(|(name, value)| row(text, &format!("{path}.{name}"), value))
}

fn json(value: &Default) -> serde_json::Value {
    match value {
        Default::Switch(value) => json!(value),
        Default::Number(value) => json!(value),
        Default::Text(value) => json!(value),
        Default::List(items) => items.iter().map(json).collect(),
        Default::Map(members) => members.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
    }
}

/// A value on one line of YAML: JSON, but for text that needs no quotes.
struct Scalar<'a>(&'a Default);

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Default::Text(text) if is_plain(text) => formatter.write_str(text),
            value => write!(formatter, "{}", json(value)),
        }
    }
}

fn is_plain(text: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "./_-".contains(character);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(is_part) && !NO_TEXT.contains(&text)
}
