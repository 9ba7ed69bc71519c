//! From the start of the program to its first watch and to ready, and what it holds when it has nothing to do.

use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::{Extent, rest};
use crate::progress::{pause, step};
use crate::report::{Run, number, quantile};
use crate::subject::{Mode, Operator, Subject};
use crate::world::World;

const PATIENCE: Duration = Duration::from_secs(30);

pub async fn measure(world: &World, subject: &Subject, extent: Extent, run: &mut Run) -> anyhow::Result<()> {
    let size =
        std::fs::metadata(subject.program()).with_context(|| format!("{} is no file", subject.program().display()))?;
    let (mut watches, mut readies) = (Vec::new(), Vec::new());
    step("starts", async |bar| {
        bar.set_length(extent.starts as u64);
        for _ in 0..extent.starts {
            let operator = world.operator(subject, Mode::default()).await?;
            readies.push(milliseconds(operator.until_ready().await?));
            watches.push(milliseconds(first_watch(world, &operator).await?));
            operator.stop().await?;
            bar.inc(1);
        }
        Ok(())
    })
    .await?;
    run.note("program", "MiB", number(size.len()) / f64::from(1 << 20));
    run.note("exec to first watch, p50", "ms", quantile(&watches, 0.5));
    run.note("exec to ready, p50", "ms", quantile(&readies, 0.5));
    at_rest(world, subject, extent, run).await
}

async fn at_rest(world: &World, subject: &Subject, extent: Extent, run: &mut Run) -> anyhow::Result<()> {
    let operator = world.operator(subject, Mode::default()).await?;
    operator.until_ready().await?;
    pause("settling", extent.settling).await;
    let memory = operator.memory()?;
    run.note("at rest: resident", "MiB", memory.resident);
    run.note("at rest: private", "MiB", memory.private);
    rest::measure(extent, &operator, run).await?;
    operator.stop().await
}

async fn first_watch(world: &World, operator: &Operator) -> anyhow::Result<Duration> {
    let looking = async {
        loop {
            let watches = world.watches()?;
            if let Some(watch) = watches.into_iter().filter(|watch| *watch >= operator.began).min() {
                return since(watch, operator.began);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.context("it never watched a resource")?
}

fn since(later: Timestamp, earlier: Timestamp) -> anyhow::Result<Duration> {
    Ok(later.duration_since(earlier).try_into()?)
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
