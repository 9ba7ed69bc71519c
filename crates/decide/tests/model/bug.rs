//! Bugs that are planted to see that they are found: the core is handed something that is not so.

use cognigy_sso_api::AdoptionPolicy;
use cognigy_sso_decide::{CognigyCall, Login, Memory, Observed, Resource};

use crate::rules::Rule;
use crate::samples::{provider, refused};
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
}

impl Bug {
    pub const ALL: [Self; 7] = [
        Self::AdoptsAnything,
        Self::SkipsChecks,
        Self::LosesRecord,
        Self::WritesAlways,
        Self::IgnoresRival,
        Self::ResetsBlindly,
        Self::ForgetsPrevious,
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
            Self::IgnoresRival => observed.rival = None,
            Self::ResetsBlindly if resource.deleting => {
                observed.login = Some(Login::Silent);
                observed.history = Some(Err(refused(CognigyCall::AuditEvents, 403)));
            }
            _ => {}
        }
    }
}
