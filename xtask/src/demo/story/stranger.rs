use anyhow::Context as _;
use cognigy_sso_api::ConditionStatus::True;
use cognigy_sso_api::{ConditionType, RECONCILE_REQUESTED_AT};
use cognigy_sso_testkit::cognigy::Operation;
use jiff::Timestamp;

use super::super::cluster::PATIENCE;
use super::super::report::Report as _;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, configuration, listed, verify};

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say(
        "Somebody configures the organization by hand, for another client. Nothing tells of it but an audit event.",
    );
    let before = configuration(stage).context("expected  a configuration at Cognigy.AI")?;
    let mut theirs = before.clone();
    if let Some(client) = theirs.get_mut("idpClientId") {
        *client = "by-hand".into();
    }
    stage.cognigy.clear_calls();
    stage.cognigy.configure_as_stranger(stage.acme.organization, theirs);

    let request = format!("{RECONCILE_REQUESTED_AT}=somebody-{:.0}", Timestamp::now());
    stage.cluster.kubectl.show(&["annotate", "idp", "acme", "--overwrite", &request]).await?;
    let corrected = stage.cognigy.wait_for_call(|call| call.operation == Operation::Configure && call.effect, PATIENCE);
    screen::waiting("waiting for the correction", corrected).await.context("expected  a correction")?;
    let resource = stage
        .cluster
        .until("acme", "InSync is True again", |resource| {
            resource.is_ready() && resource.is(ConditionType::InSync, True)
        })
        .await?;
    screen::conditions(resource.conditions(&[ConditionType::Ready, ConditionType::InSync]));
    let calls = changes(stage);
    verify(
        configuration(stage).as_ref() == Some(&before),
        "After the checks the declared configuration was applied again (driftPolicy: Correct).",
        listed(&calls),
    )
}
