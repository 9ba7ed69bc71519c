//! The points at which a process dies.

/// What is done to something outside the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `reset`.
    Reset,
    /// `configure`.
    Configure,
    /// The status is written at the end of a visit.
    Status,
}

/// A point at which a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrashPoint {
    /// Before it is sent.
    Before(Action),
    /// After it was sent: it arrives all the same.
    Sent(Action),
    /// After it took effect, and before the answer.
    TookEffect(Action),
    /// After the answer.
    Answered(Action),
    /// After the Secrets were read.
    FirstRead,
    /// After all that is asked before a change was answered.
    Checks,
    /// After what is about to be done was put on record.
    Intent,
    /// Before the finalizer goes.
    Finalizer,
}

impl CrashPoint {
    /// All 16.
    pub const ALL: [Self; 16] = [
        Self::Before(Action::Reset),
        Self::Sent(Action::Reset),
        Self::TookEffect(Action::Reset),
        Self::Answered(Action::Reset),
        Self::Before(Action::Configure),
        Self::Sent(Action::Configure),
        Self::TookEffect(Action::Configure),
        Self::Answered(Action::Configure),
        Self::Before(Action::Status),
        Self::Sent(Action::Status),
        Self::TookEffect(Action::Status),
        Self::Answered(Action::Status),
        Self::FirstRead,
        Self::Checks,
        Self::Intent,
        Self::Finalizer,
    ];

    /// The point in words.
    #[must_use]
    pub fn told(self) -> String {
        let of = |action| match action {
            Action::Reset => "reset",
            Action::Configure => "configure",
            Action::Status => "the status write",
        };
        match self {
            Self::Before(action) => format!("before {} is sent", of(action)),
            Self::Sent(action) => format!("after {} was sent", of(action)),
            Self::TookEffect(action) => format!("after {} took effect and before the answer", of(action)),
            Self::Answered(action) => format!("after the answer to {}", of(action)),
            Self::FirstRead => "after the first read".to_owned(),
            Self::Checks => "after the checks".to_owned(),
            Self::Intent => "after the intent was recorded".to_owned(),
            Self::Finalizer => "before the finalizer goes".to_owned(),
        }
    }
}
