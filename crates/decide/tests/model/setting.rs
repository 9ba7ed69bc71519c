//! What differs from one model to the next: the resource's policies, and what this Cognigy.AI shows.

use std::fmt;

use cognigy_sso_api::{AdoptionPolicy, DeletionPolicy, DriftPolicy};

use crate::strategy::Strategy;

/// One configuration of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Setting {
    /// What is declared at first.
    pub strategy: Strategy,
    pub adoption: AdoptionPolicy,
    pub drift: DriftPolicy,
    pub deletion: DeletionPolicy,
    /// May the API key read audit events?
    pub audit: bool,
    /// Does the login URL lead to the provider?
    pub shows: bool,
    /// Does a second `configure` overwrite, where others answer 409?
    pub overwrites: bool,
    /// Do two resources declare the organization?
    pub two: bool,
}

impl Setting {
    /// A resource with default policies, and a Cognigy.AI that tells all it can.
    pub const PLAIN: Self = Self {
        strategy: Strategy::Oidc,
        adoption: AdoptionPolicy::IfMatching,
        drift: DriftPolicy::Correct,
        deletion: DeletionPolicy::Retain,
        audit: true,
        shows: true,
        overwrites: false,
        two: false,
    };

    /// Every combination for one resource.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::PLAIN];
        vary(&mut all, &[AdoptionPolicy::Never, AdoptionPolicy::IfMatching, AdoptionPolicy::Always], |it, to| {
            it.adoption = to;
        });
        vary(&mut all, &[DriftPolicy::Correct, DriftPolicy::Report], |it, to| it.drift = to);
        vary(&mut all, &[DeletionPolicy::Retain, DeletionPolicy::Reset], |it, to| it.deletion = to);
        vary(&mut all, &[true, false], |it, to| it.audit = to);
        vary(&mut all, &[true, false], |it, to| it.shows = to);
        vary(&mut all, &[false, true], |it, to| it.overwrites = to);
        vary(&mut all, &Strategy::ALL, |it, to| it.strategy = to);
        all
    }

    /// Combinations for two resources.
    pub fn pairs() -> Vec<Self> {
        let mut all = vec![Self { two: true, ..Self::PLAIN }];
        vary(&mut all, &[AdoptionPolicy::Never, AdoptionPolicy::Always], |it, to| it.adoption = to);
        vary(&mut all, &[DeletionPolicy::Retain, DeletionPolicy::Reset], |it, to| it.deletion = to);
        vary(&mut all, &[true, false], |it, to| it.audit = to);
        vary(&mut all, &Strategy::ALL, |it, to| it.strategy = to);
        all
    }
}

fn vary<T: Copy>(all: &mut Vec<Setting>, values: &[T], set: impl Fn(&mut Setting, T)) {
    let varied = all.iter().flat_map(|setting| values.iter().map(move |value| (*setting, *value)));
    *all = varied
        .map(|(mut setting, value)| {
            set(&mut setting, value);
            setting
        })
        .collect();
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = if self.two { "two resources" } else { "one resource" };
        write!(
            formatter,
            "{number}, {:?}, adoption {:?}, drift {:?}, deletion {:?}",
            self.strategy, self.adoption, self.drift, self.deletion
        )?;
        let audit = if self.audit { "readable" } else { "unreadable" };
        let login = if self.shows { "shows" } else { "is silent" };
        let second = if self.overwrites { "overwrites" } else { "conflicts" };
        write!(formatter, "; audit {audit}, login {login}, configure {second}")
    }
}
