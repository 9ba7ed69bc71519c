//! `crd`: prints the definition to install.

use std::io::Write;

pub(super) fn execute() -> anyhow::Result<()> {
    let yaml = serde_saphyr::to_string(&cognigy_sso_api::crd())?;
    std::io::stdout().write_all(yaml.as_bytes())?;
    Ok(())
}
