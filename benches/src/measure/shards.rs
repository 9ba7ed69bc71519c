//! Two deployments that share the resources by their labels.

use futures::future::try_join_all;

use super::Stage;
use crate::fleet::SHARDS;
use crate::progress::{pause, step};
use crate::readiness::Readiness;
use crate::report::Run;
use crate::subject::{Mode, Operator};

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let Stage { world, fleet, resources, extent, .. } = *stage;
    // As when they were first made Ready: what an organization has, or has lost a moment ago, each shard would ask about.
    fleet.forget(0..resources);
    step("resources are created again", async |bar| fleet.create_again(0..resources, bar).await).await?;
    let mut readiness = Readiness::watch(world).await?;
    let operators = try_join_all(SHARDS.map(|shard| shard_of(stage, shard))).await?;
    let last = step("two shards make them Ready", async |bar| readiness.until(resources, bar).await).await?;
    let began = operators.iter().map(|operator| operator.at).min().unwrap_or(last);
    run.note("two shards: existing to all Ready", "s", last.duration_since(began).as_secs_f64());
    pause("settling", extent.settling).await;
    for (shard, operator) in SHARDS.iter().zip(&operators) {
        run.note(format!("two shards: resident, shard {shard}"), "MiB", operator.memory()?.resident);
    }
    try_join_all(operators.into_iter().map(Operator::stop)).await?;
    Ok(())
}

async fn shard_of(stage: &Stage<'_>, shard: &str) -> anyhow::Result<Operator> {
    let selector = format!("shard={shard}");
    stage.world.operator(stage.subject, Mode { leader_elect: false, selector: Some(&selector) }).await
}
