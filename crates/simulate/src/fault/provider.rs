//! What faults make of providers.

use cognigy_sso_decide::TransportFault;

use super::Fault;
use crate::time::SECOND;
use crate::weather::{ProviderTrouble, Wrong};

impl Fault {
    /// How calls break below HTTP.
    pub(super) fn transport(self) -> Option<TransportFault> {
        Some(match self {
            Self::D1 | Self::D3 | Self::D4 | Self::D5 | Self::D9 => TransportFault::Unreachable,
            Self::D2 => TransportFault::TimedOut,
            Self::D6 | Self::D7 | Self::D8 => TransportFault::Untrusted,
            Self::D10 => TransportFault::Cut,
            _ => return None,
        })
    }

    /// What is wrong with a provider when its calls break below HTTP.
    pub(super) fn provider_by_transport(self, fault: TransportFault) -> ProviderTrouble {
        let turns = (self == Self::D4).then_some(SECOND);
        ProviderTrouble { turns, ..Wrong::Transport(fault).into() }
    }

    /// What is wrong with what the provider publishes, whatever the way of signing in.
    pub(super) fn publishes(self, variant: u64) -> Option<ProviderTrouble> {
        let wrong = match self {
            Self::O1 => Wrong::Status(404),
            Self::O2 => Wrong::Status(503),
            Self::O3 | Self::O13 => Wrong::Another,
            Self::O4 => Wrong::Endpoint,
            Self::O5 => Wrong::Status(302),
            Self::O6 => Wrong::Page,
            Self::O7 => Wrong::Transport(TransportFault::TooLarge),
            Self::O8 => Wrong::Garbage,
            Self::O9 => Wrong::Transport(TransportFault::TimedOut),
            Self::O10 => Wrong::Lacking,
            Self::O11 if variant % 3 == 2 => Wrong::RunOut,
            Self::O11 => Wrong::Key { expired: variant.is_multiple_of(3) },
            Self::O12 => Wrong::Slash,
            _ => return None,
        };
        let turns = (self == Self::O13).then_some(7 * SECOND);
        Some(ProviderTrouble { turns, ..wrong.into() })
    }
}
