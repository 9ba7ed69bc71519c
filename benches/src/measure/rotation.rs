//! From a patch of a client Secret to the call that configures it.

use std::time::Duration;

use cognigy_sso_testkit::cognigy::Operation;
use jiff::Timestamp;

use super::Stage;
use super::start::milliseconds;
use crate::fleet::organization;
use crate::progress::step;
use crate::report::{Run, quantile};

/// Long enough for what the last one left to do.
const BETWEEN: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn measure(stage: &Stage<'_>, run: &mut Run) -> anyhow::Result<()> {
    let cognigy = &stage.world.cognigy;
    cognigy.keep_counts_only(false);
    let mut times = Vec::new();
    step("rotations", async |bar| {
        bar.set_length(stage.extent.live as u64);
        for turn in 0..stage.extent.live {
            let number = turn % stage.resources;
            cognigy.clear_calls();
            let began = Timestamp::now();
            stage.fleet.rotate(number).await?;
            let configured = cognigy.wait_for_call(
                |call| {
                    let is_its = call.subject.as_deref() == Some(&organization(number));
                    call.operation == Operation::Configure && call.effect && is_its
                },
                PATIENCE,
            );
            times.push(milliseconds(configured.await?.began.duration_since(began).try_into()?));
            bar.inc(1);
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(())
    })
    .await?;
    cognigy.keep_counts_only(true);
    run.note("Secret patched to configure, p50", "ms", quantile(&times, 0.5));
    run.note("Secret patched to configure, p99", "ms", quantile(&times, 0.99));
    Ok(())
}
