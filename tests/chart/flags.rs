//! The chart and the program agree about flags.

use std::collections::BTreeSet;

use clap::{CommandFactory, Parser};
use cognigy_sso_operator::cli::Cli;
use serde_json::{Value, json};

use crate::helm::{render, with};
use crate::manifests::texts;

/// Flags without a value of the chart: the lease is always in the release's namespace, which the pod knows.
const FIXED: [&str; 2] = ["help", "lease-namespace"];

/// Values that between them give every flag.
fn modes() -> [Value; 2] {
    let all = json!({
        "watchNamespaces": ["a", "b"],
        "secretNames": ["x", "y"],
        "configMapNames": ["z"],
        "selector": "shard in (a, b)",
        "secretSelector": "sso.cognigy.ai/use=true",
        "cognigyHosts": ["*.example.com", "a.example.org"],
        "allowNetworks": ["10.0.0.0/8", "fd00::/8"],
        "denyPrivateNetworks": true,
        "extraCa": { "configMap": { "name": "x" }, "secret": { "name": "y" } },
        "bindAddress": "::",
        "otlp": { "endpoint": "http://collector:4318" },
        "log": { "format": "pretty", "filter": "info,cognigy_sso_operator=debug" },
    });
    [all, json!({ "leaderElection": { "enabled": false } })]
}

fn parses(arguments: &[&str]) {
    let whole = [&["cognigy-sso-operator"], arguments].concat();
    Cli::try_parse_from(&whole).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
}

#[tokio::test]
async fn the_program_understands_what_the_chart_tells_it() {
    parses(&render(&with(json!({}))).await.unwrap().arguments());
    for values in modes() {
        let manifests = render(&with(values)).await.unwrap();
        parses(&manifests.arguments());
        parses(&texts(&manifests.get("Pod/-check")["spec"]["containers"][0]["args"]));
    }
}

#[tokio::test]
async fn every_flag_has_a_value() {
    let mut given = BTreeSet::from(FIXED.map(str::to_owned));
    for values in modes() {
        let manifests = render(&with(values)).await.unwrap();
        let flags = manifests.arguments().into_iter().filter_map(|argument| argument.strip_prefix("--"));
        given.extend(flags.map(|flag| flag.split('=').next().unwrap().to_owned()));
    }
    let mut command = Cli::command();
    command.build();
    let run = command.find_subcommand("run").unwrap();
    let flags = run.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned);
    assert_eq!(flags.collect::<BTreeSet<_>>(), given);
}
