//! What can go wrong, or come between, at each step of a visit.

use std::fmt;

/// One mishap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    SecretUnreadable,
    AccountFails,
    HistoryFails,
    LoginSilent,
    /// The operator dies before the step.
    Dies,
    /// The step takes effect, and the operator dies before it hears of it.
    DiesAfter,
    /// The write fails.
    WriteFails,
    /// The write takes effect, and its answer is lost.
    WriteLost,
    /// The resource is edited just before it is written.
    Edited,
    /// The call is lost before it takes effect: no answer.
    LostBefore,
    /// The call takes effect, and its answer is lost.
    LostAfter,
    RefusedForNow,
    RefusedForGood,
    /// The call is delivered twice: the second time it meets its own effect, and that is the answer.
    Twice,
    /// A stranger configures just before the call.
    StrangerConfigures,
    /// A stranger resets just before the call.
    StrangerResets,
}

use Mishap::{
    AccountFails, Dies, DiesAfter, Edited, HistoryFails, LoginSilent, LostAfter, LostBefore, RefusedForGood,
    RefusedForNow, SecretUnreadable, StrangerConfigures, StrangerResets, Twice, WriteFails, WriteLost,
};

pub const READING_SECRETS: &[Mishap] = &[SecretUnreadable];
pub const READING_ACCOUNT: &[Mishap] = &[AccountFails];
pub const READING_HISTORY: &[Mishap] = &[HistoryFails];
pub const READING_LOGIN: &[Mishap] = &[LoginSilent];
pub const WRITING: &[Mishap] = &[Dies, DiesAfter, WriteFails, WriteLost, Edited];
pub const RESETTING: &[Mishap] =
    &[Dies, DiesAfter, LostBefore, LostAfter, RefusedForNow, RefusedForGood, StrangerConfigures, StrangerResets];
pub const CONFIGURING: &[Mishap] =
    &[Dies, DiesAfter, LostBefore, LostAfter, RefusedForNow, RefusedForGood, StrangerConfigures, StrangerResets, Twice];
pub const FINDING: &[Mishap] = &[Dies, HistoryFails, StrangerConfigures];

impl fmt::Display for Mishap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SecretUnreadable => "the secret cannot be read",
            AccountFails => "GET users/me answers 503",
            HistoryFails => "GET auditevents answers 503",
            LoginSilent => "the login URL does not answer",
            Dies => "the operator dies before it",
            DiesAfter => "it takes effect, and the operator dies",
            WriteFails => "it fails",
            WriteLost => "it takes effect, and the answer is lost",
            Edited => "the resource was edited just before",
            LostBefore => "it times out without effect",
            LostAfter => "it takes effect, and times out",
            RefusedForNow => "it is refused for now",
            RefusedForGood => "it is refused for good",
            StrangerConfigures => "a stranger configures just before it",
            StrangerResets => "a stranger resets just before it",
            Twice => "it is delivered twice, and answered 409",
        })
    }
}
