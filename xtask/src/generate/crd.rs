//! The `CustomResourceDefinition`, generated from the types of `crates/api`.

use super::File;

/// For who applies it.
pub const FILE: &str = "crds/identityproviderconfigs.sso.cognigy.ai.yaml";
/// The chart takes files of its own folder only.
const IN_CHART: &str = "charts/cognigy-sso-operator/files/crd.yaml";

pub fn files() -> anyhow::Result<[File; 2]> {
    let definition = cognigy_sso_api::crd_yaml()?;
    Ok([(FILE, definition.clone()), (IN_CHART, definition)])
}
