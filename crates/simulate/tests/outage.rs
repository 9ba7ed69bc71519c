//! Six hours without Cognigy.AI and without one of 50 providers, for 1,000 resources.

#![allow(clippy::expect_used, reason = "tests")]

use cognigy_sso_simulate::outage::{Report, run};
use cognigy_sso_simulate::strategy::Strategy;
use cognigy_sso_simulate::time::{MINUTE, SECOND};

#[test]
fn nobody_stampedes_and_nobody_starves() {
    live_through(Strategy::Oidc);
}

#[test]
fn nobody_stampedes_and_nobody_starves_with_saml() {
    live_through(Strategy::Saml);
}

fn live_through(strategy: Strategy) {
    let report = run(1000, 7, strategy, None);
    println!("{report:#?}");
    let Report { resources, calls_during, calls_after_restart, calls_before_restart, .. } = report;
    assert_eq!(report.ready_before, resources);
    // A try is one call, users/me. The pause grows to at most 5 minutes of which a random part is waited, 150 s as a rule:
    // 144 tries in 6 hours, some 10 more while the pause grows, and one for a restart and one for a rotation.
    assert!(calls_during < 170 * resources, "{calls_during} calls for {resources} resources while it lasted");
    // Attempts survive a restart: each resource is looked at once at the start, and then as seldom as before. Pauses that
    // began anew at a second would be ten tries more for each.
    assert!(calls_after_restart < calls_before_restart + 2 * resources, "{calls_after_restart} after the restart");
    // After it each resource is due within 5 minutes, at a time of its own: 1,000 visits in 150 s as a rule, 7 a second of at
    // most 6 calls each. Three times that is left for chance, and is what 16 visits at a time could make in a tenth of a second.
    assert!(report.most_in_a_second <= 130, "{} calls in a second", report.most_in_a_second);
    // The longest pause is 5 minutes; what is left is for the visits themselves, and for the documents of a provider.
    let after = report.all_ready_after.expect("all are Ready within 10 minutes");
    assert!(after <= 5 * MINUTE + 30 * SECOND, "all Ready after {} s", after / SECOND);
}
