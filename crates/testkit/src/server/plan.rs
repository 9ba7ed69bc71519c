//! Which requests meet which faults, and how often.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// Which requests meet which faults, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan<O> {
    /// The operation; left out, all of them.
    #[serde(default = "Option::default")]
    pub operation: Option<O>,
    /// The organization or issuer; left out, all of them.
    #[serde(default)]
    pub subject: Option<String>,
    /// The faults, taken in turn and from the start again.
    pub faults: Vec<Fault>,
    /// How many requests meet one.
    #[serde(default)]
    pub times: Times,
}

/// How many requests meet a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Times {
    /// As many as there are faults.
    #[default]
    EachOnce,
    /// So many, whatever the number of faults.
    Count(u32),
    /// All, until the faults are cleared.
    Forever,
}

impl<O> Plan<O> {
    /// Each of the faults once, in this order, on one operation.
    #[must_use]
    pub fn on(operation: O, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { operation: Some(operation), ..Self::on_all(faults) }
    }

    /// Each of the faults once, in this order, on whatever is asked for.
    #[must_use]
    pub fn on_all(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { operation: None, subject: None, faults: faults.into_iter().collect(), times: Times::EachOnce }
    }

    /// Only for this organization or issuer.
    #[must_use]
    pub fn of(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    /// Only so many times.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { times: Times::Count(count), ..self }
    }

    /// Until the faults are cleared.
    #[must_use]
    pub fn forever(self) -> Self {
        Self { times: Times::Forever, ..self }
    }
}

/// The faults that are installed. The plan installed first comes first.
pub(super) struct Faults<O>(Mutex<Vec<Installed<O>>>);

struct Installed<O> {
    plan: Plan<O>,
    used: usize,
}

impl<O> Default for Faults<O> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<O: PartialEq> Faults<O> {
    pub(super) fn install(&self, plan: Plan<O>) {
        self.0.lock().push(Installed { plan, used: 0 });
    }

    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }

    /// The fault that this request meets; the one that behaves if none.
    pub(super) fn next(&self, operation: &O, subject: Option<&str>) -> Fault {
        let mut all = self.0.lock();
        let found = all.iter_mut().find(|installed| installed.meets(operation, subject));
        found.and_then(Installed::take).unwrap_or_default()
    }
}

impl<O: PartialEq> Installed<O> {
    fn meets(&self, operation: &O, subject: Option<&str>) -> bool {
        let left = match self.plan.times {
            Times::EachOnce => self.used < self.plan.faults.len(),
            Times::Count(count) => self.used < count as usize,
            Times::Forever => true,
        };
        left && self.plan.operation.as_ref().is_none_or(|wanted| wanted == operation)
            && self.plan.subject.as_deref().is_none_or(|wanted| Some(wanted) == subject)
    }

    fn take(&mut self) -> Option<Fault> {
        let turn = self.used.checked_rem(self.plan.faults.len())?;
        self.used += 1;
        self.plan.faults.get(turn).cloned()
    }
}
