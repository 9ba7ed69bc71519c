//! Bugs that are planted to see that they are found: the core is handed something that is not so.

use std::sync::Arc;

use cognigy_sso_api::AdoptionPolicy;
use cognigy_sso_decide::{CognigyCall, Login, Memory, Metadata, Observed, Resource};

use crate::rules::Rule;
use crate::samples::{certificate, provider, refused};
use crate::world::Mood;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// `adoptionPolicy` is taken for `Always`.
    AdoptsAnything,
    /// The provider is taken for verified.
    SkipsChecks,
    /// What was begun is forgotten.
    LosesRecord,
    /// What was reported is taken for unreported.
    WritesAlways,
    /// Nobody tells of the older resource.
    IgnoresRival,
    /// A deletion does not look who changed the configuration.
    ResetsBlindly,
    /// What was in force is not kept in memory.
    ForgetsPrevious,
    /// The metadata is taken for what it was at first.
    MissesCertificate,
}

impl Bug {
    pub const ALL: [Self; 8] = [
        Self::AdoptsAnything,
        Self::SkipsChecks,
        Self::LosesRecord,
        Self::WritesAlways,
        Self::IgnoresRival,
        Self::ResetsBlindly,
        Self::ForgetsPrevious,
        Self::MissesCertificate,
    ];

    /// The rule that it breaks.
    pub fn breaks(self) -> Rule {
        match self {
            Self::AdoptsAnything => Rule::Strangers,
            Self::SkipsChecks => Rule::Working,
            Self::LosesRecord => Rule::Converges,
            Self::WritesAlways => Rule::Quiet,
            Self::IgnoresRival => Rule::OneActs,
            Self::ResetsBlindly => Rule::Deletion,
            Self::ForgetsPrevious => Rule::RollsBack,
            Self::MissesCertificate => Rule::Truthful,
        }
    }

    /// The resource as the core sees it.
    pub fn spec(self, resource: &mut Resource) {
        if self == Self::AdoptsAnything
            && let Ok(spec) = &mut resource.spec
        {
            spec.adoption_policy = AdoptionPolicy::Always;
        }
    }

    /// The resource as a visit begins with it.
    pub fn status(self, resource: &mut Resource) {
        if self == Self::LosesRecord {
            resource.status.pending = None;
        }
    }

    /// What is remembered when a visit begins.
    pub fn memory(self, memory: &mut Memory) {
        match self {
            Self::ForgetsPrevious => {
                let unreported = memory.unreported;
                *memory = Memory::default();
                memory.unreported = unreported;
            }
            Self::WritesAlways => memory.unreported = true,
            _ => {}
        }
    }

    /// What is observed.
    pub fn observed(self, resource: &Resource, observed: &mut Observed) {
        match self {
            Self::SkipsChecks if observed.provider.is_some() => observed.provider = Some(provider(Mood::Verified)),
            Self::SkipsChecks => read_otherwise(observed, |metadata| metadata.valid_until = None),
            Self::MissesCertificate => {
                read_otherwise(observed, |metadata| metadata.certificates = vec![certificate(1)]);
            }
            Self::IgnoresRival => observed.rival = None,
            Self::ResetsBlindly if resource.deleting => {
                observed.login = Some(Login::Silent);
                observed.history = Some(Err(refused(CognigyCall::AuditEvents, 403)));
            }
            _ => {}
        }
    }
}

/// Metadata is taken for something else than it says.
fn read_otherwise(observed: &mut Observed, change: impl FnOnce(&mut Metadata)) {
    let Some(Ok(read)) = observed.metadata.as_deref() else { return };
    let mut taken_for = read.clone();
    change(&mut taken_for);
    observed.metadata = Some(Arc::new(Ok(taken_for)));
}
