//! Six hours without Cognigy.AI and without one of the providers, for many resources, and back.

use std::rc::Rc;

use cognigy_sso_api::ConditionType;
use cognigy_sso_decide::TransportFault;

use crate::cognigy::OnConflict;
use crate::strategy::Strategy;
use crate::time::{HOUR, MINUTE, Millis, SECOND};
use crate::weather::{CallTrouble, Failing, Fate, Operation, ProviderTrouble, Weather, Wrong};
use crate::world::{Precaution, World};

/// Providers that the resources share.
const ISSUERS: u32 = 50;
/// The one that is down as well.
const DOWN: &str = "https://idp-0.example";
/// How long the outage lasts.
const OUTAGE: Millis = 6 * HOUR;
/// How long is looked at after a restart, and after the recovery.
const AFTERWARDS: Millis = 10 * MINUTE;

/// What an outage came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many resources there are.
    pub resources: u32,
    /// Calls to Cognigy.AI while it lasted.
    pub calls_during: u32,
    /// Calls in the ten minutes after a restart in the middle of it.
    pub calls_after_restart: u32,
    /// Calls in the ten minutes before that restart.
    pub calls_before_restart: u32,
    /// The most calls of any second after it, by the calls of one second each.
    pub most_in_a_second: u32,
    /// How long after it all resources were Ready; `None` if they were not within ten minutes.
    pub all_ready_after: Option<Millis>,
    /// Resources that were Ready before.
    pub ready_before: u32,
}

/// Lives through it. Half of the resources are changed as it begins, and the operator is restarted in the middle.
#[must_use]
pub fn run(resources: u32, seed: u64, strategy: Strategy, without: Option<Precaution>) -> Report {
    let world = World::new(seed, 1, strategy);
    world.without.set(without);
    world.inspects.set(false);
    (0..resources).for_each(|number| declare(&world, number));
    world.start();
    world.run(HOUR);
    let ready_before = ready(&world, resources);
    let begun = world.now();
    *world.weather.borrow_mut() = outage();
    for number in (0..resources).step_by(2) {
        world.rotate(&name(number));
    }
    world.run(OUTAGE / 2);
    world.kill_leader();
    let restarted = world.now();
    world.executor.run_until(begun + OUTAGE);
    *world.weather.borrow_mut() = Weather::default();
    let back = world.now();
    let mut all_ready_after = None;
    while world.now() < back + AFTERWARDS {
        world.run(SECOND);
        if all_ready_after.is_none() && ready(&world, resources) == resources {
            all_ready_after = Some(world.now() - back);
        }
    }
    let calls = |from: Millis, until: Millis| -> u32 {
        world.arrivals.borrow().range(from / SECOND..until / SECOND).map(|(_, calls)| *calls).sum()
    };
    let most = world.arrivals.borrow().range(back / SECOND..).map(|(_, calls)| *calls).max().unwrap_or(0);
    let report = Report {
        resources,
        calls_during: calls(begun, back),
        calls_after_restart: calls(restarted, restarted + AFTERWARDS),
        calls_before_restart: calls(restarted - AFTERWARDS, restarted),
        most_in_a_second: most,
        all_ready_after,
        ready_before,
    };
    drop(world.end());
    report
}

fn name(number: u32) -> String {
    format!("r{number}")
}

fn declare(world: &Rc<World>, number: u32) {
    let organization = format!("{number:024x}");
    world.organization(&organization, true, true, OnConflict::Conflict);
    world.declare(&name(number), &organization, |spec| {
        "10m".clone_into(&mut spec.interval);
        world.strategy.declare(spec, &name(number), &format!("https://idp-{}.example", number % ISSUERS));
    });
}

fn outage() -> Weather {
    let fate = Fate::Lost(Failing::Transport(TransportFault::Unreachable));
    Weather {
        calls: Some(CallTrouble { calls: Operation::ALL, fate, left: u32::MAX }),
        provider: Some(ProviderTrouble { only: Some(DOWN), ..Wrong::Transport(TransportFault::Unreachable).into() }),
        ..Weather::default()
    }
}

/// How many resources are Ready, with every condition behind it, and hold what they declare.
fn ready(world: &World, resources: u32) -> u32 {
    let kubernetes = world.kubernetes.borrow();
    let is_ready = |number: &u32| {
        let resource = kubernetes.resource(&name(*number));
        let holds = world.holding(&format!("{number:024x}"));
        let newest = world.newest_edition(&name(*number)).map(crate::history::Holding::Declared);
        let shown = [ConditionType::Ready, ConditionType::ConnectionReady, ConditionType::IssuerVerified];
        resource.is_some_and(|resource| shown.iter().all(|r#type| resource.status.is_true(*r#type)))
            && newest == Some(holds)
    };
    u32::try_from((0..resources).filter(is_ready).count()).unwrap_or(u32::MAX)
}
