//! What is measured, in the order in which one leads to the next.

mod deletion;
mod existing;
mod handover;
mod live;
mod rest;
mod restart;
mod rotation;
mod settled;
mod shards;
mod start;

use std::time::Duration;

use cognigy_sso_testkit::control_plane::progress::say;

use crate::fleet::Fleet;
use crate::report::Run;
use crate::subject::Subject;
use crate::world::World;

/// How much of each is done.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// How many issuers the resources share.
    pub issuers: usize,
    /// Starts with no resources.
    pub starts: usize,
    /// Resources created one after the other, and as many Secrets changed.
    pub live: usize,
    /// Until connections that nobody uses are closed and freed memory is given back.
    pub settling: Duration,
    /// How long an operator is watched doing nothing.
    pub rest: Duration,
}

/// Measures one subject without resources.
///
/// # Errors
/// When anything fails; nothing is left out silently.
pub async fn empty(subject: &Subject, extent: Extent) -> anyhow::Result<Run> {
    say(&format!("{}, no resources", subject.name));
    let world = World::start().await?;
    let mut run = Run::new(&subject.name, 0, 0);
    start::measure(&world, subject, extent, &mut run).await?;
    world.cluster.stop().await?;
    Ok(run)
}

/// Measures one subject with this many resources.
///
/// # Errors
/// When anything fails; nothing is left out silently.
pub async fn full(subject: &Subject, resources: usize, extent: Extent) -> anyhow::Result<Run> {
    say(&format!("{}, {resources} resources", subject.name));
    let world = World::start().await?;
    let fleet = Fleet::new(&world, extent.issuers, subject.client_check);
    let stage = Stage { world: &world, subject, fleet: &fleet, resources, extent };
    let mut run = Run::new(&subject.name, resources, extent.issuers);

    let operator = existing::measure(&stage, &mut run).await?;
    rest::measure(extent, &operator, &mut run).await?;
    operator.stop().await?;
    let operator = restart::measure(&stage, &mut run).await?;
    live::measure(&stage, &mut run).await?;
    rotation::measure(&stage, &mut run).await?;
    operator.stop().await?;
    handover::measure(&stage, &mut run).await?;
    deletion::measure(&stage, &mut run).await?;
    if subject.can_be_sharded() {
        shards::measure(&stage, &mut run).await?;
    }
    world.cluster.stop().await?;
    Ok(run)
}

/// What every measurement needs.
struct Stage<'a> {
    world: &'a World,
    subject: &'a Subject,
    fleet: &'a Fleet<'a>,
    resources: usize,
    extent: Extent,
}
