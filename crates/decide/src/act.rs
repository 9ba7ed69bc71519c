//! The calls that make up one effect, one after the other, and what their answers add up to.

use crate::desired::Desired;
use crate::fault::{CallFault, Fault};
use crate::history::Change;
use crate::observed::Receipt;
use crate::plan::{Application, Cause, Effect};

/// One call to Cognigy.AI.
#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    /// `POST /v2.0/identityprovider/reset`.
    Reset,
    /// `POST /v2.0/identityprovider/configure`.
    Configure(&'a Desired),
    /// `GET /v2.0/auditevents`: the newest configuration.
    FindEvent,
}

/// What a call answered.
#[derive(Debug)]
pub enum Answer {
    /// It was done.
    Done,
    /// It was not done, or that cannot be told.
    Failed(CallFault),
    /// The newest configuration that the audit events tell of; `None` also where they cannot be read.
    Found(Option<Change>),
}

/// What Cognigy.AI was sent to change something, whatever came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing.
    #[default]
    None,
    /// A first configuration.
    Configure,
    /// A reset, and at once a configuration.
    Change,
    /// The same in place of what somebody else had applied before.
    Adopt,
    /// The same in place of what somebody else had made of it.
    Correct,
    /// The former configuration, after the new one was refused.
    PutBack,
    /// A reset, since the resource is being deleted.
    Reset,
}

impl Action {
    /// What a call of this stage makes of an effect; `None` for one that only reads.
    pub(crate) fn of(stage: &Stage, effect: &Effect) -> Option<Self> {
        match (stage, effect) {
            (Stage::Doubt(_) | Stage::FindEvent(_), _) => None,
            (Stage::PutBack(_), _) => Some(Self::PutBack),
            (_, Effect::Apply(application)) => Some(match application.cause {
                Cause::Declared if application.resets => Self::Change,
                Cause::Declared => Self::Configure,
                Cause::Adoption => Self::Adopt,
                Cause::Drift => Self::Correct,
                Cause::PutBack => Self::PutBack,
            }),
            _ => Some(Self::Reset),
        }
    }

    /// The word for it in a log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Configure => "configure",
            Self::Change => "change",
            Self::Adopt => "adopt",
            Self::Correct => "correct",
            Self::PutBack => "put_back",
            Self::Reset => "reset",
        }
    }
}

impl Answer {
    /// Was the call sent at all?
    pub(crate) fn was_sent(&self) -> bool {
        !matches!(self, Self::Failed(CallFault::Paused { .. } | CallFault::HostNotAllowed { .. }))
    }
}

/// How far an effect is.
#[derive(Debug)]
pub(crate) enum Stage {
    Reset,
    Configure,
    /// The configuration was refused with this, which may also say in words that it is there already.
    Doubt(CallFault),
    /// The configuration was refused for this; the former one goes back.
    PutBack(CallFault),
    /// The configuration is in force, or, after this refusal, the former one is.
    FindEvent(Option<CallFault>),
}

impl Stage {
    /// Where the effect begins; `None` for one that is no call to Cognigy.AI.
    pub(crate) fn first(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Reset => Some(Self::Reset),
            Effect::Apply(application) if application.resets => Some(Self::Reset),
            Effect::Apply(_) => Some(Self::Configure),
            Effect::AddFinalizer | Effect::RemoveFinalizer | Effect::Record { .. } => None,
        }
    }

    /// The call that is due.
    pub(crate) fn call<'a>(&self, effect: &'a Effect) -> Call<'a> {
        match (self, effect) {
            (Self::Configure, Effect::Apply(application)) => Call::Configure(&application.desired),
            (Self::PutBack(_), Effect::Apply(Application { previous: Some(previous), .. })) => {
                Call::Configure(previous)
            }
            (Self::Doubt(_) | Self::FindEvent(_), _) => Call::FindEvent,
            _ => Call::Reset,
        }
    }

    /// Takes the answer of that call: another stage, or the end. `is_ours` tells whether an audit event tells of this effect.
    pub(crate) fn answer(
        self,
        effect: &Effect,
        answer: Answer,
        is_ours: impl Fn(&Change) -> bool,
    ) -> Result<Self, Receipt> {
        let Effect::Apply(application) = effect else { return Err(reset(answer)) };
        match (self, answer) {
            (Self::Reset, Answer::Failed(fault)) => Err(refused(fault)),
            (Self::Reset, _) => Ok(Self::Configure),
            (Self::Configure, Answer::Failed(fault)) => configure_failed(application, fault),
            (Self::Configure, _) => Ok(Self::FindEvent(None)),
            (Self::Doubt(fault), Answer::Found(found)) => match found.filter(is_ours) {
                Some(event) => Err(Receipt::Applied { event: Some(event.id) }),
                None => refused_for_good(application, fault),
            },
            (Self::Doubt(fault), _) => refused_for_good(application, fault),
            (Self::PutBack(fault), Answer::Failed(put_back)) => Err(Receipt::NotPutBack { fault, put_back }),
            (Self::PutBack(fault), _) => Ok(Self::FindEvent(Some(fault))),
            (Self::FindEvent(fault), answer) => {
                let found = if let Answer::Found(found) = answer { found } else { None };
                let event = found.filter(is_ours).map(|event| event.id);
                Err(match fault {
                    None => Receipt::Applied { event },
                    Some(fault) => Receipt::RolledBack { fault, event },
                })
            }
        }
    }
}

fn reset(answer: Answer) -> Receipt {
    if let Answer::Failed(fault) = answer { refused(fault) } else { Receipt::WasReset }
}

fn configure_failed(application: &Application, fault: CallFault) -> Result<Stage, Receipt> {
    let is_open = fault.leaves_outcome_open();
    if fault.says_already_configured() && !application.resets {
        return Err(Receipt::AlreadyConfigured);
    }
    // "Already configured" after a reset is this very configuration, delivered twice, or somebody else's in between.
    if is_open || fault.says_already_configured() {
        return Err(Receipt::Open(fault));
    }
    if fault.class().is_passing() || !fault.refuses_configuration() {
        return Err(refused_now(application, fault));
    }
    if fault.may_say_already_configured() { Ok(Stage::Doubt(fault)) } else { refused_for_good(application, fault) }
}

fn refused_for_good(application: &Application, fault: CallFault) -> Result<Stage, Receipt> {
    if application.previous.is_some() && application.cause != Cause::PutBack {
        return Ok(Stage::PutBack(fault));
    }
    Err(refused_now(application, fault))
}

fn refused_now(application: &Application, fault: CallFault) -> Receipt {
    if application.resets { Receipt::RefusedAfterReset(fault) } else { Receipt::Refused(fault) }
}

fn refused(fault: CallFault) -> Receipt {
    if fault.leaves_outcome_open() { Receipt::Open(fault) } else { Receipt::Refused(fault) }
}
