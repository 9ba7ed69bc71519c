//! As whom the operator writes to the Kubernetes API: `metadata.managedFields` names it.

use kube::api::{PatchParams, PostParams};

pub(crate) const FIELD_MANAGER: &str = "cognigy-sso-operator";

/// To create and to replace.
pub(crate) fn post() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

/// To patch.
pub(crate) fn patch() -> PatchParams {
    PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() }
}
