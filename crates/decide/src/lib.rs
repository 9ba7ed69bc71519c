//! The pure core of the operator.
//!
//! [`plan`] takes what was declared and what was observed and says the one thing to do next; [`conclude`] takes the plan and
//! the receipt of what was done and says what to report and when to look again. Clock and randomness are arguments, and
//! nothing that this crate depends on can do I/O.

mod account;
mod act;
mod checkup;
mod claims;
mod client;
mod conclude;
mod desired;
mod event;
mod expiry;
mod fault;
mod finding;
mod fingerprint;
mod history;
mod memory;
mod observed;
mod plan;
mod provider;
mod requeue;
mod resource;
mod saml;
mod strategy;
mod summary;
mod visit;

pub use act::{Action, Answer, Call};
pub use checkup::{Check, CheckName, check_up};
pub use claims::{Claimant, Claims, Rival};
pub use client::{
    Arrival, Asked, AuthorizeQuestion, Callback, Credentials, Grant, Manner, Method, Named, NoAnswer, Proof, Refusal,
    Registration, Returned, SentSecret, Target, TokenAnswer, TokenQuestion, Trial, encoding_matters, judge_callback,
    judge_credentials,
};
pub use conclude::{Conclusion, Ending, conclude, in_progress};
pub use desired::Desired;
pub use event::{Event, EventKind};
pub use expiry::Expiry;
pub use fault::{
    CallFault, Class, CognigyCall, Document, Fault, InputFault, InputProblem, ObjectKind, ProviderFault, SamlFault,
    TransportFault,
};
pub use finding::Finding;
pub use fingerprint::{Compared, Cost, Fingerprint, Salt};
pub use history::{Change, ChangeKind};
pub use memory::Memory;
pub use observed::{Account, Inputs, Login, Observed, Party, Receipt, SamlInputs};
pub use plan::{Application, Cause, Effect, LONGEST_CHANGE, Plan, may_be_anothers, plan, shows_applied};
pub use provider::{KeyFacts, Provider};
pub use requeue::{Moment, next_visit};
pub use resource::Resource;
pub use saml::{Certificate, Metadata};
pub use strategy::is_doubted;
pub use visit::{Seal, Step, Visit, Write};
