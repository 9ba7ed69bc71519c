use std::time::Instant;

use cognigy_sso_testkit::cognigy::Operation;

use super::super::company::EXAMPLE;
use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    retained(stage).await?;
    reset(stage).await?;
    taken_over(stage).await
}

async fn retained(stage: &Stage) -> anyhow::Result<()> {
    screen::say("Acme has the default, deletionPolicy: Retain. People can go on signing in.");
    let before = configuration(stage);
    stage.cognigy.clear_calls();
    delete(stage, "acme").await?;
    let calls = changes(stage);
    verify(calls.is_empty(), "Nothing was sent to Cognigy.AI.", listed(&calls))?;
    verify(before.is_some() && configuration(stage) == before, "The configuration is still in place.", "another one")
}

async fn reset(stage: &Stage) -> anyhow::Result<()> {
    screen::say("Globex has deletionPolicy: Reset. Its resource goes when its configuration is gone.");
    stage.cognigy.clear_calls();
    delete(stage, "globex").await?;
    let calls = changes(stage);
    let operations: Vec<_> = calls.iter().map(|call| call.operation).collect();
    verify(operations == [Operation::Reset], "Cognigy.AI was sent one reset.", listed(&calls))?;
    let left = stage.cognigy.configuration(stage.globex.organization);
    verify(left.is_none(), "The configuration is gone.", "it is still there")
}

async fn delete(stage: &Stage, name: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    stage.cluster.kubectl.show(&["delete", "idp", name]).await?;
    let took = screen::spoken(begun.elapsed());
    screen::line("");
    let gone = stage.cluster.resources().get_opt(name).await?.is_none();
    verify(gone, format!("The resource was gone in {took}, kubectl's own time included."), "it is still there")
}

async fn taken_over(stage: &Stage) -> anyhow::Result<()> {
    screen::say(
        "Acme is declared again. Its organization has a configuration that this new resource did not apply; since the login \
         URL leads to the same provider and client, adoptionPolicy: IfMatching lets the resource take it over.",
    );
    stage.cognigy.clear_calls();
    screen::command(&format!("kubectl apply -f {EXAMPLE}   # with the demo's URLs"));
    screen::output(&stage.cluster.kubectl.run(&["apply", "--filename", "-"], &stage.resource).await?);
    stage.cluster.until("acme", "acme is Ready", Report::is_ready).await?;
    stage.cluster.kubectl.show(&["get", "idp"]).await?;
    screen::line("");
    let calls = changes(stage);
    let operations: Vec<_> = calls.iter().map(|call| call.operation).collect();
    verify(
        operations == [Operation::Reset, Operation::Configure],
        "It was reset and configured again, and is the new resource's own now.",
        listed(&calls),
    )
}
