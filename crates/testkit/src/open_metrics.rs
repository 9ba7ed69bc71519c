//! Reads what a server tells in `OpenMetrics` text, strictly: whatever is not as the specification has it is an error.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};

/// All that was told.
#[derive(Debug, Default)]
pub struct Exposition {
    /// The families, in their order.
    pub families: Vec<Family>,
}

/// One metric.
#[derive(Debug)]
pub struct Family {
    /// Its name, without the suffixes of its samples.
    pub name: String,
    /// `counter`, `gauge` and so on.
    pub kind: String,
    /// Its unit, if one is told.
    pub unit: Option<String>,
    /// What it tells.
    pub help: String,
    /// Its samples, in their order.
    pub samples: Vec<Sample>,
}

/// One value.
#[derive(Debug)]
pub struct Sample {
    /// Its name, with the suffix.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
}

impl Exposition {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is no `OpenMetrics` text.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let body = text.strip_suffix("# EOF\n").context("it does not end with # EOF")?;
        let mut exposition = Self::default();
        let mut seen = BTreeSet::new();
        for line in body.lines() {
            exposition.line(line).with_context(|| line.to_owned())?;
            let series = line.rsplit_once(' ').map_or(line, |(series, _)| series);
            ensure!(line.starts_with("# ") || seen.insert(series), "told twice: {line}");
        }
        let names: BTreeSet<_> = exposition.families.iter().map(|family| &family.name).collect();
        ensure!(names.len() == exposition.families.len(), "a family is told twice");
        Ok(exposition)
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        let Some(about) = line.strip_prefix("# ") else { return self.sample(line) };
        let mut words = about.splitn(3, ' ');
        let (Some(what), Some(name), Some(text)) = (words.next(), words.next(), words.next()) else {
            bail!("it tells nothing");
        };
        if what == "HELP" {
            let (name, help) = (name.to_owned(), text.to_owned());
            let (kind, unit, samples) = (String::new(), None, Vec::new());
            self.families.push(Family { name, kind, unit, help, samples });
            return Ok(());
        }
        let family = self.families.last_mut().filter(|family| family.name == name && family.samples.is_empty());
        let family = family.context("it is of no family that was begun")?;
        match what {
            "TYPE" => text.clone_into(&mut family.kind),
            "UNIT" => {
                ensure!(name.ends_with(&format!("_{text}")), "the unit is not in the name");
                family.unit = Some(text.to_owned());
            }
            _ => bail!("what is {what}?"),
        }
        Ok(())
    }

    fn sample(&mut self, line: &str) -> anyhow::Result<()> {
        let (series, value) = line.rsplit_once(' ').context("it has no value")?;
        let (name, labels) = match series.split_once('{') {
            Some((name, rest)) => (name, labels(rest.strip_suffix('}').context("its labels have no end")?)?),
            None => (series, BTreeMap::new()),
        };
        let family = self.families.last_mut().context("it is of no family")?;
        let suffix = name.strip_prefix(family.name.as_str()).context("it is of another family")?;
        let suffixes: &[&str] = match family.kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            kind => bail!("what is a {kind}?"),
        };
        ensure!(suffixes.contains(&suffix), "no {} has the suffix {suffix:?}", family.kind);
        family.samples.push(Sample { name: name.to_owned(), labels, value: value.parse()? });
        Ok(())
    }

    /// The family of this name.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// The samples of this name that have these labels, whatever others they have.
    pub fn samples<'a>(&'a self, name: &'a str, labels: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Sample> {
        let samples = self.families.iter().flat_map(|family| &family.samples);
        samples.filter(move |sample| sample.name == name && sample.has(labels))
    }

    /// The value of the one sample of this name with these labels; `None` where there is none or several.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut samples = self.samples(name, labels);
        let first = samples.next()?;
        samples.next().is_none().then_some(first.value)
    }
}

impl Sample {
    /// Has it these labels?
    #[must_use]
    pub fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(name, value)| self.labels.get(*name).is_some_and(|own| own == value))
    }
}

/// `name="value"` between commas, where `\` hides what follows.
fn labels(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").context("a label has no value")?;
        let (value, after) = quoted(after).context("a label's value has no end")?;
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        ensure!(!name.is_empty() && name.chars().all(is_name), "{name:?} is no label");
        ensure!(labels.insert(name.to_owned(), value).is_none(), "a label is there twice");
        rest = match after.strip_prefix(',') {
            Some(next) => next,
            None if after.is_empty() => after,
            None => bail!("what follows a label is no other"),
        };
    }
    Ok(labels)
}

/// The text up to a quotation mark, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(index + 1..)?)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                hidden @ ('\\' | '"') => value.push(hidden),
                _ => return None,
            },
            character => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# HELP calls_seconds Calls.\n# TYPE calls_seconds histogram\n# UNIT calls_seconds seconds\n\
                        calls_seconds_sum{a=\"x, y=\\\"z\\\\\",b=\"\"} 0.5\ncalls_seconds_bucket{le=\"+Inf\"} 2\n# EOF\n";

    #[test]
    fn families_and_samples_are_read() {
        let told = Exposition::parse(TEXT).unwrap();
        let family = told.family("calls_seconds").unwrap();
        assert_eq!(
            (family.kind.as_str(), family.unit.as_deref(), &*family.help),
            ("histogram", Some("seconds"), "Calls.")
        );
        assert_eq!(told.value("calls_seconds_sum", &[("a", "x, y=\"z\\"), ("b", "")]), Some(0.5));
        assert_eq!(told.value("calls_seconds_bucket", &[("le", "+Inf")]), Some(2.0));
        assert_eq!(told.value("calls_seconds_sum", &[("a", "x")]), None);
    }

    #[test]
    fn what_is_not_as_it_should_be_is_refused() {
        for (part, other) in [
            ("# EOF\n", ""),
            ("calls_seconds_sum", "calls_seconds"),
            ("calls_seconds_sum", "other_sum"),
            ("calls_seconds_bucket{le=\"+Inf\"} 2\n", "calls_seconds_bucket 1\ncalls_seconds_bucket 2\n"),
            ("} 0.5", "} much"),
            ("b=\"\"", "b="),
            ("b=\"\"", "b=\"\"c"),
            ("b=\"\"", "a=\"\""),
            ("b=\"\"", "b-c=\"\""),
            ("UNIT calls_seconds seconds", "UNIT calls_seconds bytes"),
            ("TYPE calls_seconds", "TYPE other"),
            ("histogram", "summary"),
        ] {
            assert!(Exposition::parse(&TEXT.replacen(part, other, 1)).is_err(), "{part}: {other}");
        }
    }
}
