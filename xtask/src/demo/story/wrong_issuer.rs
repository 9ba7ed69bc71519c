use cognigy_sso_api::{ConditionType, Reason};
use serde_json::json;

use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

/// What tells the story of a refusal.
const TOLD: [ConditionType; 4] =
    [ConditionType::Ready, ConditionType::IssuerVerified, ConditionType::Configured, ConditionType::Stalled];

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    let right = stage.provider.issuer().to_owned();
    let before = configuration(stage);
    stage.cognigy.clear_calls();

    screen::say("One slash too many: an issuer is compared byte for byte.");
    let message = refused(stage, &format!("{right}/"), Reason::IssuerMismatch, &TOLD).await?;
    verify(message.ends_with(&format!("set spec.oidc.issuer to {right}")), "The message says what to write.", message)?;

    screen::say("And a realm that does not exist:");
    refused(stage, &format!("{right}/realms/stuff"), Reason::DiscoveryNotFound, &[ConditionType::IssuerVerified])
        .await?;
    verify(
        before.is_some() && configuration(stage) == before,
        "The working configuration is still in place.",
        "another",
    )?;

    screen::say("Mended, it is Ready again.");
    write(stage, &right).await?;
    stage.cluster.until("acme", "acme is Ready again", Report::is_ready).await?;
    stage.cluster.kubectl.show(&["get", "idp"]).await?;
    screen::line("");
    let calls = changes(stage);
    verify(calls.is_empty(), "In all of this Cognigy.AI was sent no change.", listed(&calls))
}

/// Writes an issuer that must be refused, and answers with the message that says so.
async fn refused(stage: &Stage, issuer: &str, reason: Reason, told: &[ConditionType]) -> anyhow::Result<String> {
    write(stage, issuer).await?;
    let expected = format!("IssuerVerified is False, reason {reason}");
    let resource = stage
        .cluster
        .until("acme", &expected, |resource| {
            resource.lacks(ConditionType::IssuerVerified, reason) && resource.lacks(ConditionType::Ready, reason)
        })
        .await?;
    screen::conditions(resource.conditions(told));
    Ok(resource.message(ConditionType::IssuerVerified).to_owned())
}

async fn write(stage: &Stage, issuer: &str) -> anyhow::Result<()> {
    let patch = json!({ "spec": { "oidc": { "issuer": issuer } } }).to_string();
    stage.cluster.kubectl.show(&["patch", "idp", "acme", "--type", "merge", "-p", &patch]).await
}
