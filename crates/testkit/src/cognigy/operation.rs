//! What can be asked of Cognigy.AI.

use hyper::Method;
use serde::{Deserialize, Serialize};

use crate::server::{self, Request};

const LOGIN: &str = "/auth/oidc/login/";

/// One of the published calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `GET /v2.0/users/me`
    Me,
    /// `POST /v2.0/identityprovider/configure`
    Configure,
    /// `POST /v2.0/identityprovider/reset`
    Reset,
    /// `GET /v2.0/auditevents`
    AuditEvents,
    /// `GET /auth/oidc/login/<organization>`, which needs no API key.
    Login,
    /// Anything else; it is answered with 404.
    Other,
}

impl server::Operation for Operation {}

impl Operation {
    /// The API is there with and without `/new`; the login URL is at the root of the host alone.
    pub(super) fn of(request: &Request) -> Self {
        let path = request.uri.path();
        let below = path.strip_prefix("/new").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        match (&request.method, below) {
            (&Method::GET, "/v2.0/users/me") => Self::Me,
            (&Method::POST, "/v2.0/identityprovider/configure") => Self::Configure,
            (&Method::POST, "/v2.0/identityprovider/reset") => Self::Reset,
            (&Method::GET, "/v2.0/auditevents") => Self::AuditEvents,
            (&Method::GET, _) if login_organization(request).is_some() => Self::Login,
            _ => Self::Other,
        }
    }
}

/// The organization in a login URL.
pub(super) fn login_organization(request: &Request) -> Option<&str> {
    request.uri.path().strip_prefix(LOGIN).filter(|rest| !rest.is_empty() && !rest.contains('/'))
}
