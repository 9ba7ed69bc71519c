//! One visit, driven as the operator drives it, with mishaps at every step.

use std::sync::Arc;

use cognigy_sso_decide::{Answer, Call, Cause, CognigyCall, Conclusion, Effect, Login, Moment, Step, Trial, Visit};

use crate::bug::Bug;
use crate::cognigy::{Body, Held};
use crate::mishap::{CONFIGURING, FINDING, Mishap, RESETTING};
use crate::rules::{Facts, Sent, judge_call};
use crate::samples::{SEAL, STRANGER, STRANGERS_NAME, USER, at, refused, trial};
use crate::script::Script;
use crate::setting::Setting;
use crate::strategy::Strategy;
use crate::world::{Declared, Mood, World};

/// What a visit came to.
pub struct Visited {
    pub world: World,
    pub script: Script,
    /// What happened, in words.
    pub story: Vec<String>,
    /// Calls that changed something in Cognigy.AI. One that meets a configuration is no such call: where nothing shows, there
    /// is no other way to learn that it is gone.
    pub sent: usize,
    /// Writes to the Kubernetes API.
    pub writes: usize,
    /// Seconds until the next visit; `None` when it did not come to its end.
    pub next: Option<i64>,
}

/// Why a visit ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Died,
    /// The resource could not be written, or was edited meanwhile.
    Interrupted,
}

/// A visit that is going on.
pub struct Drive {
    pub setting: Setting,
    pub bug: Option<Bug>,
    pub number: usize,
    pub world: World,
    pub script: Script,
    pub facts: Facts,
    story: Vec<String>,
    sent: usize,
    pub writes: usize,
}

/// A call, taken out of the machine.
enum Told {
    Reset(Option<Body>),
    Configure { held: Held, puts_back: bool },
    FindEvent,
}

/// Visits the resource of this number.
pub fn visit(setting: Setting, bug: Option<Bug>, world: &World, number: usize, script: Script) -> Visited {
    let mut drive = Drive::new(setting, bug, world.clone(), number, script);
    let next = drive.run();
    let Drive { mut world, script, story, sent, writes, .. } = drive;
    if world.get(number).is_some_and(|declared| declared.server.deleting && !declared.server.finalizer) {
        world.resources[number] = None;
    }
    if next == Err(Stop::Died) {
        world.restart();
    }
    Visited { world, script, story, sent, writes, next: next.ok() }
}

impl Drive {
    fn new(setting: Setting, bug: Option<Bug>, world: World, number: usize, script: Script) -> Self {
        let declared = world.get(number).unwrap();
        let facts = Facts {
            deleting: declared.server.deleting,
            declared: declared.body(&world),
            provider: world.provider,
            told: false,
            knows_own: false,
            confuses: setting.two && declared.seen().status.pending.is_some(),
            login: Login::Silent,
            surprised: false,
            has_reset: false,
            refused: None,
            hindered: false,
            unreadable: Strategy::of(declared.spec()) == Strategy::Saml && world.provider == Mood::Unknown,
        };
        Self { setting, bug, number, world, script, facts, story: Vec::new(), sent: 0, writes: 0 }
    }

    /// The resource that is visited.
    pub fn declared(&mut self) -> &mut Declared {
        self.world.get_mut(self.number).unwrap()
    }

    pub fn say(&mut self, what: impl Into<String>) {
        self.story.push(what.into());
    }

    /// Chooses a mishap and says what happens.
    pub fn meet(&mut self, what: &str, mishaps: &[Mishap]) -> Option<Mishap> {
        let mishap = self.script.choose(mishaps);
        self.say(mishap.map_or_else(|| what.to_owned(), |mishap| format!("{what}: {mishap}")));
        self.facts.hindered |= mishap.is_some_and(|mishap| mishap != Mishap::RefusedForGood);
        mishap
    }

    fn run(&mut self) -> Result<i64, Stop> {
        let mut resource = self.world.get(self.number).unwrap().seen();
        let observed = self.observe(&resource);
        let mut memory = self.world.get(self.number).unwrap().memory.clone();
        if let Some(bug) = self.bug {
            bug.spec(&mut resource);
            bug.status(&mut resource);
            bug.memory(&mut memory);
        }
        let mut visit = Visit::new(resource, memory, observed, SEAL);
        let ended = self.work(&mut visit);
        let (resource, memory) = visit.into_parts();
        let Some(declared) = self.world.get_mut(self.number) else { return ended.map(|_| 0) };
        declared.memory = memory;
        self.report(&resource, ended?)
    }

    fn moment(&self) -> Moment {
        Moment { now: at(self.world.now), chance: 0.5 }
    }

    fn work(&mut self, visit: &mut Visit) -> Result<Conclusion, Stop> {
        loop {
            let told = match visit.step(self.moment()) {
                Step::Write(write) => {
                    let mut now = match self.write(&write) {
                        Err(Stop::Interrupted) if visit.unwritten() => continue,
                        written => written?,
                    };
                    if let Some(bug) = self.bug {
                        bug.spec(&mut now);
                    }
                    visit.written(now).map_err(|_| Stop::Interrupted)?;
                    continue;
                }
                Step::Look => {
                    let (login, history) = self.look(visit.resource());
                    visit.looked(login, history);
                    continue;
                }
                Step::Try => {
                    visit.tried(self.try_client());
                    continue;
                }
                Step::Tell(_) => continue,
                Step::End(conclusion) => return Ok(*conclusion),
                Step::Call { call: Call::FindEvent, .. } => Told::FindEvent,
                Step::Call { call: Call::Reset, .. } => Told::Reset(None),
                Step::Call { call: Call::Configure(desired), .. } => {
                    let held = Held::sent(self.number, desired);
                    Told::Configure { held, puts_back: false }
                }
            };
            let application = match visit.effect() {
                Some(Effect::Apply(application)) => Some(application),
                _ => None,
            };
            let told = match told {
                Told::Reset(_) => Told::Reset(application.map(|_| self.facts.declared.clone())),
                Told::Configure { held, .. } => {
                    let puts_back = application.is_some_and(|application| application.cause == Cause::PutBack)
                        || self.facts.refused.is_some();
                    Told::Configure { held, puts_back }
                }
                Told::FindEvent => Told::FindEvent,
            };
            let answer = self.call(&told)?;
            visit.answered(answer);
        }
    }

    fn try_client(&mut self) -> Arc<Trial> {
        let declared = self.facts.declared.clone();
        match self.world.provider {
            Mood::ClientRefused => self.say("the provider refuses the client"),
            _ => drop(self.declared().known.proved.insert(declared)),
        }
        trial(self.world.provider)
    }

    fn call(&mut self, told: &Told) -> Result<Answer, Stop> {
        match told {
            Told::FindEvent => self.find_event(),
            Told::Reset(next) => {
                let mishap = self.meet("reset", RESETTING);
                self.send(mishap, Sent::Reset(next.as_ref()), CognigyCall::Reset, |drive| {
                    drive.facts.has_reset |= !drive.facts.deleting;
                    drive.world.organization.reset(USER, drive.world.now);
                    true
                })
            }
            Told::Configure { held, puts_back } => {
                let mishap = self.meet(&format!("configure {}", held.body), CONFIGURING);
                let sent = Sent::Configure { puts_back: *puts_back };
                let answer = self.send(mishap, sent, CognigyCall::Configure, |drive| drive.configure(held));
                self.note_refusal(mishap, &held.body, *puts_back);
                answer
            }
        }
    }

    /// Makes a call that changes something. `effect` tells whether it took effect.
    fn send(
        &mut self,
        mishap: Option<Mishap>,
        sent: Sent<'_>,
        call: CognigyCall,
        effect: impl FnOnce(&mut Self) -> bool,
    ) -> Result<Answer, Stop> {
        let failed = |status| Ok(Answer::Failed(refused(call, status)));
        match mishap {
            Some(Mishap::Dies) => return Err(Stop::Died),
            Some(Mishap::LostBefore) => return failed(504),
            Some(Mishap::RefusedForNow) => return failed(429),
            Some(Mishap::RefusedForGood) => return failed(if call == CognigyCall::Reset { 403 } else { 400 }),
            Some(Mishap::StrangerConfigures) => self.stranger_configures(),
            Some(Mishap::StrangerResets) => self.stranger_resets(),
            _ => {}
        }
        if let Some(broken) = judge_call(self.setting, &self.world, self.number, &self.facts, sent) {
            self.world.breaks(broken);
        }
        let took_effect = effect(self);
        self.sent += usize::from(took_effect);
        match mishap {
            Some(Mishap::DiesAfter) => Err(Stop::Died),
            Some(Mishap::LostAfter) => failed(504),
            Some(Mishap::Twice) if !self.setting.overwrites => failed(409),
            _ if took_effect => Ok(Answer::Done),
            _ => failed(409),
        }
    }

    /// Whether there was room for it.
    fn configure(&mut self, held: &Held) -> bool {
        if self.world.organization.holds.is_some() && !self.setting.overwrites {
            return false;
        }
        self.world.organization.configure_for_us(held.clone(), self.world.now);
        self.declared().known.given = Some(held.body.clone());
        for number in self.world.alive() {
            self.world.get_mut(number).unwrap().known.refused.take_if(|refused| *refused == held.body);
        }
        true
    }

    fn note_refusal(&mut self, mishap: Option<Mishap>, body: &Body, puts_back: bool) {
        if mishap != Some(Mishap::RefusedForGood) {
            return;
        }
        if puts_back {
            self.facts.hindered = true;
            return;
        }
        if self.facts.has_reset {
            self.facts.refused = Some(body.clone());
        }
        if self.facts.has_reset || self.declared().known.previous.is_some() {
            self.declared().known.refused = Some(body.clone());
        }
    }

    fn find_event(&mut self) -> Result<Answer, Stop> {
        match self.meet("look for the audit event", FINDING) {
            Some(Mishap::Dies) => return Err(Stop::Died),
            Some(Mishap::HistoryFails) => return Ok(Answer::Found(None)),
            Some(Mishap::StrangerConfigures) => self.stranger_configures(),
            _ => {}
        }
        Ok(Answer::Found(self.world.organization.newest_configuration().filter(|_| self.setting.audit)))
    }

    fn stranger_configures(&mut self) {
        self.world.organization.configure_by_stranger(self.setting.strategy, STRANGERS_NAME, self.world.now);
        self.facts.surprised = true;
    }

    fn stranger_resets(&mut self) {
        self.world.organization.reset(STRANGER, self.world.now);
        self.facts.surprised = true;
    }
}
