use std::time::Duration;

use anyhow::Context as _;
use cognigy_sso_testkit::cognigy::Operation;
use jiff::Timestamp;

use super::super::cluster::PATIENCE;
use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say("The provider gives Acme's client a new secret, and it is put into the same Secret.");
    stage.acme.change_secret()?;
    stage.provider.set_secret(stage.acme.client_id, &stage.acme.client_secret).await?;
    stage.cognigy.clear_calls();

    let secret = stage.acme.client_secret_ref;
    screen::command(&format!(r#"kubectl patch secret {secret} -p '{{"stringData":{{"clientSecret":"••••••••"}}}}'"#));
    let patched = Timestamp::now();
    stage.cluster.put_secret(secret, "clientSecret", &stage.acme.client_secret).await?;
    let applied = stage.cognigy.wait_for_call(|call| call.operation == Operation::Configure && call.effect, PATIENCE);
    let applied = screen::waiting("waiting for the new secret at Cognigy.AI", applied).await;
    applied.context("expected  POST identityprovider/configure with the new secret")?;
    stage.cluster.until("acme", "acme is Ready", Report::is_ready).await?;

    let calls = changes(stage);
    for call in &calls {
        let after = screen::spoken(Duration::try_from(call.began - patched)?);
        screen::output(&format!("{after:>7} later   {} {}", call.method, call.target));
    }
    screen::line("");
    let operations: Vec<_> = calls.iter().map(|call| call.operation).collect();
    verify(
        operations == [Operation::Reset, Operation::Configure],
        "An organization holds one configuration: it was reset, and at once configured again.",
        listed(&calls),
    )?;
    let configuration = configuration(stage).unwrap_or_default();
    let has_new_secret = configuration.get("idpClientSecret").is_some_and(|it| *it == *stage.acme.client_secret);
    verify(has_new_secret, "Cognigy.AI has the new secret now.", "another secret")
}
