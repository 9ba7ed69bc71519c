//! What is wrong with the world just now, as far as servers and networks go.

use cognigy_sso_decide::{CallFault, CognigyCall, InputProblem, TransportFault};

use crate::cognigy::refused;
use crate::time::{Millis, SECOND};

/// The calls to Cognigy.AI that fail apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `users/me`.
    Me,
    /// Login URL and audit events, before a change.
    Look,
    /// `configure`.
    Configure,
    /// `reset`.
    Reset,
    /// Audit events, after a change.
    FindEvent,
}

impl Operation {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Me, Self::Look, Self::Configure, Self::Reset, Self::FindEvent];
    /// Those that change something.
    pub const CHANGES: &'static [Self] = &[Self::Configure, Self::Reset];

    fn call(self) -> CognigyCall {
        match self {
            Self::Me => CognigyCall::Me,
            Self::Configure => CognigyCall::Configure,
            Self::Reset => CognigyCall::Reset,
            Self::Look | Self::FindEvent => CognigyCall::AuditEvents,
        }
    }
}

/// How a call to Cognigy.AI is answered that does not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// With a status, and seconds to wait where the server names them.
    Status(u16, Option<u64>),
    /// With 409, code 1004.
    AlreadyConfigured,
    /// Below HTTP.
    Transport(TransportFault),
    /// With a success that is none.
    Unexpected(&'static str),
}

impl Failing {
    /// The fault as the adapter gives it to the core.
    #[must_use]
    pub fn fault(self, operation: Operation) -> CallFault {
        let call = operation.call();
        match self {
            Self::Status(status, retry_after) => refused(call, status, None, retry_after),
            Self::AlreadyConfigured => refused(call, 409, Some(1004), None),
            Self::Transport(fault) => CallFault::Transport { server: "api.cognigy.ai".to_owned(), fault },
            Self::Unexpected(what) => CallFault::Unexpected { call, what },
        }
    }

    /// How long the caller waits for it.
    #[must_use]
    pub fn takes(self) -> Millis {
        match self {
            Self::Transport(TransportFault::TimedOut) => 30 * SECOND,
            _ => 50,
        }
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It fails and has no effect.
    Lost(Failing),
    /// It takes effect, and the answer is this.
    AnswerLost(Failing),
    /// It is delivered twice; the second answer is what arrives.
    Twice,
}

/// A trouble with calls to Cognigy.AI.
#[derive(Clone, Copy, Debug)]
pub struct CallTrouble {
    /// The calls it hits.
    pub calls: &'static [Operation],
    /// What becomes of them.
    pub fate: Fate,
    /// How many it still hits.
    pub left: u32,
}

/// What can be wrong with what a provider publishes, whatever the way of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The call breaks below HTTP, or a bound of all calls.
    Transport(TransportFault),
    /// It is answered with this status.
    Status(u16),
    /// It is another provider's.
    Another,
    /// It is that of one whose name differs by a slash.
    Slash,
    /// An endpoint is no https URL.
    Endpoint,
    /// Something is missing that is needed: the keys' place, or an endpoint that takes requests as Cognigy.AI sends them.
    Lacking,
    /// It is a web page.
    Page,
    /// It is no text.
    Garbage,
    /// There is nothing that signatures can be checked by.
    Key {
        /// Is there a certificate, and has it expired?
        expired: bool,
    },
    /// It says that it is no longer valid; where documents do not say so, it is as with keys.
    RunOut,
}

/// A trouble with providers.
#[derive(Clone, Copy, Debug)]
pub struct ProviderTrouble {
    /// What is wrong.
    pub wrong: Wrong,
    /// Is it right and wrong in turn, each for so long?
    pub turns: Option<Millis>,
    /// The address of the one provider that it hits; `None` for all.
    pub only: Option<&'static str>,
}

impl From<Wrong> for ProviderTrouble {
    fn from(wrong: Wrong) -> Self {
        Self { wrong, turns: None, only: None }
    }
}

impl ProviderTrouble {
    /// What is wrong now with the provider at this address.
    fn hits(self, provider: &str, now: Millis) -> Option<Wrong> {
        let is_right = self.turns.is_some_and(|turn| (now / turn).is_multiple_of(2));
        let is_meant = self.only.is_none_or(|only| only == provider);
        (is_meant && !is_right).then_some(self.wrong)
    }
}

/// A trouble with writes to Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteTrouble {
    /// Somebody else writes at the same time.
    Conflict,
    /// The write is refused.
    Refused(&'static str),
    /// It takes effect and is answered with an error.
    AnswerLost,
}

/// A trouble with watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchTrouble {
    /// The version is too old: everything is listed again.
    TooOld,
    /// The connection ends inside an event; it is begun again from the last version.
    Cut,
    /// A list shows what was there some changes ago.
    Stale,
    /// What was shown before is shown again.
    Repeats,
    /// Deletions are not shown.
    LosesDeletions,
}

/// What happens to the process while a call that changes something is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsideCall {
    /// It is told to stop.
    Stop,
    /// Another replica takes its lease.
    LoseLease,
    /// It freezes for that long.
    Freeze(Millis),
}

/// All that is wrong just now.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// Which fault it is: what one has put off is not done when another is there.
    pub number: u64,
    /// With calls to Cognigy.AI.
    pub calls: Option<CallTrouble>,
    /// With providers.
    pub provider: Option<ProviderTrouble>,
    /// With writes to Kubernetes, and how many are still hit.
    pub writes: Option<(WriteTrouble, u32)>,
    /// With reading Secrets.
    pub reads: Option<InputProblem>,
    /// With watches.
    pub watch: Option<WatchTrouble>,
    /// The resources cannot be listed.
    pub no_lists: bool,
    /// How many times a Secret is rotated just after it was read.
    pub rotations: u32,
    /// What happens inside the next call that changes something.
    pub inside_call: Option<InsideCall>,
}

impl Weather {
    /// What becomes of this call.
    pub fn fate(&mut self, operation: Operation) -> Option<Fate> {
        let trouble = self.calls.as_mut().filter(|trouble| trouble.calls.contains(&operation) && trouble.left > 0)?;
        trouble.left -= 1;
        Some(trouble.fate)
    }

    /// What is wrong with the provider at this address.
    #[must_use]
    pub fn wrong_with(&self, provider: &str, now: Millis) -> Option<Wrong> {
        self.provider?.hits(provider, now)
    }

    /// What becomes of this write.
    pub fn write(&mut self) -> Option<WriteTrouble> {
        let (trouble, left) = self.writes.as_mut().filter(|(_, left)| *left > 0)?;
        *left -= 1;
        Some(*trouble)
    }
}
