use std::time::Instant;

use cognigy_sso_api::ConditionStatus::{True, Unknown};
use cognigy_sso_api::{ConditionType, RECONCILE_REQUESTED_AT};
use jiff::Timestamp;

use super::super::report::Report as _;
use super::super::screen;
use super::super::stage::Stage;
use super::{changes, listed, verify};

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say(
        "The provider cuts every connection. A check is asked for now, instead of waiting for the next interval.",
    );
    stage.cognigy.clear_calls();
    stage.provider.set_outage(true).await?;
    let request = format!("{RECONCILE_REQUESTED_AT}={:.0}", Timestamp::now());
    stage.cluster.kubectl.show(&["annotate", "idp", "acme", "--overwrite", &request]).await?;
    let resource = stage
        .cluster
        .until("acme", "IssuerVerified is Unknown", |resource| resource.is(ConditionType::IssuerVerified, Unknown))
        .await?;
    screen::conditions(resource.conditions(&[ConditionType::Ready, ConditionType::IssuerVerified]));
    let message = resource.message(ConditionType::Ready);
    let stays = resource.is_ready() && message.contains("since");
    verify(stays, "An outage takes no working sign-on away: Ready stays True, and says since when.", message)?;

    screen::say("The provider is back. The operator tries again by itself.");
    stage.provider.set_outage(false).await?;
    let back = Instant::now();
    let recovered = stage
        .cluster
        .until("acme", "IssuerVerified is True again", |resource| resource.is(ConditionType::IssuerVerified, True))
        .await?;
    screen::conditions(recovered.conditions(&[ConditionType::Ready, ConditionType::IssuerVerified]));
    screen::fact(format!("It noticed {} after the provider was back.", screen::spoken(back.elapsed())));
    let calls = changes(stage);
    verify(calls.is_empty(), "Cognigy.AI was sent no change.", listed(&calls))
}
