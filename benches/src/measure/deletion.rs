//! Deletion of everything: with a reset for each, and with nothing to be done.

use std::time::Instant;

use super::Stage;
use super::settled::settled;
use crate::calls::Calls;
use crate::progress::step;
use crate::readiness::Readiness;
use crate::report::{Run, number};
use crate::subject::{Mode, Operator};

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let Stage { world, fleet, .. } = *stage;
    let number_of_all = stage.resources + stage.extent.live;
    let operator = world.operator(stage.subject, Mode::default()).await?;
    settled(world, &operator).await?;
    step("they shall be reset on deletion", async |bar| {
        fleet.reset_on_deletion(0..number_of_all, bar).await?;
        settled(world, &operator).await
    })
    .await?;
    let (before, api_server, cpu) = (Calls::so_far(world).await?, world.api_server_cpu()?, operator.cpu()?);
    run.note("deletion of all with reset", "s", delete(stage).await?);
    let each = number(number_of_all as u64);
    run.note("deletion: operator CPU for each", "ms", (operator.cpu()? - cpu) * 1000.0 / each);
    run.note("deletion: API server CPU for each", "ms", (world.api_server_cpu()? - api_server) * 1000.0 / each);
    Calls::so_far(world).await?.since(&before).note("deletion", each, run);
    retained(stage, &operator, run).await?;
    operator.stop().await
}

/// The policy that a resource has unless it says otherwise.
async fn retained(stage: &Stage<'_>, operator: &Operator, run: &mut Run) -> anyhow::Result<()> {
    let Stage { world, fleet, resources, .. } = *stage;
    let mut readiness = Readiness::watch(world).await?;
    step("resources are created again", async |bar| fleet.create_again(0..resources, bar).await).await?;
    step("they become Ready", async |bar| readiness.until(resources, bar).await).await?;
    settled(world, operator).await?;
    run.note("deletion of all with Retain", "s", delete(stage).await?);
    Ok(())
}

/// Deletes all, and answers with how long that took, in seconds.
async fn delete(stage: &Stage<'_>) -> anyhow::Result<f64> {
    let mut readiness = Readiness::watch(stage.world).await?;
    let began = Instant::now();
    step("deletion", async |bar| {
        let (deleted, gone) = tokio::join!(stage.fleet.delete(), readiness.until_none(bar));
        deleted.and(gone)
    })
    .await?;
    Ok(began.elapsed().as_secs_f64())
}
