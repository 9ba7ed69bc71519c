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
    pub(super) fn of(observed: &Observed) -> Self {
        match &observed.login {
            Some(Login::Redirect { .. }) if leads_to_declared(observed) == Some(true) => Self::Matching,
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
        Self::of(observed) == Self::None && newest.is_some_and(|newest| newest.kind == ChangeKind::Reset)
    }
}

/// Does the login URL lead to the declared provider and client? `None` where it leads nowhere, or where that provider or client
/// cannot be read.
pub(crate) fn leads_to_declared(observed: &Observed) -> Option<bool> {
    let Some(Login::Redirect { endpoint, client_id }) = &observed.login else { return None };
    let declared = observed.inputs.client_id.as_ref().ok()?;
    let published = observed.provider.as_deref()?.as_ref().ok()?;
    let authorization = published.authorization_endpoint.split(['?', '#']).next();
    Some(client_id == declared && authorization == Some(endpoint.as_str()))
}
