use std::time::Duration;

use k8s_openapi::api::events::v1::Event;
use kube::Api;
use kube::api::ListParams;

use super::super::cluster::PATIENCE;
use super::super::screen;
use super::super::stage::Stage;
use super::verify;

/// All that happened: one event for each happening, none for a retry.
const HAPPENED: [&str; 12] = [
    "acme Configured",
    "acme Configured",
    "acme VerificationFailed",
    "acme VerificationFailed",
    "acme VerificationFailed",
    "acme RolledBack",
    "acme DriftDetected",
    "acme DriftCorrected",
    "globex Configured",
    "globex Reset",
    "acme Adopted",
    "acme Configured",
];
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(50);

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    let complete = tokio::time::timeout(PATIENCE, until_complete(stage));
    // What came instead is said below.
    let _ = screen::waiting("waiting for the last event", complete).await;
    stage.cluster.kubectl.show(&["events"]).await?;
    screen::line("");
    let found = found(stage).await?;
    verify(found == HAPPENED, "One event for each happening, and none for a retry.", found.join(", "))
}

async fn until_complete(stage: &Stage) -> anyhow::Result<()> {
    while found(stage).await?.len() < HAPPENED.len() {
        tokio::time::sleep(GLANCE).await;
    }
    Ok(())
}

/// The events so far, oldest first.
async fn found(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let api = Api::<Event>::default_namespaced(stage.cluster.client.clone());
    let mut events = api.list(&ListParams::default()).await?.items;
    events.sort_by_key(|event| event.event_time.clone());
    Ok(events.into_iter().map(|event| named(&event)).collect())
}

fn named(event: &Event) -> String {
    let resource = event.regarding.as_ref().and_then(|regarding| regarding.name.as_deref()).unwrap_or_default();
    format!("{resource} {}", event.reason.as_deref().unwrap_or_default())
}
