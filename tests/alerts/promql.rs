//! What a query asks for, by Prometheus' own parser.

use std::io::Write;
use std::process::{Command, Stdio};

use cognigy_sso_testkit::tool::Tool;
use serde::Deserialize;

/// What one query asks for.
#[derive(Deserialize)]
pub struct Query {
    /// Why it cannot be read.
    pub fault: Option<String>,
    /// The series that it reads.
    pub selectors: Vec<Selector>,
    /// The labels that it groups or joins by.
    pub groupings: Vec<Grouping>,
}

#[derive(Deserialize)]
pub struct Selector {
    pub metric: String,
    pub matchers: Vec<Matcher>,
}

#[derive(Deserialize)]
pub struct Matcher {
    pub label: String,
    pub op: String,
    pub value: String,
}

/// Labels, and the metrics that are to have them.
#[derive(Deserialize)]
pub struct Grouping {
    pub labels: Vec<String>,
    pub metrics: Vec<String>,
}

/// Reads queries: as many answers, in their order.
pub async fn read(queries: &[String]) -> Vec<Query> {
    let mut command = Command::new(Tool::Promql.obtain().await.unwrap());
    let mut reader = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(&serde_json::to_vec(queries).unwrap()).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let answers: Vec<Query> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), queries.len());
    answers
}
