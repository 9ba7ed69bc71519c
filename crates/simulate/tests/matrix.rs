//! All 64 faults by all 16 crash points: 1,024 plans, each in four situations and at two severities.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cognigy_sso_simulate::crash::CrashPoint;
use cognigy_sso_simulate::fault::{FAULTS, Fault, Severity};
use cognigy_sso_simulate::history::What;
use cognigy_sso_simulate::oracles::judge;
use cognigy_sso_simulate::plan::{Plan, Run, Situation};

const SITUATIONS: [Situation; 4] = [Situation::First, Situation::Rotation, Situation::Edit, Situation::Deletion];

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

fn plans() -> Vec<(usize, Plan)> {
    let mut plans = Vec::new();
    for (number, (fault, crash)) in
        FAULTS.iter().flat_map(|fault| CrashPoint::ALL.map(|crash| (*fault, crash))).enumerate()
    {
        for (offset, situation) in SITUATIONS.into_iter().enumerate() {
            for (half, severity) in [Severity::Brief, Severity::Lasting].into_iter().enumerate() {
                let variant = (number * 17 + offset * 5 + half) as u64;
                plans.push((
                    number,
                    Plan { situation, fault: Some(fault), severity, crash: Some(crash), variant, without: None },
                ));
            }
        }
    }
    plans
}

fn told(plan: &Plan) -> String {
    let (fault, crash) = (plan.fault.map_or("", Fault::id), plan.crash.map_or(String::new(), CrashPoint::told));
    format!("{fault} {:?} {:?} {crash} (variant {})", plan.situation, plan.severity, plan.variant)
}

/// Writes to Kubernetes of a clean run after it has settled.
fn clean_writes(situation: Situation) -> usize {
    let plan = Plan { situation, fault: None, severity: Severity::Brief, crash: None, variant: 1, without: None };
    let run = plan.run();
    let violations = judge(&run.history, &plan.measure(&run, 0));
    assert!(violations.is_empty(), "a clean run: {violations:?}\n{}", run.history.told());
    let late = run.history.entries.iter().filter(|entry| entry.time > run.settled);
    late.filter(|entry| matches!(entry.what, What::Status(..) | What::Finalizer(..))).count()
}

fn note(tally: &Mutex<Tally>, number: usize, plan: &Plan, clean: usize) {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let run = plan.run();
        let violations = judge(&run.history, &plan.measure(&run, clean));
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
    let plans = plans();
    let clean: BTreeMap<_, _> =
        SITUATIONS.into_iter().map(|situation| (format!("{situation:?}"), clean_writes(situation))).collect();
    assert!(clean.values().all(|writes| *writes == 0), "a clean run is quiet: {clean:?}");
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((number, plan)) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    note(&tally, *number, plan, clean[&format!("{:?}", plan.situation)]);
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
        "1,024 plans in {} runs; died at the crash point while the fault lasted in {}, afterwards in {}; 1,023 plans came \
         to it",
        tally.runs, tally.during, tally.afterwards
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
