//! The schema of the values, as far as it tells what a reader wants to know. Members stay in the order they are written in.

use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Schema {
    properties: IndexMap<String, Property>,
}

/// One value, or a group of values where it has properties.
#[derive(Debug, Deserialize)]
pub struct Property {
    description: String,
    /// Absent where the chart has none: the value belongs to a parent chart.
    #[serde(default, deserialize_with = "present")]
    pub default: Option<Default>,
    #[serde(default, rename = "enum")]
    choices: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    pub properties: IndexMap<String, Property>,
}

/// A default. Values of the schema are small, and none is a fraction.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Default {
    Switch(bool),
    Number(i64),
    Text(String),
    List(Vec<Default>),
    Map(IndexMap<String, Default>),
}

/// `null` would be a default, and no member is none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Default>, D::Error> {
    Default::deserialize(deserializer).map(Some)
}

impl Schema {
    /// The values that the chart reads, in order.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Property)> {
        read_by_the_chart(&self.properties)
    }
}

impl Property {
    /// The values of this group, in order.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Property)> {
        read_by_the_chart(&self.properties)
    }

    /// What it is, what it may be, and what it might be.
    pub fn said(&self) -> String {
        let listed = |words: &str, values: &[String]| {
            let quoted: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            if quoted.is_empty() { String::new() } else { format!(" {words} {}.", quoted.join(", ")) }
        };
        let (choices, examples) = (listed("One of", &self.choices), listed("For example", &self.examples));
        format!("{}{choices}{examples}", self.description)
    }
}

fn read_by_the_chart(properties: &IndexMap<String, Property>) -> impl Iterator<Item = (&str, &Property)> {
    let read = properties.iter().filter(|(_, value)| value.default.is_some() || !value.properties.is_empty());
    read.map(|(name, value)| (name.as_str(), value))
}
