//! What can be asked of an OpenID provider.

use serde::{Deserialize, Serialize};

use crate::server;

/// One of a provider's addresses, below its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, section 4)
    Discovery,
    /// `/jwks` (RFC 7517)
    Keys,
    /// `/token` (RFC 6749, 3.2)
    Token,
    /// `/authorize` (RFC 6749, 3.1)
    Authorize,
    /// `/par` (RFC 9126)
    PushedRequest,
    /// `/auth/local`, where Dex sends browsers before it looks at the request.
    SecondHop,
    /// `/auth/local/login`, where people would sign in.
    LoginPage,
    /// Anything else; it is answered with 404.
    Other,
}

impl server::Operation for Operation {}

const PATHS: [(&str, Operation); 7] = [
    ("/.well-known/openid-configuration", Operation::Discovery),
    ("/jwks", Operation::Keys),
    ("/token", Operation::Token),
    ("/authorize", Operation::Authorize),
    ("/par", Operation::PushedRequest),
    ("/auth/local", Operation::SecondHop),
    ("/auth/local/login", Operation::LoginPage),
];

impl Operation {
    /// The issuer's name and what is asked of it. The name is what stands before the operation's own path, without
    /// the first slash; it may hold slashes and is empty for the bare origin.
    pub(super) fn of(path: &str) -> (&str, Self) {
        let found = PATHS.iter().find_map(|(end, operation)| Some((path.strip_suffix(end)?, *operation)));
        let (before, operation) = found.unwrap_or((path, Self::Other));
        (before.strip_prefix('/').unwrap_or(before), operation)
    }
}
