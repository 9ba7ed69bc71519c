//! What the demo shows, step by step.

mod deletion;
mod events;
mod late_secret;
mod outage;
mod refused_change;
mod restart;
mod rotation;
mod stranger;
mod wrong_issuer;
mod wrong_secret;

use std::fmt::Display;
use std::future::Future;

use anyhow::{Context as _, bail};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::Call;
use serde_json::Value;

use super::screen;
use super::stage::Stage;

/// Shows all steps. The first that does not happen as it should ends it.
pub async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    step(1, "A resource comes before its Secret", late_secret::show(stage)).await?;
    step(2, "The client secret is rotated", rotation::show(stage)).await?;
    step(3, "Somebody writes a wrong issuer", wrong_issuer::show(stage)).await?;
    step(4, "Somebody puts in a secret that the provider does not know", wrong_secret::show(stage)).await?;
    step(5, "Cognigy.AI refuses a change", refused_change::show(stage)).await?;
    step(6, "Somebody changes it behind the operator's back", stranger::show(stage)).await?;
    step(7, "The provider is down for a while", outage::show(stage)).await?;
    step(8, "The operator is restarted", restart::show(stage)).await?;
    step(9, "Resources are deleted", deletion::show(stage)).await?;
    step(10, "What it looked like in events", events::show(stage)).await
}

async fn step(number: usize, title: &str, work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    screen::heading(number, title);
    work.await.with_context(|| format!("Step {number} ({title})"))
}

/// Says what is true; where it is not, the demo has failed.
fn verify(holds: bool, statement: impl Display, seen: impl Display) -> anyhow::Result<()> {
    if !holds {
        bail!("expected  {statement}\nseen      {seen}");
    }
    screen::fact(statement);
    Ok(())
}

/// Acme's configuration at Cognigy.AI.
fn configuration(stage: &Stage) -> Option<Value> {
    stage.cognigy.configuration(stage.acme.organization)
}

/// What changed something at Cognigy.AI, or tried to, since the calls were last forgotten.
fn changes(stage: &Stage) -> Vec<Call<Operation>> {
    let mut calls = stage.cognigy.calls();
    calls.retain(|call| matches!(call.operation, Operation::Configure | Operation::Reset));
    calls
}

/// A list for people.
fn listed(calls: &[Call<Operation>]) -> String {
    let names: Vec<_> = calls.iter().map(|call| format!("{} {}", call.method, call.target)).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
