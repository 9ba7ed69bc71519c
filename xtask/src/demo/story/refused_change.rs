use cognigy_sso_api::{ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::server::{Fault, Plan};
use serde_json::json;

use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

const REFUSAL: &str = r#"{"status":400,"code":1005,"traceId":"demo-4711"}"#;
const TOLD: [ConditionType; 3] = [ConditionType::Ready, ConditionType::Configured, ConditionType::Stalled];

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say(
        "A scope is added, and Cognigy.AI refuses the new configuration: after the reset, as luck would have it.",
    );
    let before = configuration(stage);
    stage.cognigy.clear_calls();
    stage.cognigy.install(Plan::on(Operation::Configure, [Fault::says(400, REFUSAL)]));
    write(stage, json!(["groups"])).await?;
    let resource = stage
        .cluster
        .until("acme", "Configured is False, reason RolledBack", |resource| {
            resource.lacks(ConditionType::Configured, Reason::RolledBack)
        })
        .await?;
    screen::conditions(resource.conditions(&TOLD));
    for call in changes(stage) {
        screen::output(&format!("{}   {} {}", call.status.unwrap_or_default(), call.method, call.target));
    }
    screen::line("");
    verify(
        before.is_some() && configuration(stage) == before,
        "The former configuration was put back at once.",
        "another",
    )?;

    screen::say("The scope is taken out again.");
    stage.cognigy.clear_calls();
    write(stage, json!([])).await?;
    stage.cluster.until("acme", "acme is Ready again", Report::is_ready).await?;
    let calls = changes(stage);
    verify(calls.is_empty(), "Back to what is in force: Cognigy.AI was sent no change.", listed(&calls))
}

async fn write(stage: &Stage, scopes: serde_json::Value) -> anyhow::Result<()> {
    let patch = json!({ "spec": { "oidc": { "additionalScopes": scopes } } }).to_string();
    stage.cluster.kubectl.show(&["patch", "idp", "acme", "--type", "merge", "-p", &patch]).await
}
