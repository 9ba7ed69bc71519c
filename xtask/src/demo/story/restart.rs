use std::time::Instant;

use super::super::company;
use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{listed, verify};

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say("The operator is told to end (SIGTERM) and started again.");
    let before = version(stage).await?;
    stage.cognigy.clear_calls();
    screen::line("");
    let end = stage.operator.stop().await?;
    verify(end.code == 0, format!("It ended by itself after {}, exit code 0.", screen::spoken(end.took)), end.code)?;
    let begun = Instant::now();
    stage.restart_operator().await?;
    screen::fact(format!("The new one was ready after {}.", screen::spoken(begun.elapsed())));

    screen::say("To see it at work, a second company signs in: globex, with deletionPolicy: Reset.");
    let globex = &stage.globex;
    stage.cluster.put_secret(globex.api_key_ref, "apiKey", &globex.api_key).await?;
    stage.cluster.put_secret(globex.client_secret_ref, "clientSecret", &globex.client_secret).await?;
    stage.cluster.create(&company::globex_resource(&stage.resource, globex)?).await?;
    stage.cluster.until("globex", "globex is Ready", Report::is_ready).await?;
    stage.cluster.kubectl.show(&["get", "idp"]).await?;
    screen::line("");

    let mut calls = stage.cognigy.calls();
    calls.retain(|call| call.subject.as_deref() == Some(stage.acme.organization));
    verify(calls.is_empty(), "For acme the restart sent nothing to Cognigy.AI.", listed(&calls))?;
    let after = version(stage).await?;
    verify(after == before, format!("And it wrote nothing: acme's resourceVersion is still {before}."), after)
}

async fn version(stage: &Stage) -> anyhow::Result<String> {
    Ok(stage.cluster.resources().get("acme").await?.metadata.resource_version.unwrap_or_default())
}
