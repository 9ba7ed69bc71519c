//! What a fault does when it begins, and what is mended when it ends.

use std::rc::Rc;

use cognigy_sso_api::Reason;
use cognigy_sso_decide::{InputProblem, TransportFault};

use super::{Fault, Reach};
use crate::oracles::RETRY;
use crate::time::{HOUR, MINUTE, Millis, SECOND};
use crate::weather::{CallTrouble, Failing, Fate, InsideCall, Operation, WatchTrouble, WriteTrouble};
use crate::world::{INTERVAL, SECRET_KEY, World, sign_in_secret};

/// How hard a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It hits the next two calls or writes that matter, and then nothing.
    Brief,
    /// It hits everything until it ends.
    Lasting,
}

/// Where a fault strikes.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The resource.
    pub resource: String,
    /// Its organization.
    pub organization: String,
    /// How hard.
    pub severity: Severity,
    /// Which variant of it.
    pub variant: u64,
}

impl Fault {
    /// How long it lasts.
    #[must_use]
    pub fn lasts(self) -> Millis {
        if self == Self::C14 { 6 * HOUR } else { 30 * MINUTE }
    }

    /// How many replicas it takes.
    #[must_use]
    pub fn replicas(self) -> usize {
        if matches!(self, Self::L3 | Self::L4 | Self::L6) { 2 } else { 1 }
    }

    /// Is what it leaves behind, by design, for a person to say: try again?
    #[must_use]
    pub fn needs_person(self) -> bool {
        matches!(self, Self::C1 | Self::C2 | Self::C3 | Self::C4 | Self::C10 | Self::C13)
    }

    /// Can a change not be made while it lasts, so that an organization that was reset waits for its end?
    #[must_use]
    pub fn holds_up(self) -> bool {
        !matches!(self, Self::K2 | Self::K3 | Self::K5 | Self::K6 | Self::K7 | Self::K12 | Self::S5 | Self::S8)
    }

    /// When it is over, after how long is the next try due? What a person must mend is looked at when the interval has passed.
    #[must_use]
    pub fn catches_up(self) -> Millis {
        match self.reach() {
            Reach::Input | Reach::Provider | Reach::Refusal => INTERVAL + RETRY,
            _ => RETRY,
        }
    }

    /// May what was applied be in doubt, so that it is rightly applied again?
    #[must_use]
    pub fn makes_doubtful(self) -> bool {
        matches!(self.reach(), Reach::LostAnswer | Reach::Drift | Reach::Refusal)
    }

    /// It begins.
    pub fn begin(self, world: &Rc<World>, scene: &Scene) {
        world.weather.borrow_mut().number = world.dice.borrow_mut().throw();
        self.begin_in_kubernetes(world, scene);
        self.begin_in_process(world, scene);
        self.begin_with_secret(world, scene);
        let brief = scene.severity == Severity::Brief;
        if let Some(fault) = self.transport() {
            let calls = if brief { Operation::CHANGES } else { Operation::ALL };
            hit(world, calls, Fate::Lost(Failing::Transport(fault)), scene);
            world.weather.borrow_mut().provider = (!brief).then(|| self.provider_by_transport(fault));
        }
        if let Some(trouble) = self.publishes(scene.variant) {
            world.weather.borrow_mut().provider = Some(trouble);
        }
        self.begin_at_cognigy(world, scene);
    }

    /// It ends, and people have mended what was broken.
    pub fn end(self, world: &Rc<World>, scene: &Scene) {
        *world.weather.borrow_mut() = crate::weather::Weather::default();
        let is_there = world.kubernetes.borrow().resource(&scene.resource).is_some();
        if is_there && matches!(self, Self::S1 | Self::S2 | Self::S3 | Self::S4 | Self::S6 | Self::S7 | Self::S9) {
            world.put_secrets(&scene.resource, &scene.organization);
            world.changed(&scene.resource, "its Secrets are as they should be");
        }
        // Watches that have lost something are cut some time, and list anew.
        world.relist();
    }

    fn begin_in_kubernetes(self, world: &Rc<World>, scene: &Scene) {
        let (brief, resource) = (scene.severity == Severity::Brief, scene.resource.as_str());
        let some = if brief { 2 } else { u32::MAX };
        let write = match self {
            Self::K1 => Some((WriteTrouble::Conflict, if brief { 4 } else { 30 })),
            Self::K8 => Some((WriteTrouble::Refused("429"), some)),
            Self::K9 => Some((WriteTrouble::AnswerLost, some)),
            Self::K10 => Some((WriteTrouble::Refused("admission"), some)),
            _ => None,
        };
        let watch = match self {
            Self::K2 => Some(WatchTrouble::TooOld),
            Self::K3 => Some(WatchTrouble::Cut),
            Self::K4 => Some(WatchTrouble::Stale),
            Self::K5 => Some(WatchTrouble::Repeats),
            Self::K6 => Some(WatchTrouble::LosesDeletions),
            _ => None,
        };
        let mut weather = world.weather.borrow_mut();
        weather.writes = weather.writes.or(write);
        weather.watch = weather.watch.or(watch);
        weather.no_lists |= self == Self::K11;
        drop(weather);
        match self {
            // The list is stale where it is read: at the start.
            Self::K4 | Self::K11 => world.kill_leader(),
            Self::K5 | Self::K7 => create_again(world, scene),
            Self::K12 => world.declare_nonsense(&format!("{resource}-nonsense")),
            _ => {}
        }
    }

    fn begin_in_process(self, world: &Rc<World>, scene: &Scene) {
        let inside = match self {
            Self::L2 => Some(InsideCall::Stop),
            Self::L3 => Some(InsideCall::LoseLease),
            Self::L4 => Some(InsideCall::Freeze(3 * MINUTE)),
            _ => None,
        };
        let held = world.weather.borrow().inside_call;
        world.weather.borrow_mut().inside_call = held.or(inside);
        match self {
            Self::L1 => {
                let pause = world.dice.borrow_mut().below(400);
                later(world, pause, World::kill_leader);
            }
            Self::L5 => (0..4).for_each(|time| later(world, 200 + time * 2 * MINUTE, World::kill_leader)),
            Self::L6 => {
                world.kubernetes.borrow_mut().rewrite_status(&scene.resource, |status| {
                    status.conditions.pop();
                    if let Some(condition) = status.conditions.first_mut() {
                        condition.reason = Reason::Other;
                    }
                });
                world.changed(&scene.resource, "another version of the operator writes its status");
                world.stop_leader();
                later(world, 2 * MINUTE, World::stop_leader);
            }
            _ => {}
        }
    }

    fn begin_with_secret(self, world: &Rc<World>, scene: &Scene) {
        let (name, secret) = (scene.resource.as_str(), sign_in_secret(&scene.resource));
        let put = |bytes: &[u8]| world.kubernetes.borrow_mut().put(&secret, SECRET_KEY, bytes);
        match self {
            Self::S1 => world.kubernetes.borrow_mut().delete_secret(&secret),
            Self::S2 => world.kubernetes.borrow_mut().take_out(&secret, SECRET_KEY),
            Self::S3 => put(match scene.variant % 3 {
                0 => b"",
                1 => b" \t ",
                _ => b"canary-value\n",
            }),
            Self::S4 => put(b"\xff\xfecanary"),
            Self::S5 => world.weather.borrow_mut().rotations = 2,
            Self::S6 => {
                let secret = secret.clone();
                return later(world, MINUTE, move |world| {
                    world.kubernetes.borrow_mut().delete_secret(&secret);
                    world.publish();
                });
            }
            Self::S7 => {
                world.weather.borrow_mut().reads = Some(InputProblem::Forbidden);
                // Nothing tells of it: the next look finds out.
                return;
            }
            Self::S8 => {
                world.kubernetes.borrow_mut().delete_secret(&secret);
                world.put_secrets(name, &scene.organization);
            }
            Self::S9 => put(&vec![b'x'; 1 << 20]),
            _ => return,
        }
        world.changed(name, "its Secret is tampered with");
    }

    fn begin_at_cognigy(self, world: &Rc<World>, scene: &Scene) {
        let brief = scene.severity == Severity::Brief;
        let lost = |failing| Some(Fate::Lost(failing));
        let fate = match self {
            Self::C1 => lost(Failing::Status(if brief { 403 } else { 401 }, None)),
            Self::C2 => lost(Failing::Status(404, None)),
            Self::C3 => lost(Failing::AlreadyConfigured),
            Self::C4 | Self::C10 => lost(Failing::Status(400, None)),
            Self::C5 => lost(Failing::Status(429, retry_after(scene.variant))),
            Self::C6 => lost(Failing::Status(503, None)),
            Self::C7 => lost(Failing::Transport(TransportFault::TimedOut)),
            Self::C8 => Some(Fate::AnswerLost(Failing::Transport(TransportFault::TimedOut))),
            Self::C9 => Some(Fate::AnswerLost(Failing::Transport(TransportFault::Cut))),
            Self::C11 if scene.variant.is_multiple_of(2) => lost(Failing::Unexpected("a page")),
            Self::C11 => Some(Fate::AnswerLost(Failing::Unexpected("a page"))),
            Self::C12 => Some(Fate::Twice),
            Self::C14 => lost(Failing::Transport(TransportFault::Unreachable)),
            _ => None,
        };
        if let Some(fate) = fate {
            let everything = !brief && matches!(self, Self::C1 | Self::C2 | Self::C5 | Self::C6 | Self::C14);
            let calls = match self {
                Self::C3 => &[Operation::Configure][..],
                _ if everything => Operation::ALL,
                _ => Operation::CHANGES,
            };
            hit(world, calls, fate, scene);
        }
        if self == Self::C13 {
            let (one, other) = (scene.organization.clone(), scene.organization.clone());
            later(world, if brief { 300 } else { MINUTE }, move |world| world.disturb(&one));
            later(world, 5 * MINUTE, move |world| world.reset_by_hand(&other));
        }
    }
}

/// As the adapter reads it: what is no number of seconds or date ahead is none.
fn retry_after(variant: u64) -> Option<u64> {
    match variant % 5 {
        0 => Some(30),
        1 => Some(90),
        2 => Some(315_360_000),
        _ => None,
    }
}

fn hit(world: &World, calls: &'static [Operation], fate: Fate, scene: &Scene) {
    let left = if scene.severity == Severity::Brief { 1 + (scene.variant % 2) as u32 } else { u32::MAX };
    world.weather.borrow_mut().calls = Some(CallTrouble { calls, fate, left });
}

/// Does this after a pause, unless the fault is over by then.
fn later(world: &Rc<World>, pause: Millis, action: impl FnOnce(&Rc<World>) + 'static) {
    let (shared, number) = (Rc::clone(world), world.weather.borrow().number);
    world.executor.after(pause, move || {
        if shared.weather.borrow().number == number {
            action(&shared);
        }
    });
}

/// A user deletes a resource and creates it again as soon as it is gone.
fn create_again(world: &Rc<World>, scene: &Scene) {
    let spec = world.kubernetes.borrow().resource(&scene.resource).and_then(|resource| resource.spec.clone().ok());
    let Some(spec) = spec else { return };
    world.delete(&scene.resource);
    wait_and_create(world, scene.clone(), spec);
}

fn wait_and_create(world: &Rc<World>, scene: Scene, spec: Box<cognigy_sso_api::IdentityProviderConfigSpec>) {
    let is_there = world.kubernetes.borrow().resource(&scene.resource).is_some();
    if is_there {
        // Users do not stop when the fault does.
        let shared = Rc::clone(world);
        return world.executor.after(SECOND, move || wait_and_create(&shared, scene, spec));
    }
    world.declare(&scene.resource, &scene.organization, |new| *new = *spec);
}
