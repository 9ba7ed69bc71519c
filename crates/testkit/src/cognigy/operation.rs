//! What can be asked of Cognigy.AI.

use hyper::Method;
use serde::{Deserialize, Serialize};

use crate::server::{self, Request};

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
    /// `GET /auth/oidc/login/<organization>` or `GET /auth/saml/login/<organization>`, which need no API key.
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
            (&Method::GET, _) if LoginUrl::of(request).is_some() => Self::Login,
            _ => Self::Other,
        }
    }
}

/// Where people begin to log in: `/auth/<strategy>/login/<organization>`.
pub(super) struct LoginUrl<'a> {
    /// The `idpType` that it is for.
    pub strategy: &'a str,
    pub organization: &'a str,
}

impl<'a> LoginUrl<'a> {
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        let (strategy, organization) = request.uri.path().strip_prefix("/auth/")?.split_once("/login/")?;
        let is_one = ["oidc", "saml"].contains(&strategy) && !organization.is_empty() && !organization.contains('/');
        is_one.then_some(Self { strategy, organization })
    }
}
