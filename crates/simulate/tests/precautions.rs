//! What the driver takes care of: one precaution after the other is taken out of the simulated driver, and it goes wrong.

use cognigy_sso_simulate::fault::{Fault, Severity};
use cognigy_sso_simulate::oracles::judge;
use cognigy_sso_simulate::outage;
use cognigy_sso_simulate::plan::{Plan, Situation};
use cognigy_sso_simulate::seeds::{Variation, run};
use cognigy_sso_simulate::strategy::Strategy;
use cognigy_sso_simulate::world::Precaution;

const BOTH: [Strategy; 2] = [Strategy::Oidc, Strategy::Saml];

#[test]
fn a_visit_of_what_is_gone_claims_the_organization_for_good() {
    let (fault, severity, crash) = (Some(Fault::K7), Severity::Brief, None);
    let goes_wrong = |strategy, variant, without| {
        let plan = Plan { strategy, situation: Situation::First, fault, severity, crash, variant, without };
        let run = plan.run();
        !judge(&run.history, &plan.measure(&run, 0)).is_empty()
    };
    for strategy in BOTH {
        assert!((0..50).any(|variant| goes_wrong(strategy, variant, Some(Precaution::TakesClaimBack))), "{strategy:?}");
        assert!(!(0..50).any(|variant| goes_wrong(strategy, variant, None)), "{strategy:?}");
    }
}

#[test]
fn a_claim_is_lost_when_a_watch_shows_what_its_visit_wrote() {
    let two_act = |strategy, seed, without| {
        let outcome = run(seed, Variation { strategy, without, ..Variation::default() });
        outcome.violations.iter().any(|violation| violation.oracle == 4)
    };
    for strategy in BOTH {
        assert!((1..100).any(|seed| two_act(strategy, seed, Some(Precaution::KeepsClaim))), "{strategy:?}");
    }
}

#[test]
fn a_restart_makes_pauses_begin_anew() {
    let more = |strategy, without| {
        let report = outage::run(100, 7, strategy, without);
        report.calls_after_restart.saturating_sub(report.calls_before_restart)
    };
    for strategy in BOTH {
        let (with, without) = (more(strategy, None), more(strategy, Some(Precaution::KeepsAttempts)));
        assert!(
            without > 2 * with.max(100),
            "{strategy:?}: {without} calls more after a restart, and {with} with the precaution"
        );
    }
}
