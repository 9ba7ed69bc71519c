//! The page of the reference that lists all metrics: `docs/reference/metrics.md`.

use std::fmt::Write as _;

use super::definition::{ALL, Definition, Values};

const HEAD: &str = "# Metrics

<!-- Generated from src/metrics: `cargo xtask generate`. -->

The operator serves them on `/metrics` of `--metrics-address` (port 8080 by default; `0` serves none), as OpenMetrics. Every replica
serves all of them: one that stands by leads nothing (`cognigy_sso_leader` is 0), sees no resources, and has no series of any. Series
of a resource go with the resource. Counters, and whatever has labels with listed values only, are there with 0 from the start, so that
`rate()` and `increase()` miss nothing.

Points in time are Unix times in seconds: `time() - cognigy_sso_resource_last_verified_timestamp_seconds` is how long ago a resource
was verified, and `(cognigy_sso_secret_expiry_timestamp_seconds - time()) / 86400` the days that a Secret has left; so for a certificate.

";

/// The page, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| metric | type | labels |\n|---|---|---|\n");
    for of in ALL {
        let labels: Vec<_> = of.labels().map(|label| format!("`{label}`")).collect();
        // A string takes what is written to it.
        let _always = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", of.series(), of.kind(), labels.join(", "));
    }
    page.extend(ALL.iter().map(|of| section(of)));
    page
}

fn section(of: &Definition) -> String {
    let unit = of.unit.map_or_else(String::new, |unit| format!(", in {}", unit.as_str()));
    let mut section = format!("\n## {}\n\n{} ({}{unit})\n", of.series(), of.help(), of.kind());
    for (number, label) in of.labels.iter().enumerate() {
        section.push_str(if number == 0 { "\n" } else { "" });
        let meaning = if label.meaning.is_empty() { String::new() } else { format!(": {}", label.meaning) };
        let values = match label.values {
            Values::Closed(values) => format!(" ({})", values().join(", ")),
            Values::Reasons | Values::Names => String::new(),
        };
        let _always = writeln!(section, "- `{}`{values}{meaning}", label.name);
    }
    section
}
