//! What an operator takes that has nothing to do.

use super::Stage;
use crate::progress::step;
use crate::report::Run;
use crate::subject::Operator;

pub(super) async fn measure(stage: &Stage<'_>, operator: &Operator, run: &mut Run) -> anyhow::Result<()> {
    let before = operator.cpu()?;
    step("rest", async |_| Ok(tokio::time::sleep(stage.extent.rest).await)).await?;
    let taken = operator.cpu()? - before;
    run.note("at rest: operator CPU", "s a minute", taken.as_secs_f64() * 60.0 / stage.extent.rest.as_secs_f64());
    Ok(())
}
