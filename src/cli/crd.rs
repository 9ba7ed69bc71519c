//! `crd`: prints the definition to install.

use std::io::Write;

pub(super) fn execute() -> anyhow::Result<()> {
    let yaml = cognigy_sso_api::crd_yaml()?;
    std::io::stdout().write_all(yaml.as_bytes())?;
    Ok(())
}
