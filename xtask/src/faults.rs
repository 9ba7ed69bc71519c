//! `cargo xtask faults`: random worlds in virtual time, each from a seed.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use cognigy_sso_simulate::fault::FAULTS;
use cognigy_sso_simulate::seeds::{self, Variation};
use cognigy_sso_simulate::strategy::Strategy;

/// How often it is said how far it is, in seeds.
const REPORT: u64 = 1000;

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Faults {
    /// How many worlds are lived through.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed; the others follow it. Left out, it is drawn.
    #[arg(long)]
    seed: Option<u64>,
    /// Shows the trace of each world, also of those in which all goes well.
    #[arg(long)]
    trace: bool,
    /// Lets audit events take their time to show: some worlds are known to go wrong then.
    #[arg(long)]
    late_events: bool,
    /// Has people sign in by SAML at first; some switch to OpenID Connect and back.
    #[arg(long)]
    saml: bool,
    /// Lists the faults, how each is modelled and as what it reaches the core, and does nothing else.
    #[arg(long)]
    list: bool,
}

impl Faults {
    pub fn run(self) -> ExitCode {
        if self.list {
            list();
            return ExitCode::SUCCESS;
        }
        let first = self.seed.unwrap_or_else(drawn);
        let strategy = if self.saml { Strategy::Saml } else { Strategy::Oidc };
        let variation = Variation { strategy, late_events: self.late_events, ..Variation::default() };
        let begun = Instant::now();
        for number in 0..self.seeds {
            let outcome = seeds::run(first.wrapping_add(number), variation);
            if self.trace || !outcome.violations.is_empty() {
                println!("{}", outcome.told());
            }
            if !outcome.violations.is_empty() {
                return ExitCode::FAILURE;
            }
            if (number + 1) % REPORT == 0 {
                println!("{} seeds, {} s", number + 1, begun.elapsed().as_secs());
            }
        }
        println!("{} seeds from {first} on: all came right, in {} s", self.seeds, begun.elapsed().as_secs());
        ExitCode::SUCCESS
    }
}

/// Seeds are drawn small enough to be typed.
fn drawn() -> u64 {
    getrandom::u32().map_or(1, u64::from)
}

fn list() {
    for fault in FAULTS {
        println!("{:4} {:28} {:?}: {}", fault.id(), fault.name(), fault.reach(), fault.model());
    }
}
