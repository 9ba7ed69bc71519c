//! Deletion of everything, with a reset for each.

use std::time::Instant;

use super::Stage;
use super::settled::settled;
use crate::progress::step;
use crate::readiness::Readiness;
use crate::report::Run;
use crate::subject::Mode;

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let all = 0..stage.resources + stage.extent.live;
    let operator = stage.world.operator(stage.subject, Mode::default()).await?;
    settled(stage.world, &operator).await?;
    step("they shall be reset on deletion", async |bar| {
        stage.fleet.reset_on_deletion(all, bar).await?;
        settled(stage.world, &operator).await
    })
    .await?;
    let mut readiness = Readiness::watch(stage.world).await?;
    let began = Instant::now();
    step("deletion", async |bar| {
        let (deleted, gone) = tokio::join!(stage.fleet.delete(), readiness.until_none(bar));
        deleted.and(gone)
    })
    .await?;
    run.note("deletion of all with reset", "s", began.elapsed().as_secs_f64());
    operator.stop().await
}
