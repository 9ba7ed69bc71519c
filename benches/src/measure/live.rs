//! From creating a resource to Ready, one after the other, beside all others that are.

use std::time::Instant;

use super::Stage;
use super::start::milliseconds;
use crate::fleet::resource_name;
use crate::progress::step;
use crate::readiness::Readiness;
use crate::report::{Run, quantile};

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let mut readiness = Readiness::watch(stage.world).await?;
    let mut times = Vec::new();
    step("live ones", async |bar| {
        bar.set_length(stage.extent.live as u64);
        for number in stage.resources..stage.resources + stage.extent.live {
            stage.fleet.create_secrets(number).await?;
            let began = Instant::now();
            stage.fleet.create_resource(number).await?;
            let ready = readiness.of(&resource_name(number)).await?;
            times.push(milliseconds(ready.duration_since(began)));
            bar.inc(1);
        }
        Ok(())
    })
    .await?;
    run.note("created to Ready, p50", "ms", quantile(&times, 0.5));
    run.note("created to Ready, p99", "ms", quantile(&times, 0.99));
    Ok(())
}
