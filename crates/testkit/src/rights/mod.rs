//! The rights that the chart grants to the operator, compared with those that it uses.
//!
//! Tests run their operators as the ServiceAccount that the chart installs, in one of its [`Mode`]s, on an API server that logs
//! what it is asked by such accounts ([`AUDIT_POLICY`]). What was granted and never used, and what was used and not granted,
//! is a [`Comparison`]'s finding.

mod audit;
mod comparison;
mod release;
mod right;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

pub use audit::{AUDIT_POLICY, Request, requests};
pub use comparison::Comparison;
pub use release::{Release, Rendered};
pub use right::{Breadth, Right, granted};

/// The environment variable that names the mode that tests run their operators in.
pub const MODE: &str = "RBAC_MODE";
/// The environment variable that names the folder for audit logs; without it none is kept.
pub const AUDIT_FOLDER: &str = "RBAC_AUDIT_FOLDER";

/// How widely the chart grants its rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// In all namespaces, by a role of the cluster.
    #[default]
    Cluster,
    /// In the namespaces that are listed, by a role in each.
    Namespaces,
    /// The same, to Secrets and ConfigMaps of the listed names only.
    Named,
}

impl Mode {
    /// From the widest to the narrowest.
    pub const ALL: [Self; 3] = [Self::Cluster, Self::Namespaces, Self::Named];

    /// The mode that the environment names; the default where it names none.
    ///
    /// # Errors
    /// When it names one that does not exist.
    pub fn from_environment() -> anyhow::Result<Self> {
        std::env::var(MODE).map_or(Ok(Self::default()), |mode| mode.parse())
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Namespaces => "namespaces",
            Self::Named => "named",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|mode| mode.name() == text);
        found.ok_or_else(|| anyhow::anyhow!("{MODE} is {text}: it is one of cluster, namespaces and named"))
    }
}

/// A new file for the audit log of one control plane, where the environment wants one.
#[must_use]
pub fn audit_log(of: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(AUDIT_FOLDER)?;
    Some(PathBuf::from(folder).join(format!("{of}-{:08x}.log", fastrand::u32(..))))
}
