//! What an operator takes that has nothing to do.

use super::Extent;
use crate::progress::pause;
use crate::report::Run;
use crate::subject::Operator;

pub(super) async fn measure(extent: Extent, operator: &Operator, run: &mut Run) -> anyhow::Result<()> {
    let before = operator.cpu()?;
    pause("rest", extent.rest).await;
    let taken = operator.cpu()? - before;
    run.note("at rest: operator CPU", "s a minute", taken * 60.0 / extent.rest.as_secs_f64());
    Ok(())
}
