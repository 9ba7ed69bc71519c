//! The configuration that the organization has, as far as it shows.

use crate::history::{Change, ChangeKind};
use crate::observed::{Login, Observed};

/// The configuration that the organization has, as far as it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    /// None shows.
    None,
    /// The login URL leads to the declared provider and client.
    Matching,
    /// There is one, and it is another or does not show.
    Other,
}

impl Existing {
    /// `leads_to_declared`: does the login URL lead to the declared provider and client, where that can be told?
    pub(super) fn of(observed: &Observed, leads_to_declared: Option<bool>) -> Self {
        match &observed.login {
            Some(Login::Redirect { .. }) if leads_to_declared == Some(true) => Self::Matching,
            Some(Login::Redirect { .. }) => Self::Other,
            _ if observed.already_configured => Self::Other,
            _ => match observed.newest_change() {
                Some(Change { kind: ChangeKind::Configure, .. }) => Self::Other,
                Some(Change { kind: ChangeKind::Reset, .. }) | None => Self::None,
            },
        }
    }

    /// Has the organization no configuration, since the newest change was a reset?
    pub(super) fn is_reset(observed: &Observed) -> bool {
        let newest = observed.newest_change();
        Self::of(observed, None) == Self::None && newest.is_some_and(|newest| newest.kind == ChangeKind::Reset)
    }
}
