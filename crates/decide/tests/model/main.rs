//! Every way that things can go, within bounds, for the core that the operator runs: its [`cognigy_sso_decide::Visit`]
//! against a model of Cognigy.AI, of the Kubernetes API, of crashes, lost answers, edits and strangers.
//!
//! A way holds at most so many disturbances, of whatever kinds and wherever they may come; the rest is calm.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bug;
mod cognigy;
mod drive;
mod happening;
mod look;
mod mishap;
mod model;
mod planted;
mod rules;
mod samples;
mod script;
mod setting;
mod settle;
mod start;
mod story;
mod strategy;
mod world;
mod write;

use std::sync::Mutex;
use std::time::Instant;

use stateright::{Checker, Model};

use crate::model::Operator;
use crate::setting::Setting;

const THREADS: usize = 2;
/// Of all settings, every so many are checked with two disturbances.
const EVERY: usize = 11;

/// How many disturbances come on one way, if somebody asks for so many.
fn asked_depth() -> Option<u8> {
    std::env::var("MODEL_DEPTH").ok()?.parse().ok()
}

/// Checks one setting, and answers with how its rules are broken.
fn check(setting: Setting, depth: u8) -> Vec<String> {
    let begun = Instant::now();
    let checker = Operator::new(setting, None, depth).checker().spawn_bfs().join();
    println!(
        "{:>8} states, {:>8} generated, {:>5.1} s: {setting}",
        checker.unique_state_count(),
        checker.state_count(),
        begun.elapsed().as_secs_f32()
    );
    let mut discoveries: Vec<_> = checker.discoveries().into_iter().collect();
    discoveries.sort_by_key(|(name, _)| *name);
    let tell = |(name, path)| format!("{name} is broken ({setting})\n  {}", story::tell(checker.model(), path));
    discoveries.into_iter().map(tell).collect()
}

/// Checks settings, some at a time.
fn check_all(settings: Vec<Setting>, depth: u8) {
    let (waiting, found) = (Mutex::new(settings), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(setting) = { waiting.lock().unwrap().pop() } {
                    let broken = check(setting, depth);
                    found.lock().unwrap().extend(broken);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{} found\n\n{}", found.len(), found.join("\n\n"));
}

/// Each setting once with one disturbance, and with two those that together pair every two values. `MODEL_DEPTH` takes all.
#[test]
fn one_resource_keeps_the_rules_whatever_happens() {
    let all = Setting::all();
    if let Some(depth) = asked_depth() {
        return check_all(all, depth);
    }
    check_all(all.clone(), 1);
    check_all(all.into_iter().step_by(EVERY).collect(), 2);
}

#[test]
fn of_two_resources_one_acts_whatever_happens() {
    check_all(Setting::pairs(), asked_depth().unwrap_or(1));
}

#[test]
fn settings_with_two_disturbances_pair_every_two_values() {
    let values = |setting: &Setting| setting.to_string().split([',', ';']).map(str::to_owned).collect::<Vec<_>>();
    let pairs = |settings: Vec<Setting>| -> std::collections::BTreeSet<_> {
        let of_one = |setting: Setting| {
            let values = values(&setting);
            let paired = |one: &String| values.iter().map(|other| (one.clone(), other.clone())).collect::<Vec<_>>();
            values.iter().flat_map(paired).collect::<Vec<_>>()
        };
        settings.into_iter().flat_map(of_one).collect()
    };
    assert_eq!(pairs(Setting::all().into_iter().step_by(EVERY).collect()), pairs(Setting::all()));
}

#[test]
fn a_correction_is_counted() {
    let mut world = start::worlds(Setting::PLAIN, 0).swap_remove(3);
    world.organization.configure_by_stranger(Setting::PLAIN.strategy, samples::STRANGERS_NAME, world.now);
    let visited = drive::visit(Setting::PLAIN, None, &world, 0, script::Script::calm());
    assert_eq!(visited.world.get(0).unwrap().server.status.corrections.len(), 1);
}
