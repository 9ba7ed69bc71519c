//! What may happen in a world, for the model checker.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use stateright::{Model, Property};

use crate::bug::Bug;
use crate::drive::visit;
use crate::happening::{HAPPENINGS, Happening};
use crate::rules::{Broken, Rule};
use crate::script::Script;
use crate::setting::Setting;
use crate::settle::settle;
use crate::start;
use crate::world::World;

/// A world with the number that it is known by.
#[derive(Clone, Debug)]
pub struct State {
    pub world: World,
    essence: u64,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The resource of this number is visited, with these choices of mishaps, and this comes of it.
    Visit(usize, Vec<u8>, Box<State>),
    /// Something happens between visits.
    Happens(Happening),
}

pub struct Operator {
    pub setting: Setting,
    pub bug: Option<Bug>,
    /// How many disturbances may come on one way.
    pub depth: u8,
    /// What comes of a world that is left alone.
    settled: Mutex<HashMap<u64, Option<Broken>>>,
    /// The rules that were found to be broken. The checker goes through the shortest ways first and keeps the last it is told
    /// of, so each rule is told once.
    told: Mutex<HashSet<Rule>>,
}

impl State {
    pub fn new(world: World) -> Self {
        let essence = world.essence();
        Self { world, essence }
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.essence, self.world.left, &self.world.broken).hash(hasher);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (self.essence, self.world.left, &self.world.broken) == (other.essence, other.world.left, &other.world.broken)
    }
}

impl Operator {
    pub fn new(setting: Setting, bug: Option<Bug>, depth: u8) -> Self {
        Self { setting, bug, depth, settled: Mutex::default(), told: Mutex::default() }
    }

    /// The rule that is broken in this state, or when it is left alone.
    pub fn broken(&self, state: &State) -> Option<Broken> {
        if state.world.broken.is_some() {
            return state.world.broken.clone();
        }
        if let Some(known) = lock(&self.settled).get(&state.essence) {
            return known.clone();
        }
        let broken = settle(self.setting, self.bug, &state.world);
        lock(&self.settled).insert(state.essence, broken.clone());
        broken
    }

    fn keeps(&self, state: &State, rule: Rule) -> bool {
        let is_broken = self.broken(state).is_some_and(|broken| broken.rule == rule);
        !(is_broken && lock(&self.told).insert(rule))
    }

    /// Every way that a visit of this resource may go.
    fn visits(&self, world: &World, number: usize, actions: &mut Vec<Action>) {
        let mut choices = Some(Vec::new());
        while let Some(laid_down) = choices {
            let script = Script::new(laid_down.clone(), world.left);
            let visited = visit(self.setting, self.bug, world, number, script);
            choices = visited.script.next();
            let next = State::new(World { left: visited.script.left(), ..visited.world });
            actions.push(Action::Visit(number, laid_down, Box::new(next)));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Model for Operator {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        start::worlds(self.setting, self.depth).into_iter().map(State::new).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if self.broken(state).is_some() {
            return;
        }
        let world = &state.world;
        for number in world.alive() {
            self.visits(world, number, actions);
            if world.get(number).is_some_and(|declared| !declared.server.deleting) {
                actions.push(Action::Happens(Happening::Deleted(number)));
            }
        }
        if world.left > 0 && !world.alive().is_empty() {
            actions.extend(HAPPENINGS.into_iter().map(Action::Happens));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let next = match action {
            Action::Visit(_, _, next) => *next,
            Action::Happens(happening) => State::new(happening.to(&state.world)?),
        };
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("rule 1: strangers", |model, state| model.keeps(state, Rule::Strangers)),
            Property::always("rule 2: working", |model, state| model.keeps(state, Rule::Working)),
            Property::always("rule 3: converges", |model, state| model.keeps(state, Rule::Converges)),
            Property::always("rule 4: quiet", |model, state| model.keeps(state, Rule::Quiet)),
            Property::always("rule 5: one acts", |model, state| model.keeps(state, Rule::OneActs)),
            Property::always("rule 7: deletion", |model, state| model.keeps(state, Rule::Deletion)),
            Property::always("rule 8: rolls back", |model, state| model.keeps(state, Rule::RollsBack)),
            Property::always("Configured is truthful", |model, state| model.keeps(state, Rule::Truthful)),
            Property::always("contract of conditions", |model, state| model.keeps(state, Rule::Conditions)),
        ]
    }
}
