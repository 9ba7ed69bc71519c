//! When faults stop: some calm visits on, the right state is reached, and nothing is written or sent any more.

use cognigy_sso_api::{AdoptionPolicy, Condition, ConditionStatus, ConditionType, DriftPolicy, Reason};

use crate::bug::Bug;
use crate::cognigy::{By, Held};
use crate::drive::{Visited, visit};
use crate::rules::{Broken, Rule};
use crate::script::Script;
use crate::setting::Setting;
use crate::world::{Declared, Mood, World};

/// So many visits must do. One puts in place, one sees that it stays, and the rest is for what must be waited for.
const MOST_ROUNDS: usize = 7;
/// So many rounds without a call or a write are taken for rest.
const ROUNDS_OF_REST: usize = 2;
/// The interval, and a little.
const NEXT_CHECK: i64 = 700;
/// Pauses grow to more than this where something is waited for.
const SHORTEST_PAUSE: i64 = 61;

/// The rule that is broken when this world is left alone.
pub fn settle(setting: Setting, bug: Option<Bug>, world: &World) -> Option<Broken> {
    Calm::new(setting, bug, world).run()
}

/// What happens when this world is left alone, in words.
pub fn story(setting: Setting, bug: Option<Bug>, world: &World) -> Vec<String> {
    let mut calm = Calm::new(setting, bug, world);
    calm.run();
    calm.story
}

struct Calm {
    setting: Setting,
    bug: Option<Bug>,
    world: World,
    story: Vec<String>,
}

impl Calm {
    /// The provider is as it should be, and whoever mended it has asked for a check.
    fn new(setting: Setting, bug: Option<Bug>, world: &World) -> Self {
        let mut world = World { left: 0, provider: Mood::Verified, ..world.clone() };
        for number in world.alive() {
            let client = |declared: &Declared| declared.seen().status.condition(ConditionType::ClientVerified).cloned();
            let is_refuted = |client: Condition| client.status == ConditionStatus::False;
            if let Some(declared) = world.get_mut(number).filter(|declared| client(declared).is_some_and(is_refuted)) {
                declared.ask();
            }
        }
        Self { setting, bug, world, story: Vec::new() }
    }

    fn run(&mut self) -> Option<Broken> {
        let (mut rests, mut rounds) = (0, 0);
        while rests < ROUNDS_OF_REST && rounds < MOST_ROUNDS {
            rests = if self.round() { rests + 1 } else { 0 };
            rounds += 1;
        }
        if self.world.broken.is_some() {
            return self.world.broken.clone();
        }
        if let Some(broken) = self.judge() {
            return Some(broken);
        }
        if rests < ROUNDS_OF_REST {
            return Some(
                Rule::Quiet.broken_by("it is as it should be, and yet something is written or sent again and again"),
            );
        }
        self.stays_quiet_after("a restart", World::restart).or_else(|| {
            self.stays_quiet_after("a new version of the Secret with the same bytes", |world| world.secret.version += 1)
        })
    }

    /// Visits every resource; says whether nothing was written or sent.
    fn round(&mut self) -> bool {
        let (mut is_rest, mut pause) = (true, NEXT_CHECK);
        for number in self.world.alive() {
            let Visited { world, sent, writes, next, story, .. } =
                visit(self.setting, self.bug, &self.world, number, Script::calm());
            self.world = world;
            self.story.extend(story.into_iter().map(|line| format!("  afterwards: {line}")));
            self.story.push(self.in_words(number));
            is_rest &= sent == 0 && writes == 0;
            pause = pause.min(next.unwrap_or(1));
        }
        self.world.now += pause.max(SHORTEST_PAUSE);
        is_rest
    }

    fn in_words(&self, number: usize) -> String {
        let ready = self.world.get(number).map_or_else(|| "gone".to_owned(), Declared::ready_in_words);
        format!(
            "  afterwards at {} s: resource {number} {ready}, holds {}",
            self.world.now,
            self.world.organization.in_words()
        )
    }

    fn stays_quiet_after(&mut self, what: &str, change: impl FnOnce(&mut World)) -> Option<Broken> {
        change(&mut self.world);
        self.world.now += NEXT_CHECK;
        (!self.round()).then(|| Rule::Quiet.broken_by(format!("after {what} something is written or sent")))
    }

    fn judge(&self) -> Option<Broken> {
        self.world.alive().into_iter().find_map(|number| {
            let declared = self.world.get(number)?;
            self.judge_one(number, declared)
        })
    }

    fn judge_one(&self, number: usize, declared: &Declared) -> Option<Broken> {
        let status = &declared.server.status;
        let reason = status.condition(ConditionType::Ready).map(|ready| ready.reason);
        if declared.server.deleting {
            return Some(Rule::Deletion.broken_by(format!("it is not gone: {reason:?}")));
        }
        let is_right = if status.is_true(ConditionType::Ready) {
            self.holds(declared) || !self.shows_otherwise(declared)
        } else {
            let is_stalled = status.condition(ConditionType::Stalled).is_some();
            is_stalled && reason.is_some_and(|reason| self.is_right(number, declared, reason))
        };
        let holds = self.world.organization.in_words();
        let ready = declared.ready_in_words();
        (!is_right)
            .then(|| Rule::Converges.broken_by(format!("resource {number} is {ready}; the organization holds {holds}")))
    }

    /// Does the organization hold what the resource declares?
    fn holds(&self, declared: &Declared) -> bool {
        let body = declared.body(&self.world);
        self.world.organization.holds.as_ref().is_some_and(|held| held.by != By::Stranger && held.body == body)
    }

    /// Can it be seen that the organization does not hold what is declared?
    fn shows_otherwise(&self, declared: &Declared) -> bool {
        let held = self.world.organization.holds.as_ref();
        let leads_elsewhere = held.is_some_and(|held| !held.leads_to(declared.spec()));
        self.setting.audit || (self.setting.shows && leads_elsewhere)
    }

    /// Must a person act indeed, and for this reason?
    fn is_right(&self, number: usize, declared: &Declared, reason: Reason) -> bool {
        let held = self.world.organization.holds.as_ref();
        // Of own work, what was declared before and is not in force any more cannot be told by the login URL.
        let is_known_as_own = held.is_some_and(|held| {
            let shows = self.setting.shows && held.leads_to(declared.spec());
            held.by == By::Resource(number) && (self.setting.audit || shows)
        });
        match reason {
            Reason::AlreadyConfigured => held.is_some_and(|held| !self.may_adopt(declared, held)) && !is_known_as_own,
            Reason::Drifted => self.setting.drift == DriftPolicy::Report && !self.holds(declared),
            Reason::DriftLoop => declared.server.status.corrections.len() >= 3,
            Reason::RolledBack | Reason::Rejected => {
                let is_refused = declared.known.refused.as_ref() == Some(&declared.body(&self.world));
                !is_known_as_own || (is_refused && !self.holds(declared))
            }
            Reason::Conflict => (0..number).any(|older| self.world.get(older).is_some()),
            _ => false,
        }
    }

    fn may_adopt(&self, declared: &Declared, held: &Held) -> bool {
        match self.setting.adoption {
            AdoptionPolicy::Always => true,
            AdoptionPolicy::IfMatching => self.setting.shows && held.leads_to(declared.spec()),
            AdoptionPolicy::Never => false,
        }
    }
}
