//! The tables of `docs/performance.md`, between two marks: what was measured beside the peer, against the targets.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::report::{Report, Run, aligned, number, shown};

const BEGIN: &str = "<!-- measured: begin -->\n";
const END: &str = "<!-- measured: end -->\n";
/// The subjects that are compared.
const OPERATOR: &str = "operator";
const PEER: &str = "peer";

/// What is aimed at.
#[derive(Clone, Copy)]
enum Target {
    /// At most this share of the peer's figure.
    Share(f64),
    /// At most this, whatever the peer's figure is.
    Most(f64),
}

impl Target {
    fn most(self, peer: f64) -> f64 {
        match self {
            Self::Share(share) => share * peer,
            Self::Most(most) => most,
        }
    }
}

const THIRD: f64 = 1.0 / 3.0;
/// What is aimed at without resources.
const TARGETS_EMPTY: [(&str, Target); 3] = [
    ("program", Target::Most(12.0)),
    ("exec to first watch, p50", Target::Share(0.5)),
    ("at rest: resident", Target::Share(THIRD)),
];
/// What is aimed at with resources.
const TARGETS_FILLED: [(&str, Target); 10] = [
    ("existing to all Ready", Target::Share(0.6)),
    ("existing: operator CPU for each", Target::Share(THIRD)),
    ("existing: outside calls", Target::Most(4.0)),
    ("at rest: resident", Target::Share(0.25)),
    ("at rest: operator CPU", Target::Share(1.0)),
    ("restart until settled", Target::Share(THIRD)),
    ("restart: outside calls", Target::Most(0.0)),
    ("restart: writes of resources", Target::Most(0.0)),
    ("Secret patched to configure, p50", Target::Share(1.0)),
    ("deletion of all with reset", Target::Share(1.0)),
];

/// What grows with the resources, and by which factor its unit is made small enough for one of them.
const SLOPES: [(&str, f64, &str); 5] = [
    ("at rest: resident", 1024.0, "KiB"),
    ("at rest: private", 1024.0, "KiB"),
    ("existing to all Ready", 1000.0, "ms"),
    ("restart until settled", 1000.0, "ms"),
    ("restart: operator CPU", 1000.0, "ms"),
];

/// Puts the figures into a document, in the place of those that are there.
///
/// # Errors
/// When the document cannot be read or written, or the marks are not in it.
pub fn write(report: &Report, path: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let marks = || format!("{} has no lines {BEGIN} and {END}", path.display());
    let (before, rest) = text.split_once(BEGIN).with_context(marks)?;
    let (_, after) = rest.split_once(END).with_context(marks)?;
    let new = [before, BEGIN, "\n", &sections(report), END, after].concat();
    fs::write(path, new).with_context(|| format!("writing {}", path.display()))
}

fn sections(report: &Report) -> String {
    let machine = &report.machine;
    let where_measured = format!(
        "Measured on {} on {} cores ({}, {}), with the API server of Kubernetes {}, etcd and both stand-ins on the same cores.\n",
        machine.date, machine.cores, machine.processor, machine.system, machine.kubernetes
    );
    let compared = report.runs.iter().filter(|run| run.subject == OPERATOR).filter_map(|run| {
        let peer = counterpart(report, run)?;
        Some(section(&title(run), &comparison(run, peer)))
    });
    let more = section("For each resource more", &slopes(report));
    let all = section("Everything that was measured", &report.table());
    [where_measured].into_iter().chain(compared).chain([more, all]).collect()
}

fn section(title: &str, table: &str) -> String {
    format!("\n### {title}\n\n{table}")
}

fn title(run: &Run) -> String {
    match run.resources {
        0 => "No resources".to_owned(),
        resources => format!("{resources} resources, {} issuers", run.issuers),
    }
}

fn counterpart<'a>(report: &'a Report, run: &Run) -> Option<&'a Run> {
    report.runs.iter().find(|other| other.subject == PEER && other.resources == run.resources)
}

fn comparison(run: &Run, peer: &Run) -> String {
    let heading = ["measure", OPERATOR, PEER, "share", "at most", "met"].map(str::to_owned).to_vec();
    let targets = if run.resources == 0 { &TARGETS_EMPTY[..] } else { &TARGETS_FILLED[..] };
    let rows = targets.iter().filter_map(|(measure, target)| {
        let figure = run.figures.iter().find(|figure| figure.measure == *measure)?;
        let other = peer.value(measure)?;
        let most = target.most(other);
        let met = if figure.value <= most { "yes" } else { "no" };
        let cells = [shown(figure.value), shown(other), share(figure.value, other), shown(most), met.to_owned()];
        Some([format!("{}, {}", figure.measure, figure.unit)].into_iter().chain(cells).collect())
    });
    aligned(&[heading].into_iter().chain(rows).collect::<Vec<_>>())
}

fn share(value: f64, of: f64) -> String {
    if of == 0.0 { String::new() } else { format!("{:.2}", value / of) }
}

/// Between the fewest and the most resources: what comes with the first of them is no part of it. With one number of resources there
/// is no slope.
fn slopes(report: &Report) -> String {
    let heading = ["measure", OPERATOR, PEER].map(str::to_owned).to_vec();
    let rows = SLOPES.iter().map(|(measure, factor, unit)| {
        let cell = |subject| slope(report, subject, measure).map_or_else(String::new, |slope| shown(slope * factor));
        vec![format!("{measure}, {unit}"), cell(OPERATOR), cell(PEER)]
    });
    aligned(&[heading].into_iter().chain(rows).collect::<Vec<_>>())
}

fn slope(report: &Report, subject: &str, measure: &str) -> Option<f64> {
    let runs =
        || report.runs.iter().filter(|run| run.subject == subject && run.resources > 0 && run.value(measure).is_some());
    let (fewest, most) = (runs().min_by_key(|run| run.resources)?, runs().max_by_key(|run| run.resources)?);
    let more = most.resources.checked_sub(fewest.resources).filter(|more| *more > 0)?;
    Some((most.value(measure)? - fewest.value(measure)?) / number(more as u64))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::report::Machine;

    fn run(subject: &str, resources: usize, resident: f64) -> Run {
        let mut run = Run::new(subject, resources, 50);
        run.note("at rest: resident", "MiB", resident);
        run
    }

    fn report() -> Report {
        let machine = Machine {
            date: "2030-01-02".to_owned(),
            processor: "a processor".to_owned(),
            cores: 2,
            system: "a system".to_owned(),
            kubernetes: "v1.2.3".to_owned(),
        };
        let runs = [(0, 10.0, 32.0), (1024, 12.0, 46.0), (2048, 14.0, 60.0)].into_iter().flat_map(
            |(resources, operator, peer)| [run("operator", resources, operator), run("peer", resources, peer)],
        );
        Report { machine, runs: runs.collect() }
    }

    #[test]
    fn a_figure_is_held_against_the_target_for_its_number_of_resources() {
        let text = sections(&report());
        assert!(text.contains("| at rest: resident, MiB |     10.0 | 32.0 |  0.31 |    10.7 | yes |"), "{text}");
        assert!(text.contains("| at rest: resident, MiB |     12.0 | 46.0 |  0.26 |    11.5 |  no |"), "{text}");
        assert!(text.contains("| at rest: resident, KiB    |     2.00 | 14.0 |"), "{text}");
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("performance.md");
        fs::write(&path, format!("before\n{BEGIN}old\n{END}after\n")).unwrap();
        write(&report(), &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&format!("before\n{BEGIN}\nMeasured on 2030-01-02")), "{text}");
        assert!(text.ends_with(&format!("{END}after\n")) && !text.contains("old"), "{text}");
        fs::write(&path, "nothing to replace").unwrap();
        assert!(write(&report(), &path).is_err());
    }
}
