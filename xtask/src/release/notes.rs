//! What a release says of itself: the version's section in CHANGELOG.md (<https://keepachangelog.com>).

use std::fs;

use anyhow::{Context as _, ensure};
use jiff::civil::Date;
use serde_json::Value;

use super::VERSION;
use crate::cargo;

/// The notes for a tag.
///
/// # Errors
/// When the tag, the crates, the chart and the changelog do not all speak of one version.
pub fn of(tag: &str) -> anyhow::Result<String> {
    ensure!(tag == format!("v{VERSION}"), "the tag is {tag}, and Cargo.toml has the version {VERSION}");
    check_chart(&read("charts/cognigy-sso-operator/Chart.yaml")?, VERSION)?;
    section(&read("CHANGELOG.md")?, VERSION)
}

fn read(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(cargo::root().join(path)).with_context(|| format!("reading {path}"))
}

fn check_chart(text: &str, version: &str) -> anyhow::Result<()> {
    let chart: Value = serde_saphyr::from_str(text).context("Chart.yaml")?;
    for field in ["version", "appVersion"] {
        let found = chart.get(field).and_then(Value::as_str).unwrap_or_default();
        ensure!(found == version, "Chart.yaml has the {field} {found:?}, and Cargo.toml {version}");
    }
    Ok(())
}

/// What stands below the version's heading, which holds the day of the release.
fn section(changelog: &str, version: &str) -> anyhow::Result<String> {
    let heading = format!("## [{version}]");
    let mut lines = changelog.lines().skip_while(|line| !line.starts_with(&heading));
    let first = lines.next().with_context(|| format!("CHANGELOG.md has no section {heading}"))?;
    let day = first.strip_prefix(&heading).and_then(|rest| rest.strip_prefix(" - ")).unwrap_or_default();
    ensure!(
        day.parse::<Date>().is_ok(),
        "CHANGELOG.md does not say when {version} was released: {heading} - YYYY-MM-DD"
    );
    let body = lines.take_while(|line| !line.starts_with("## ") && !is_link(line)).collect::<Vec<_>>().join("\n");
    ensure!(!body.trim().is_empty(), "CHANGELOG.md says nothing of {version}");
    Ok(format!("{}\n", body.trim()))
}

/// Of those at the end that headings refer to.
fn is_link(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "\
# Changelog

## [Unreleased]

## [1.2.0] - 2027-03-01

### Added

- Much. [Not a link].

## [1.1.0] - soon

- More.

## [1.0.0] - 2027-01-01

[1.2.0]: https://example.com
";

    #[test]
    fn the_notes_are_what_stands_below_the_version() {
        assert_eq!(section(CHANGELOG, "1.2.0").unwrap(), "### Added\n\n- Much. [Not a link].\n");
    }

    #[test]
    fn a_version_without_a_section_a_day_or_words_is_refused() {
        for (version, words) in [("1.3.0", "no section"), ("1.1.0", "when 1.1.0"), ("1.0.0", "says nothing")] {
            let error = section(CHANGELOG, version).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        // One that another begins with.
        assert!(section(CHANGELOG, "1.2").is_err());
    }

    #[test]
    fn a_tag_for_another_version_is_refused() {
        let error = of("v0.0.1").unwrap_err().to_string();
        assert_eq!(error, format!("the tag is v0.0.1, and Cargo.toml has the version {VERSION}"));
    }

    #[test]
    fn a_chart_of_another_version_is_refused() {
        check_chart("version: 1.2.0\nappVersion: \"1.2.0\"\n", "1.2.0").unwrap();
        for (chart, field) in [("version: 1.1.0\nappVersion: 1.2.0\n", " version"), ("version: 1.2.0\n", "appVersion")]
        {
            let error = check_chart(chart, "1.2.0").unwrap_err().to_string();
            assert!(error.contains(field), "{error}");
        }
    }

    /// Whoever makes a release only has to write the day.
    #[test]
    fn the_changelog_tells_of_this_version_or_of_what_comes() {
        let changelog = read("CHANGELOG.md").unwrap();
        let dated = changelog.replacen("## [Unreleased]", &format!("## [{VERSION}] - 2027-01-01"), 1);
        section(&dated, VERSION).unwrap();
    }
}
