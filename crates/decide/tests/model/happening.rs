//! What happens between visits.

use std::fmt;

use cognigy_sso_api::DeletionPolicy;

use crate::samples::{CLIENTS, STRANGER, STRANGERS_CLIENT};
use crate::world::{Mood, World};

/// Something that happens outside the operator, or to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    Restarted,
    /// The other client is declared.
    Edited(usize),
    /// The other deletion policy is declared.
    PolicyEdited(usize),
    /// A check is asked for.
    Asked(usize),
    Rotated,
    Deleted(usize),
    StrangerConfigures(&'static str),
    StrangerResets,
    ProviderIs(Mood),
    /// So many seconds pass.
    Passes(i64),
}

/// What may happen to the resources together, or to the older, at the price of a disturbance.
pub const HAPPENINGS: [Happening; 15] = [
    Happening::Restarted,
    Happening::Edited(0),
    Happening::PolicyEdited(0),
    Happening::Asked(0),
    Happening::Rotated,
    Happening::StrangerConfigures(STRANGERS_CLIENT),
    Happening::StrangerConfigures(CLIENTS[0]),
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
            Self::Edited(number) => world.get_mut(number)?.edit_client(),
            Self::PolicyEdited(number) => world.get_mut(number)?.edit(|spec| {
                spec.deletion_policy = match spec.deletion_policy {
                    DeletionPolicy::Retain => DeletionPolicy::Reset,
                    DeletionPolicy::Reset => DeletionPolicy::Retain,
                };
            }),
            Self::Asked(number) => world.get_mut(number)?.ask(),
            Self::Rotated => world.rotate(),
            Self::Deleted(number) => world.delete(number)?,
            Self::StrangerConfigures(client_id) => world.organization.configure_by_stranger(client_id, seconds),
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
        for number in self.alive() {
            if let Some(declared) = self.get_mut(number) {
                declared.known.refused = None;
            }
        }
    }

    /// A resource without a finalizer goes at once.
    fn delete(&mut self, number: usize) -> Option<()> {
        let declared = self.get_mut(number)?;
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
            Self::Edited(number) => write!(formatter, "resource {number} declares another client"),
            Self::PolicyEdited(number) => write!(formatter, "resource {number} declares the other deletion policy"),
            Self::Asked(number) => write!(formatter, "a check of resource {number} is asked for"),
            Self::Rotated => write!(formatter, "the client secret is rotated"),
            Self::Deleted(number) => write!(formatter, "resource {number} is deleted"),
            Self::StrangerConfigures(client_id) => write!(formatter, "a stranger resets and configures {client_id}"),
            Self::StrangerResets => write!(formatter, "a stranger resets"),
            Self::ProviderIs(mood) => write!(formatter, "the provider's check comes to {mood:?}"),
            Self::Passes(seconds) => write!(formatter, "{seconds} s pass"),
        }
    }
}
