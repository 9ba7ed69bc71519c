//! What a stand-in has to bring along; the server adds TLS, the journal and the faults.

use std::fmt::Debug;
use std::future::Future;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::request::Request;

/// The names of what can be asked of a site.
pub trait Operation: Copy + Debug + Eq + Hash + Ord + Serialize + DeserializeOwned + Send + Sync + 'static {}

/// What is known about a request before it is carried out.
#[derive(Clone, Debug)]
pub struct Seen<O> {
    /// What is asked for.
    pub operation: O,
    /// The organization or issuer.
    pub subject: Option<String>,
    /// Who asks.
    pub user: Option<String>,
}

/// What a request came to.
#[derive(Debug)]
pub struct Outcome {
    /// The true answer.
    pub answer: Answer,
    /// Whether anything was changed.
    pub effect: bool,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self { answer, effect: false }
    }
}

/// A site that behaves; misbehaving is the server's part.
pub trait Site: Send + Sync + 'static {
    /// What can be asked of it.
    type Operation: Operation;

    /// Tells what a request is about. Changes nothing.
    fn recognise(&self, request: &Request) -> Seen<Self::Operation>;

    /// Carries the request out.
    fn perform(&self, request: &Request) -> impl Future<Output = Outcome> + Send;
}
