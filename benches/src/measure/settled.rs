//! When an operator has done what it had to do.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::calls::outside_total;
use crate::subject::Operator;
use crate::world::World;

/// Between two looks.
const GLANCE: Duration = Duration::from_millis(20);
/// More processor time than this between two looks is work, in seconds.
const IDLE: f64 = 0.001;
/// Without work for so long, there is none.
const QUIET: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_mins(5);

/// Waits until for a second it has neither called anybody outside nor worked, and says when it did last.
pub(super) async fn settled(world: &World, operator: &Operator) -> anyhow::Result<Instant> {
    operator.until_ready().await?;
    let began = Instant::now();
    let mut last_work = began;
    let mut before = (operator.cpu()?, outside_total(world));
    while last_work.elapsed() < QUIET {
        ensure!(began.elapsed() < PATIENCE, "it does not come to rest");
        tokio::time::sleep(GLANCE).await;
        let now = (operator.cpu()?, outside_total(world));
        if now.0 - before.0 > IDLE || now.1 > before.1 {
            last_work = Instant::now();
        }
        before = now;
    }
    Ok(last_work)
}
