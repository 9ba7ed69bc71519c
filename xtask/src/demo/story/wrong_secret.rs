use cognigy_sso_api::{ConditionType, Reason};

use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

const TOLD: [ConditionType; 3] = [ConditionType::Ready, ConditionType::ClientVerified, ConditionType::Configured];

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    let (before, right) = (configuration(stage), stage.acme.client_secret.clone());
    stage.cognigy.clear_calls();

    screen::say(
        "A rotation that was forgotten at the provider: people would be locked out as soon as it reached Cognigy.AI.",
    );
    put(stage, "a-secret-of-yesterday").await?;
    let expected = "ClientVerified is False, reason ClientSecretRefused";
    let resource = stage
        .cluster
        .until("acme", expected, |resource| {
            resource.lacks(ConditionType::ClientVerified, Reason::ClientSecretRefused)
                && resource.lacks(ConditionType::Ready, Reason::ClientSecretRefused)
        })
        .await?;
    screen::conditions(resource.conditions(&TOLD));
    let calls = changes(stage);
    verify(calls.is_empty(), "Cognigy.AI was sent no change.", listed(&calls))?;
    verify(
        before.is_some() && configuration(stage) == before,
        "The working configuration is still in place.",
        "another",
    )?;

    screen::say("With the right secret it is Ready again.");
    put(stage, &right).await?;
    stage.cluster.until("acme", "acme is Ready again", Report::is_ready).await?;
    let calls = changes(stage);
    verify(calls.is_empty(), "It is the one that is in force: nothing had to be sent.", listed(&calls))
}

async fn put(stage: &Stage, secret: &str) -> anyhow::Result<()> {
    let name = stage.acme.client_secret_ref;
    screen::command(&format!(r#"kubectl patch secret {name} -p '{{"stringData":{{"clientSecret":"••••••••"}}}}'"#));
    stage.cluster.put_secret(name, "clientSecret", secret).await
}
