//! Two replicas: what a rolling upgrade sends, and how long nothing happens when the leader is killed while there is work.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use cognigy_sso_testkit::cognigy::Operation;

use super::Stage;
use super::settled::settled;
use crate::calls::Calls;
use crate::progress::step;
use crate::report::{Run, number};
use crate::subject::{Mode, Operator};

/// Between two rotations under load.
const PACE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(3);
const REPLICA: Mode<'_> = Mode { leader_elect: true, selector: None };

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let old = stage.world.operator(stage.subject, REPLICA).await?;
    step("a replica takes the lead", async |_| leads(stage, &old).await).await?;
    let new = stage.world.operator(stage.subject, REPLICA).await?;
    upgrade(stage, old, &new, run).await?;
    let other = stage.world.operator(stage.subject, REPLICA).await?;
    other.until_ready().await?;
    let load = load(stage);
    let measured = killed(stage, new, run);
    tokio::select! {
        done = measured => done?,
        failed = load => failed?,
    }
    settled(stage.world, &other).await?;
    other.stop().await
}

/// Who leads does what is asked for.
async fn leads(stage: &Stage<'_>, operator: &Operator) -> anyhow::Result<Instant> {
    let before = effects(stage);
    stage.fleet.rotate(0).await?;
    next_effect(stage, before).await?;
    settled(stage.world, operator).await
}

/// The new replica is there before the old one is told to go.
async fn upgrade(stage: &Stage<'_>, old: Operator, new: &Operator, run: &mut Run) -> anyhow::Result<()> {
    settled(stage.world, new).await?;
    let before = Calls::so_far(stage.world).await?;
    let began = Instant::now();
    old.stop().await?;
    let needless = async {
        settled(stage.world, new).await?;
        Ok(Calls::so_far(stage.world).await?.since(&before))
    };
    let calls = step("rolling upgrade", async |_| needless.await).await?;
    run.note("rolling upgrade: writes of resources", "in all", number(calls.writes()));
    run.note("rolling upgrade: outside calls", "in all", number(calls.outside_total()));
    let effects = effects(stage);
    stage.fleet.rotate(0).await?;
    let resumed = step("the new one leads", async |_| next_effect(stage, effects).await).await?;
    run.note("leader stopped to the next effect, at most", "s", resumed.duration_since(began).as_secs_f64());
    settled(stage.world, new).await.map(drop)
}

async fn killed(stage: &Stage<'_>, leader: Operator, run: &mut Run) -> anyhow::Result<()> {
    next_effect(stage, effects(stage) + 10).await.context("the leader under load")?;
    leader.kill().await?;
    let began = Instant::now();
    // What it had sent has arrived by now.
    tokio::time::sleep(PACE).await;
    let next = step("leader killed under load", async |_| next_effect(stage, effects(stage)).await).await?;
    run.note("leader killed under load to the next effect", "s", next.duration_since(began).as_secs_f64());
    Ok(())
}

/// Secrets that change, one after the other, for ever.
async fn load(stage: &Stage<'_>) -> anyhow::Result<()> {
    for turn in 0.. {
        stage.fleet.rotate(turn % stage.resources).await?;
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

fn effects(stage: &Stage<'_>) -> u64 {
    stage.world.cognigy.counts().get(&Operation::Configure).map_or(0, |count| count.effects)
}

async fn next_effect(stage: &Stage<'_>, before: u64) -> anyhow::Result<Instant> {
    let waiting = async {
        while effects(stage) <= before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Instant::now()
    };
    tokio::time::timeout(PATIENCE, waiting).await.context("nothing was configured any more")
}
