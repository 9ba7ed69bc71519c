//! What can be asked of a SAML identity provider.

use serde::{Deserialize, Serialize};

use crate::server;

/// One of an identity provider's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `/<name>/metadata`, or `/<name>` itself (SAML metadata, section 4.1).
    Metadata,
    /// `/<name>/sso`, where a browser brings a request.
    Login,
    /// `/<name>/slo`
    Logout,
    /// Anything else; it is answered with 404.
    Other,
}

impl server::Operation for Operation {}

const PATHS: [(&str, Operation); 3] =
    [("/metadata", Operation::Metadata), ("/sso", Operation::Login), ("/slo", Operation::Logout)];

impl Operation {
    /// The identity provider's name and what is asked of it. The name is what stands before the operation's own path,
    /// without the first slash; it may hold slashes and is empty for the bare origin. A path that is a name as a whole is
    /// that of metadata.
    pub(super) fn of(path: &str, is_name: impl Fn(&str) -> bool) -> (&str, Self) {
        let whole = path.strip_prefix('/').unwrap_or(path);
        if is_name(whole) {
            return (whole, Self::Metadata);
        }
        let found = PATHS.iter().find_map(|(end, operation)| Some((path.strip_suffix(end)?, *operation)));
        let (before, operation) = found.unwrap_or((path, Self::Other));
        (before.strip_prefix('/').unwrap_or(before), operation)
    }
}
