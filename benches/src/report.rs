//! Figures, as a table for people and as JSON for whoever compares.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// All that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// On what.
    pub machine: Machine,
    /// Subjects one after the other, each with each number of resources.
    pub runs: Vec<Run>,
}

/// Where it was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// The day, as ISO 8601 has it.
    pub date: String,
    /// The processor's own name.
    pub processor: String,
    /// How many of its cores could be used.
    pub cores: usize,
    /// The system's name and version.
    pub system: String,
    /// The API server's version.
    pub kubernetes: String,
}

/// One subject with one number of resources.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The subject's name.
    pub subject: String,
    /// How many resources there were.
    pub resources: usize,
    /// How many issuers they shared.
    pub issuers: usize,
    /// What was measured, in the order of measuring.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub measure: String,
    /// Its unit.
    pub unit: String,
    /// How much it was.
    pub value: f64,
}

impl Run {
    /// A run in which nothing was measured yet.
    #[must_use]
    pub fn new(subject: &str, resources: usize, issuers: usize) -> Self {
        Self { subject: subject.to_owned(), resources, issuers, figures: Vec::new() }
    }

    /// Enters a figure.
    pub fn note(&mut self, measure: impl Into<String>, unit: &str, value: f64) {
        self.figures.push(Figure { measure: measure.into(), unit: unit.to_owned(), value });
    }

    /// This run with the medians of these.
    fn median_of(&self, rounds: &[&Self]) -> Self {
        let median = |figure: &Figure| {
            let values: Vec<f64> = rounds.iter().filter_map(|run| run.value(&figure.measure)).collect();
            Figure { value: quantile(&values, 0.5), ..figure.clone() }
        };
        Self { figures: self.figures.iter().map(median).collect(), ..self.clone() }
    }

    /// What a measure gave, if it was taken.
    #[must_use]
    pub fn value(&self, measure: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.measure == measure).map(|figure| figure.value)
    }
}

impl Report {
    /// One run for each subject and number of resources, with the medians of what was measured more than once.
    #[must_use]
    pub fn medians(&self) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for run in &self.runs {
            let is_same = |other: &&Run| other.subject == run.subject && other.resources == run.resources;
            if !runs.iter().any(|known| is_same(&known)) {
                runs.push(run.median_of(&self.runs.iter().filter(is_same).collect::<Vec<_>>()));
            }
        }
        Self { runs, machine: self.machine.clone() }
    }

    /// All measures that any run took, with their units, in the order in which they were first taken.
    #[must_use]
    pub fn measures(&self) -> Vec<(&str, &str)> {
        let mut measures: Vec<(&str, &str)> = Vec::new();
        for figure in self.runs.iter().flat_map(|run| &run.figures) {
            if !measures.iter().any(|(measure, _)| *measure == figure.measure) {
                measures.push((&figure.measure, &figure.unit));
            }
        }
        measures
    }

    /// A row for each measure, a column for each run, in Markdown.
    #[must_use]
    pub fn table(&self) -> String {
        let mut rows = vec![self.heading()];
        for (measure, unit) in self.measures() {
            let values = self.runs.iter().map(|run| run.value(measure).map_or_else(String::new, shown));
            rows.push([format!("{measure}, {unit}")].into_iter().chain(values).collect());
        }
        aligned(&rows)
    }

    fn heading(&self) -> Vec<String> {
        let runs = self.runs.iter().map(|run| format!("{} {}", run.subject, run.resources));
        ["measure".to_owned()].into_iter().chain(runs).collect()
    }
}

/// Three digits that count.
#[must_use]
pub fn shown(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        0.0..1.0 => format!("{value:.3}"),
        1.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A table in Markdown, its columns as wide as their widest cell, all but the first to the right.
#[must_use]
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column| rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0).max(2);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (column, width) in widths.iter().enumerate() {
            let cell = cell(row, column);
            let _infallible = match column {
                0 => write!(text, "| {cell:<width$} |"),
                _ => write!(text, " {cell:>width$} |"),
            };
        }
        text.push('\n');
        if number == 0 {
            text.push_str(&rule(&widths));
        }
    }
    text
}

fn rule(widths: &[usize]) -> String {
    let cell = |(column, width): (usize, &usize)| match column {
        0 => format!("|{}|", "-".repeat(width + 2)),
        _ => format!("{}:|", "-".repeat(width + 1)),
    };
    widths.iter().enumerate().map(cell).chain(["\n".to_owned()]).collect()
}

/// The value that `share` of them are not above: 0.5 for the median. 0 where there are none.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank")]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied().unwrap_or(0.0)
}

/// A count, to calculate with.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        for (share, expected) in [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert!((quantile(&values, share) - expected).abs() < f64::EPSILON, "{share}");
        }
        assert!(quantile(&[], 0.5).abs() < f64::EPSILON);
    }

    fn report(runs: Vec<Run>) -> Report {
        let [date, processor, system, kubernetes] = [(); 4].map(|()| String::new());
        Report { machine: Machine { date, processor, cores: 2, system, kubernetes }, runs }
    }

    #[test]
    fn what_was_measured_in_rounds_is_told_by_its_medians() {
        let run = |subject, value| {
            let mut run = Run::new(subject, 10, 1);
            run.note("restart", "s", value);
            run
        };
        let runs = vec![run("ours", 3.0), run("peer", 9.0), run("ours", 1.0), run("peer", 7.0), run("ours", 2.0)];
        let runs = report(runs).medians().runs;
        let told: Vec<_> = runs.iter().map(|run| (run.subject.as_str(), run.figures[0].value)).collect();
        assert_eq!(told, [("ours", 2.0), ("peer", 7.0)]);
    }

    #[test]
    fn a_measure_that_one_run_took_leaves_the_others_cell_empty() {
        let mut first = Run::new("ours", 10, 1);
        first.note("resident", "MiB", 12.345);
        let mut second = Run::new("peer", 10, 1);
        second.note("resident", "MiB", 123.4);
        second.note("restart", "s", 0.0);
        let expected = "\
| measure       | ours 10 | peer 10 |
|---------------|--------:|--------:|
| resident, MiB |    12.3 |     123 |
| restart, s    |         |       0 |
";
        assert_eq!(report(vec![first, second]).table(), expected);
    }
}
