//! The reference pages of the book, generated from what they describe.

mod conditions;
mod fields;
mod flags;
mod reasons;
mod rights;

use super::File;

pub async fn files() -> anyhow::Result<[File; 6]> {
    Ok([
        ("docs/reference/fields.md", fields::page()?),
        ("docs/reference/conditions.md", conditions::page()?),
        ("docs/reference/reasons.md", reasons::page()),
        ("docs/reference/flags.md", flags::page()),
        ("docs/reference/metrics.md", cognigy_sso_operator::metrics::reference()),
        ("docs/reference/rights.md", rights::page().await?),
    ])
}

/// The first lines of a page. `source` is what to edit in place of the page.
fn opening(title: &str, source: &str, introduction: &str) -> String {
    format!("<!-- Generated from {source}: cargo xtask generate -->\n\n# {title}\n\n{introduction}\n")
}

/// Text as a cell of a table takes it: on one line, and a bar ends no cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
