//! Leadership: of several replicas one acts, and only while it is certain that no other does.
//!
//! The lease is a `coordination.k8s.io/v1` Lease, written only as it was last seen (guarded by its resourceVersion), so that of
//! two that want it one gets it. What gates effects is no flag but a [`Claim`], which ends by itself.

mod claim;
mod election;
mod record;

use std::time::Duration;

pub use claim::{Claim, Lost};
pub(crate) use election::{Election, Place};

/// How long candidates wait for a holder that renews no more. Longer than a call to Cognigy.AI may take (30 s): a change begins
/// only where the claim outlives its call, and has to find room between two renewals.
const DURATION: Duration = Duration::from_secs(40);
/// How long a renewal is relied on. A little shorter: the clocks of two machines do not run equally fast.
const RELIED_ON: Duration = Duration::from_secs(39);
/// How often the leader renews its lease.
const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// How long until a leader tries again to renew.
const RENEWED_AGAIN: Duration = Duration::from_secs(1);
/// How long until a candidate tries again what the API server did not do.
const TRIED_AGAIN: Duration = Duration::from_secs(5);
/// How long the API server may take for one call.
const TIMEOUT: Duration = Duration::from_secs(4);
