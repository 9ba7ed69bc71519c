//! From resources that nobody looked at yet to all Ready, and what that took.

use super::Stage;
use crate::calls::Calls;
use crate::progress::{pause, step};
use crate::readiness::Readiness;
use crate::report::{Run, number};
use crate::subject::{Mode, Operator};

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<Operator> {
    let Stage { world, subject, fleet, resources, extent } = *stage;
    step("resources and Secrets are created", async |bar| fleet.create(0..resources, bar).await).await?;
    let mut readiness = Readiness::watch(world).await?;
    let before = Calls::so_far(world).await?;
    let api_server = world.api_server_cpu()?;

    let operator = world.operator(subject, Mode::default()).await?;
    let last = step("they become Ready", async |bar| readiness.until(resources, bar).await).await?;

    let each = number(resources as u64);
    run.note("existing to all Ready", "s", last.duration_since(operator.at).as_secs_f64());
    run.note("existing: resident, peak", "MiB", operator.memory()?.peak);
    run.note("existing: operator CPU for each", "ms", operator.cpu()? * 1000.0 / each);
    let api_server = world.api_server_cpu()? - api_server;
    run.note("existing: API server CPU for each", "ms", api_server * 1000.0 / each);
    let calls = Calls::so_far(world).await?.since(&before);
    run.note("existing: writes of the resource", "for each", number(calls.writes()) / each);
    calls.note("existing", each, run);

    pause("settling", extent.settling).await;
    let memory = operator.memory()?;
    run.note("at rest: resident", "MiB", memory.resident);
    run.note("at rest: private", "MiB", memory.private);
    Ok(operator)
}
