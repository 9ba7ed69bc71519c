//! Who and what is in a random world at first.

use std::rc::Rc;

use cognigy_sso_api::{AdoptionPolicy, DeletionPolicy, DriftPolicy, VerificationMode};

use super::LONGEST_LAG;
use crate::cognigy::OnConflict;
use crate::dice::Dice;
use crate::saml::Source;
use crate::strategy::Strategy;
use crate::world::World;

/// A resource of the world, and what its organization is.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) name: String,
    pub(super) organization: String,
    pub(super) adoption: AdoptionPolicy,
    pub(super) deletion: DeletionPolicy,
    pub(super) drift: DriftPolicy,
    pub(super) verification: VerificationMode,
    pub(super) interval: &'static str,
    /// With SAML.
    pub(super) source: Option<Source>,
}

/// Organizations, and resources of which some are there from the start.
pub(super) fn build(world: &Rc<World>, dice: &mut Dice, late_events: bool) -> Vec<Cast> {
    let organizations = 1 + dice.below(3);
    for number in 0..organizations {
        let conflicts = [OnConflict::Conflict, OnConflict::Overwrite, OnConflict::Words];
        let on_conflict = *dice.one_of(&conflicts).unwrap_or(&OnConflict::Conflict);
        let (shows, audited) = (dice.once_in(2), !dice.once_in(6));
        // Where no audit event may be read, words alone leave nobody who could tell.
        let on_conflict = if audited || on_conflict != OnConflict::Words { on_conflict } else { OnConflict::Conflict };
        world.organization(&organization(number), shows, audited, on_conflict);
        let lag = if late_events && dice.once_in(3) { dice.below(LONGEST_LAG) } else { 0 };
        if let Some(found) = world.cognigy.borrow_mut().organizations.get_mut(&organization(number)) {
            found.lag = lag;
        }
        if dice.once_in(6) {
            world.disturb(&organization(number));
        }
    }
    let strategy = world.strategy;
    let casts: Vec<_> = (0..=dice.below(4)).map(|number| cast(dice, number, organizations, strategy)).collect();
    for cast in &casts {
        if !dice.once_in(3) {
            create(world, cast);
        }
    }
    casts
}

fn organization(number: u64) -> String {
    format!("{:024x}", 0x5f0c_0000_u64 + number)
}

fn cast(dice: &mut Dice, number: u64, organizations: u64, strategy: Strategy) -> Cast {
    let adoptions = [AdoptionPolicy::Never, AdoptionPolicy::IfMatching, AdoptionPolicy::Always];
    Cast {
        name: format!("r{number}"),
        organization: organization(dice.below(organizations)),
        adoption: *dice.one_of(&adoptions).unwrap_or(&AdoptionPolicy::IfMatching),
        deletion: if dice.once_in(2) { DeletionPolicy::Retain } else { DeletionPolicy::Reset },
        drift: if dice.once_in(5) { DriftPolicy::Report } else { DriftPolicy::Correct },
        verification: if dice.once_in(5) { VerificationMode::Warn } else { VerificationMode::Enforce },
        interval: if dice.once_in(2) { "10m" } else { "1h" },
        source: (strategy == Strategy::Saml).then(|| dice.one_of(&Source::ALL).copied()).flatten(),
    }
}

/// A user creates it.
pub(super) fn create(world: &Rc<World>, cast: &Cast) {
    world.declare(&cast.name, &cast.organization, |spec| {
        spec.adoption_policy = cast.adoption;
        spec.deletion_policy = cast.deletion;
        spec.drift_policy = cast.drift;
        spec.verification.mode = cast.verification;
        cast.interval.clone_into(&mut spec.interval);
        if let (Some(saml), Some(source)) = (&mut spec.saml, cast.source) {
            source.declare(saml, &cast.name);
        }
    });
}
