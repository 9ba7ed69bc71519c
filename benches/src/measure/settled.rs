//! When an operator has done what it had to do.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::calls::outside_total;
use crate::subject::Operator;
use crate::world::World;

/// Between two looks.
const GLANCE: Duration = Duration::from_millis(20);
/// What of the time between two looks it may take of a processor and count as idle. This operator reads resources that rest once
/// more after a start, one every 60 ms, which is no work that anybody waits for.
const IDLE: f64 = 0.1;
/// Without work for so long, there is none.
const QUIET: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_mins(5);

/// Waits until for a second it has neither called anybody outside nor worked, and says when it did last.
pub(super) async fn settled(world: &World, operator: &Operator) -> anyhow::Result<Instant> {
    operator.until_ready().await?;
    let began = Instant::now();
    let mut last_work = began;
    let mut before = (began, operator.cpu()?, outside_total(world));
    while last_work.elapsed() < QUIET {
        ensure!(began.elapsed() < PATIENCE, "it does not come to rest");
        tokio::time::sleep(GLANCE).await;
        let now = (Instant::now(), operator.cpu()?, outside_total(world));
        let share = (now.1 - before.1) / (now.0 - before.0).as_secs_f64();
        if share > IDLE || now.2 > before.2 {
            last_work = now.0;
        }
        before = now;
    }
    Ok(last_work)
}
