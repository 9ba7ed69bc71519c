//! Carries out the one planned effect in Cognigy.AI.

use cognigy_sso_decide::{CallFault, Desired, Receipt, Salt};

use crate::cognigy::Cognigy;

/// The calls of a change: `reset`, `configure`, and once more `configure` should the former configuration be put back.
const CHANGE: u32 = 3;

/// Configures an organization that has no configuration.
pub(crate) async fn configure(cognigy: &Cognigy<'_>, desired: &Desired, salt: Salt) -> Receipt {
    if let Err(fault) = cognigy.admit(1) {
        return refused(fault);
    }
    match cognigy.configure(desired).await {
        Ok(()) => Receipt::Applied { salt },
        Err(fault) if fault.says_already_configured() => Receipt::AlreadyConfigured,
        Err(fault) => refused(fault),
    }
}

/// Resets, and at once configures: nothing else is done in between.
pub(crate) async fn replace(cognigy: &Cognigy<'_>, desired: &Desired, salt: Salt) -> Receipt {
    if let Err(fault) = cognigy.admit(CHANGE) {
        return refused(fault);
    }
    if let Err(fault) = cognigy.reset().await {
        return refused(fault);
    }
    match cognigy.configure(desired).await {
        Ok(()) => Receipt::Applied { salt },
        // "Already configured" after a reset is this very configuration, delivered twice, or somebody else's in between.
        Err(fault) if fault.leaves_outcome_open() || fault.says_already_configured() => Receipt::Open(fault),
        Err(fault) => Receipt::RefusedAfterReset(fault),
    }
}

/// Resets, and leaves it at that.
pub(crate) async fn reset(cognigy: &Cognigy<'_>) -> Receipt {
    if let Err(fault) = cognigy.admit(1) {
        return refused(fault);
    }
    match cognigy.reset().await {
        Ok(()) => Receipt::WasReset,
        Err(fault) => refused(fault),
    }
}

fn refused(fault: CallFault) -> Receipt {
    if fault.leaves_outcome_open() { Receipt::Open(fault) } else { Receipt::Refused(fault) }
}
