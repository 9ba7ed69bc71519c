//! All 64 faults by all 16 crash points: 1,024 plans for each way of signing in, each in every situation and at two severities.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cognigy_sso_simulate::crash::CrashPoint;
use cognigy_sso_simulate::fault::{FAULTS, Fault, Severity};
use cognigy_sso_simulate::history::What;
use cognigy_sso_simulate::oracles::judge;
use cognigy_sso_simulate::plan::{Plan, Run, Situation};
use cognigy_sso_simulate::strategy::Strategy;

/// Plans that cannot happen, each with the reason.
const IMPOSSIBLE: [(Fault, CrashPoint, &str); 1] = [(
    Fault::K9,
    CrashPoint::Intent,
    "the record stands though its write was answered with an error, so that it is never written with success",
)];

/// What came of all runs.
#[derive(Default)]
struct Tally {
    runs: usize,
    /// Runs in which the process died at the crash point while the fault lasted, and afterwards.
    during: usize,
    afterwards: usize,
    /// Plans in which the crash point was come to in a run at least.
    reached: BTreeSet<usize>,
    wrong: Vec<String>,
}

fn plans(strategy: Strategy) -> Vec<(usize, Plan)> {
    let mut plans = Vec::new();
    for (number, (fault, crash)) in
        FAULTS.iter().flat_map(|fault| CrashPoint::ALL.map(|crash| (*fault, crash))).enumerate()
    {
        for (offset, &situation) in Situation::all(strategy).iter().enumerate() {
            for (half, severity) in [Severity::Brief, Severity::Lasting].into_iter().enumerate() {
                let variant = (number * 17 + offset * 5 + half) as u64;
                let (fault, crash, without) = (Some(fault), Some(crash), None);
                plans.push((number, Plan { strategy, situation, fault, severity, crash, variant, without }));
            }
        }
    }
    plans
}

fn told(plan: &Plan) -> String {
    let (fault, crash) = (plan.fault.map_or("", Fault::id), plan.crash.map_or(String::new(), CrashPoint::told));
    let Plan { strategy, situation, severity, variant, .. } = plan;
    format!("{} {fault} {situation:?} {severity:?} {crash} (variant {variant})", strategy.name())
}

/// Writes to Kubernetes of a clean run after it has settled.
fn clean_writes(strategy: Strategy, situation: Situation, variant: u64) -> usize {
    let (fault, crash, severity, without) = (None, None, Severity::Brief, None);
    let plan = Plan { strategy, situation, fault, severity, crash, variant, without };
    let run = plan.run();
    let violations = judge(&run.history, &plan.measure(&run, 0));
    assert!(violations.is_empty(), "a clean run: {violations:?}\n{}", run.history.told());
    let late = run.history.entries.iter().filter(|entry| entry.time > run.settled);
    late.filter(|entry| matches!(entry.what, What::Status(..) | What::Finalizer(..))).count()
}

fn note(tally: &Mutex<Tally>, number: usize, plan: &Plan) {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let run = plan.run();
        let violations = judge(&run.history, &plan.measure(&run, 0));
        (run, violations)
    }));
    let mut tally = tally.lock().unwrap();
    tally.runs += 1;
    let Ok((Run { history, crashed, ended, .. }, violations)) = ran else {
        return tally.wrong.push(format!("{}: PANIC", told(plan)));
    };
    if let Some(crashed) = crashed {
        tally.reached.insert(number);
        tally.during += usize::from(crashed < ended);
        tally.afterwards += usize::from(crashed >= ended);
    }
    if !violations.is_empty() {
        tally.wrong.push(format!("{}: {violations:#?}\n{}", told(plan), history.told()));
    }
}

#[test]
fn every_fault_at_every_crash_point() {
    live_through(Strategy::Oidc);
}

#[test]
fn every_fault_at_every_crash_point_with_saml() {
    live_through(Strategy::Saml);
}

fn live_through(strategy: Strategy) {
    let plans = plans(strategy);
    for situation in Situation::all(strategy) {
        // Each variant declares its provider in another way.
        for variant in 1..=6 {
            let writes = clean_writes(strategy, *situation, variant);
            assert_eq!(writes, 0, "a clean run is quiet: {situation:?}, variant {variant}");
        }
    }
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((number, plan)) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    note(&tally, *number, plan);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    let wrong = &tally.wrong;
    assert!(wrong.is_empty(), "{} of {} runs went wrong; the first:\n{}", wrong.len(), tally.runs, wrong[0]);
    let all: Vec<_> = FAULTS.iter().flat_map(|fault| CrashPoint::ALL.map(|crash| (*fault, crash))).collect();
    let unreached: Vec<_> =
        (0..all.len()).filter(|number| !tally.reached.contains(number)).map(|number| all[number]).collect();
    let known: Vec<_> = IMPOSSIBLE.iter().map(|(fault, crash, _)| (*fault, *crash)).collect();
    assert_eq!(unreached, known, "plans whose crash point was never come to");
    assert_eq!((all.len(), tally.reached.len()), (1024, 1023));
    println!(
        "{}: 1,024 plans in {} runs; died at the crash point while the fault lasted in {}, afterwards in {}; 1,023 plans came \
         to it",
        strategy.name(),
        tally.runs,
        tally.during,
        tally.afterwards
    );
    for (fault, crash, why) in IMPOSSIBLE {
        println!("cannot happen: {} with a crash {}: {why}", fault.id(), crash.told());
    }
}

#[test]
fn the_catalogue_is_whole() {
    assert_eq!((FAULTS.len(), CrashPoint::ALL.len()), (64, 16));
    let ids: BTreeSet<_> = FAULTS.iter().map(|fault| fault.id()).collect();
    assert_eq!(ids.len(), 64);
    let family = |letter: &str| ids.iter().filter(|id| id.starts_with(letter)).count();
    assert_eq!(["K", "L", "S", "D", "O", "C"].map(family), [12, 6, 9, 10, 13, 14]);
    assert!(FAULTS.iter().all(|fault| !fault.name().is_empty() && !fault.model().is_empty()));
}
