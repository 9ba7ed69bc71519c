//! What happens between visits.

use std::fmt;

use cognigy_sso_api::DeletionPolicy;

use crate::samples::{NAMES, STRANGER, STRANGERS_NAME};
use crate::strategy::Strategy;
use crate::world::{Declared, Mood, World};

/// Something that happens outside the operator, or to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    Restarted,
    /// The other name is declared.
    Edited(usize),
    /// The other strategy is declared.
    Switched(usize),
    /// The other deletion policy is declared.
    PolicyEdited(usize),
    /// A check is asked for.
    Asked(usize),
    Rotated,
    /// The SAML identity provider publishes another certificate in place of the one before.
    CertificateRolled,
    Deleted(usize),
    StrangerConfigures(&'static str),
    StrangerResets,
    ProviderIs(Mood),
    /// So many seconds pass.
    Passes(i64),
}

/// What may happen to the resources together, or to the older, at the price of a disturbance.
pub const HAPPENINGS: [Happening; 17] = [
    Happening::Restarted,
    Happening::Edited(0),
    Happening::Switched(0),
    Happening::PolicyEdited(0),
    Happening::Asked(0),
    Happening::Rotated,
    Happening::CertificateRolled,
    Happening::StrangerConfigures(STRANGERS_NAME),
    Happening::StrangerConfigures(NAMES[0]),
    Happening::StrangerResets,
    Happening::ProviderIs(Mood::Refuted),
    Happening::ProviderIs(Mood::Unknown),
    Happening::ProviderIs(Mood::ClientRefused),
    Happening::ProviderIs(Mood::Verified),
    Happening::Passes(31),
    Happening::Passes(11 * 60),
    Happening::Passes(61 * 60),
];

impl Happening {
    /// The world afterwards; `None` where it cannot happen.
    pub fn to(self, world: &World) -> Option<World> {
        let mut world = world.clone();
        // That nothing hinders any more is for free, and so is a deletion.
        let is_free = matches!(self, Self::Deleted(_) | Self::ProviderIs(Mood::Verified));
        world.left = world.left.checked_sub(u8::from(!is_free))?;
        let seconds = world.now;
        match self {
            Self::Restarted => world.restart(),
            Self::Edited(number) => world.get_mut(number)?.edit_name(),
            Self::Switched(number) => world.get_mut(number)?.switch(),
            Self::PolicyEdited(number) => world.get_mut(number)?.edit(|spec| {
                spec.deletion_policy = match spec.deletion_policy {
                    DeletionPolicy::Retain => DeletionPolicy::Reset,
                    DeletionPolicy::Reset => DeletionPolicy::Retain,
                };
            }),
            Self::Asked(number) => world.get_mut(number)?.ask(),
            Self::Rotated => world.rotate(),
            Self::CertificateRolled => world.roll_certificate()?,
            Self::Deleted(number) => world.delete(number)?,
            Self::StrangerConfigures(name) => {
                let strategy = world.get(0).map_or(Strategy::Oidc, |declared| Strategy::of(declared.spec()));
                world.organization.configure_by_stranger(strategy, name, seconds);
            }
            Self::StrangerResets => world.organization.reset(STRANGER, seconds),
            Self::ProviderIs(mood) => world.provider = mood,
            Self::Passes(seconds) => world.now += seconds,
        }
        Some(world)
    }
}

impl World {
    fn rotate(&mut self) {
        self.secret.value += 1;
        self.secret.version += 1;
        self.forget_refusals(|_| true);
    }

    /// It can be told only where somebody declares SAML.
    fn roll_certificate(&mut self) -> Option<()> {
        let declares_saml = |declared: &Declared| Strategy::of(declared.spec()) == Strategy::Saml;
        if !self.resources.iter().flatten().any(|declared| declares_saml(declared)) {
            return None;
        }
        self.certificate += 1;
        self.forget_refusals(declares_saml);
        Some(())
    }

    /// Another configuration is declared by these.
    fn forget_refusals(&mut self, whose: impl Fn(&Declared) -> bool) {
        for number in self.alive() {
            if let Some(declared) = self.get_mut(number).filter(|declared| whose(declared)) {
                declared.known.refused = None;
            }
        }
    }

    /// A resource without a finalizer goes at once.
    fn delete(&mut self, number: usize) -> Option<()> {
        let declared = self.get_mut(number)?;
        declared.server.generation += i64::from(!declared.server.deleting);
        declared.server.deleting = true;
        if !declared.server.finalizer {
            self.resources[number] = None;
        }
        Some(())
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restarted => write!(formatter, "the operator is restarted"),
            Self::Edited(number) => write!(formatter, "resource {number} declares another name"),
            Self::Switched(number) => write!(formatter, "resource {number} declares the other strategy"),
            Self::PolicyEdited(number) => write!(formatter, "resource {number} declares the other deletion policy"),
            Self::Asked(number) => write!(formatter, "a check of resource {number} is asked for"),
            Self::Rotated => write!(formatter, "the secret is rotated"),
            Self::CertificateRolled => write!(formatter, "the metadata publishes another certificate"),
            Self::Deleted(number) => write!(formatter, "resource {number} is deleted"),
            Self::StrangerConfigures(name) => write!(formatter, "a stranger resets and configures {name}"),
            Self::StrangerResets => write!(formatter, "a stranger resets"),
            Self::ProviderIs(mood) => write!(formatter, "the provider's check comes to {mood:?}"),
            Self::Passes(seconds) => write!(formatter, "{seconds} s pass"),
        }
    }
}
