//! Trying a client at its provider: the questions that [`decide`](cognigy_sso_decide) asks, sent.
//!
//! No token can come of it, since codes and refresh tokens are made up; no cookie is kept; the callback is never called.

mod authorize;
mod cache;
mod credentials;
#[cfg(test)]
mod fuzz;
mod page;
mod redirect;
#[cfg(test)]
mod tests;
mod token;

use std::time::Duration;

use cognigy_sso_api::{Oidc, TokenEndpointAuthMethod};
use cognigy_sso_decide::{
    Asked, Callback, Credentials, Method, NoAnswer, Provider, TransportFault, Trial, judge_callback, judge_credentials,
};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::egress::{Bounds, CaBundle, Egress, Excess};

pub use cache::Trials;

/// Pages may be long, and what they complain about stands at their beginning.
const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, excess: Excess::Leave, time: Duration::from_secs(10) };

/// A client as it is declared, with all that is needed to try it.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// What is declared of it.
    pub oidc: &'a Oidc,
    /// What its provider publishes.
    pub provider: &'a Provider,
    /// A private authority of the provider.
    pub ca: Option<&'a CaBundle>,
    /// The client id.
    pub id: &'a str,
    /// The client secret, if it is known.
    pub secret: Option<&'a SecretString>,
    /// The redirect URI; `None` while the organization is not known.
    pub callback: Option<&'a str>,
    /// Does form encoding change its id or secret?
    pub encoding_matters: bool,
}

impl Client<'_> {
    fn method(&self) -> TokenEndpointAuthMethod {
        self.oidc.token_endpoint_auth_method
    }

    async fn try_credentials(&self, egress: &Egress, secret: &SecretString) -> Credentials {
        let method = Method {
            declared: self.method(),
            offered: self.provider.auth_methods.as_deref(),
            encoding_matters: self.encoding_matters,
        };
        let mut answers = Asked::default();
        loop {
            match judge_credentials(method, &answers) {
                Ok(found) => return found,
                Err(question) => answers.note(question, token::ask(egress, self, secret, question).await),
            }
        }
    }

    async fn try_callback(&self, egress: &Egress) -> Callback {
        let Some(callback) = self.callback else { return Callback::NotTried };
        let Some(desk) = authorize::Desk::new(egress, self, callback) else { return Callback::NotTried };
        let mut answers = Asked::default();
        loop {
            match judge_callback(desk.pushes(), &answers) {
                Ok(found) => return found,
                Err(question) => {
                    let arrival = desk.ask(&question).await;
                    answers.note(question, arrival);
                }
            }
        }
    }
}

/// Tries a client: what was found lately of the same credentials serves again, unless `fresh`.
pub async fn try_client(egress: &Egress, trials: &Trials, client: &Client<'_>, fresh: bool) -> Trial {
    let late = NoAnswer::Transport(TransportFault::TimedOut);
    let credentials = timeout(trials.patience, trials.credentials(egress, client, fresh));
    let callback = timeout(trials.patience, client.try_callback(egress));
    let (credentials, callback) = futures::join!(credentials, callback);
    Trial {
        credentials: credentials.unwrap_or(Credentials::None(late)),
        callback: callback.unwrap_or(Callback::None(late)),
    }
}

/// Something that nobody can have issued or registered.
fn made_up() -> String {
    format!("{:032x}{:032x}", fastrand::u128(..), fastrand::u128(..))
}

/// Errors that are repeated as they are: those of OAuth and OpenID Connect, and some that vendors add.
const ERRORS: [&str; 25] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_resource",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "login_required",
    "request_not_supported",
    "request_uri_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
    "use_dpop_nonce",
];

/// An error as it may be repeated; `None` when it is none (RFC 6749 section 5.2), or longer than 64 characters. Of one that is
/// not known nothing is repeated: it may hold what the provider was sent, a secret too.
fn error_code(text: &str) -> Option<Box<str>> {
    let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let is_error = (1..=64).contains(&text.len()) && text.bytes().all(is_allowed);
    is_error.then(|| if ERRORS.contains(&text) { text.into() } else { "an error of its own".into() })
}
