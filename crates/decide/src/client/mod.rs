//! Trying a client at its provider, as far as that goes without a user: are its credentials accepted, and its callback?
//!
//! Both are told by contrast. Each judge looks at the answers so far and either gives a verdict or names the question to ask
//! next, so that nothing is asked that is not needed: every question is a failed login in the provider's logs.

mod authorize;
mod finding;
mod token;
mod words;

use cognigy_sso_api::TokenEndpointAuthMethod;
use secrecy::ExposeSecret;

use crate::fault::TransportFault;
use crate::observed::Inputs;

pub use authorize::{Arrival, AuthorizeQuestion, Callback, Named, Proof, Returned, Target, judge_callback};
pub(crate) use finding::may_be_told_later;
pub use token::{
    Credentials, Grant, Manner, Method, Refusal, SentSecret, TokenAnswer, TokenQuestion, judge_credentials,
};
pub use words::Registration;

/// What trying a client has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Of its id, secret and authentication method.
    pub credentials: Credentials,
    /// Of its redirect URI, flow and scopes.
    pub callback: Callback,
}

impl Trial {
    /// Nothing came that says anything.
    #[must_use]
    pub fn unanswered(none: NoAnswer) -> Self {
        Self { credentials: Credentials::None(none), callback: Callback::None(none) }
    }

    /// The provider accepts the client.
    #[must_use]
    pub fn accepted() -> Self {
        Self { credentials: Credentials::Accepted, callback: Callback::Accepted(Proof::Returned) }
    }
}

/// The questions asked so far, and what was answered.
#[derive(Debug)]
pub struct Asked<Q, A>(Vec<(Q, A)>);

impl<Q, A> Default for Asked<Q, A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Q: PartialEq, A> Asked<Q, A> {
    /// Notes an answer.
    pub fn note(&mut self, question: Q, answer: A) {
        self.0.push((question, answer));
    }

    /// The answer to a question; the question itself when it is yet to be asked.
    fn answer(&self, question: Q) -> Result<&A, Q> {
        match self.0.iter().find(|(asked, _)| *asked == question) {
            Some((_, answer)) => Ok(answer),
            None => Err(question),
        }
    }
}

/// Why there was no answer that says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// An HTTP status that speaks of the server and not of the client.
    Status(u16),
    /// The call failed below HTTP.
    Transport(TransportFault),
}

impl NoAnswer {
    /// A status that speaks of the server and not of the client: 408, 425, 429, or 500 and more (RFC 9110 section 15).
    #[must_use]
    pub fn of_status(status: u16) -> Option<Self> {
        matches!(status, 408 | 425 | 429 | 500..).then_some(Self::Status(status))
    }
}

/// Does form encoding change the client's id or secret, where they are sent so (RFC 6749 section 2.3.1)?
#[must_use]
pub fn encoding_matters(method: TokenEndpointAuthMethod, inputs: &Inputs) -> bool {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    let changes = |text: &str| !text.bytes().all(stays);
    method == TokenEndpointAuthMethod::ClientSecretBasic
        && (inputs.client_id.as_ref().is_ok_and(|id| changes(id))
            || inputs.client_secret.as_ref().is_ok_and(|secret| changes(secret.expose_secret())))
}
