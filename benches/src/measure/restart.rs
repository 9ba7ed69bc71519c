//! What a restart costs when everything is Ready.

use super::Stage;
use super::settled::settled;
use crate::calls::Calls;
use crate::progress::{pause, step};
use crate::report::{Run, number};
use crate::subject::{Mode, Operator};

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<Operator> {
    let before = Calls::so_far(stage.world).await?;
    let operator = stage.world.operator(stage.subject, Mode::default()).await?;
    let last = step("restart", async |_| settled(stage.world, &operator).await).await?;
    let calls = Calls::so_far(stage.world).await?.since(&before);
    run.note("restart until settled", "s", last.duration_since(operator.at).as_secs_f64());
    run.note("restart: operator CPU", "s", operator.cpu()?);
    run.note("restart: writes of resources", "in all", number(calls.writes()));
    run.note("restart: outside calls", "in all", number(calls.outside_total()));
    run.note("restart: resident, peak", "MiB", operator.memory()?.peak);
    pause("settling", stage.extent.settling).await;
    run.note("restart: resident, at rest", "MiB", operator.memory()?.resident);
    Ok(operator)
}
