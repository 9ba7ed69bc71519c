//! What happened, in order: what the oracles judge and what a trace tells.

use std::fmt;
use std::sync::Arc;

use cognigy_sso_api::{ConditionType, IdentityProviderConfigStatus};
use cognigy_sso_decide::EventKind;

use crate::executor::Owner;
use crate::kubernetes::Name;
use crate::time::{Millis, told};

/// Which of the configurations that a resource has declared: both numbers rise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The resource.
    pub resource: Name,
    /// Number of its spec.
    pub spec: u32,
    /// Number of its client secret or decryption key.
    pub secret: u32,
    /// Number of the certificate that its identity provider signs with; 0 where there is none.
    pub certificate: u32,
}

impl Edition {
    /// Is this one older than `other`, in nothing newer?
    #[must_use]
    pub fn is_older_than(&self, other: &Self) -> bool {
        self.resource == other.resource
            && self.spec <= other.spec
            && self.secret <= other.secret
            && (self.certificate <= other.certificate || other.certificate == 0)
            && self != other
    }
}

/// What an organization has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Nothing.
    Nothing,
    /// What a resource declared.
    Declared(Edition),
    /// What somebody else configured.
    Strangers,
}

/// A change on its way to Cognigy.AI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `reset`.
    Reset,
    /// `configure`; `None` for what no resource ever declared.
    Configure(Option<Edition>),
}

/// What happened to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has started.
    Started,
    /// It was killed.
    Killed,
    /// It was told to stop.
    Stopping,
    /// It has stopped.
    Stopped,
    /// It froze.
    Froze,
    /// It goes on.
    Thawed,
    /// It has the lease.
    Leads,
    /// It has lost the lease.
    StepsDown,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// In words: what users and faults did.
    Note(String),
    /// A fault begins.
    FaultBegins(String),
    /// All faults are over.
    FaultsEnd,
    /// A person has done what a message asks for.
    PersonActs,
    /// A change was sent.
    Sent {
        /// Number of the call.
        call: u64,
        /// By which process.
        process: Owner,
        /// For which resource.
        resource: Name,
        /// To which organization.
        organization: Box<str>,
        /// What it is.
        change: Change,
        /// Is the resource being deleted?
        deleting: bool,
    },
    /// A resource was created.
    Created(Name),
    /// A call came to its end at Cognigy.AI: it took effect, or never will.
    Ended {
        /// Number of the call.
        call: u64,
        /// Did it take effect?
        took_effect: bool,
        /// Was it refused for good?
        refused: bool,
    },
    /// An organization has this now.
    Holds(Box<str>, Holding),
    /// A status was written, of a resource of this generation.
    Status(Name, i64, Arc<IdentityProviderConfigStatus>),
    /// The finalizer was put on or taken off.
    Finalizer(Name, bool),
    /// A resource is gone.
    Gone(Name),
    /// An event was published.
    Event(Name, EventKind, String),
    /// Something happened to a process.
    Process(Owner, Turn),
    /// Text that came out of the operator holds a secret: where.
    Leak(String),
    /// More was kept than there may be.
    Grown(String),
}

/// An entry of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub time: Millis,
    /// What.
    pub what: What,
}

/// All that happened.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// In order.
    pub entries: Vec<Entry>,
}

impl History {
    /// Notes what happened.
    pub fn note(&mut self, time: Millis, what: What) {
        self.entries.push(Entry { time, what });
    }

    /// When the faults ended.
    #[must_use]
    pub fn faults_ended(&self) -> Option<Millis> {
        self.entries.iter().rev().find(|entry| entry.what == What::FaultsEnd).map(|entry| entry.time)
    }

    /// The history as people read it, one line for each entry.
    #[must_use]
    pub fn told(&self) -> String {
        let lines: Vec<_> = self.entries.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}  {}", told(self.time), self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(text) => formatter.write_str(text),
            Self::FaultBegins(name) => write!(formatter, "FAULT: {name}"),
            Self::FaultsEnd => formatter.write_str("faults stop"),
            Self::PersonActs => formatter.write_str("a person asks for a check, as the message says"),
            Self::Sent { call, process, resource, organization, change, .. } => {
                write!(formatter, "process {process} sends {change} for {resource} to {organization} (call {call})")
            }
            Self::Ended { call, took_effect: true, .. } => write!(formatter, "call {call} takes effect"),
            Self::Ended { call, refused: true, .. } => write!(formatter, "call {call} is refused for good"),
            Self::Ended { call, .. } => write!(formatter, "call {call} comes to nothing"),
            Self::Holds(organization, holding) => write!(formatter, "{organization} has {holding}"),
            Self::Status(resource, generation, status) => {
                write!(formatter, "status of {resource} (generation {generation}): {}", Summary(status))
            }
            Self::Finalizer(resource, true) => write!(formatter, "{resource} gets the finalizer"),
            Self::Finalizer(resource, false) => write!(formatter, "{resource} loses the finalizer"),
            Self::Created(resource) => write!(formatter, "{resource} is there"),
            Self::Gone(resource) => write!(formatter, "{resource} is gone"),
            Self::Event(resource, kind, note) => write!(formatter, "event {} of {resource}: {note}", kind.reason()),
            Self::Process(process, turn) => write!(formatter, "process {process}: {turn:?}"),
            Self::Leak(place) => write!(formatter, "A SECRET IS IN {place}"),
            Self::Grown(what) => write!(formatter, "GROWN: {what}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset => formatter.write_str("reset"),
            Self::Configure(Some(edition)) => write!(formatter, "configure {edition}"),
            Self::Configure(None) => formatter.write_str("configure with what nobody declared"),
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/spec {}/secret {}", self.resource, self.spec, self.secret)?;
        if self.certificate > 0 { write!(formatter, "/certificate {}", self.certificate) } else { Ok(()) }
    }
}

impl fmt::Display for Holding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("no configuration"),
            Self::Declared(edition) => write!(formatter, "{edition}"),
            Self::Strangers => formatter.write_str("somebody else's configuration"),
        }
    }
}

/// A status in a line.
struct Summary<'a>(&'a IdentityProviderConfigStatus);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.0;
        for condition in &status.conditions {
            write!(formatter, "{:?}={}/{} ", condition.r#type, condition.status.as_str(), condition.reason)?;
        }
        if let Some(pending) = &status.pending {
            write!(formatter, "pending {:?} ", pending.operation)?;
        }
        if let Some(applied) = &status.applied {
            write!(formatter, "applied generation {} ", applied.generation)?;
        }
        match status.condition(ConditionType::Ready) {
            Some(ready) => write!(formatter, "| {}", ready.message),
            None => Ok(()),
        }
    }
}
