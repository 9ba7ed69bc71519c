//! Who may speak to the control plane, and how: keys, the administrator's token, the kubeconfig.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rcgen::KeyPair;

/// The files that the API server reads at its start.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) tokens: PathBuf,
    pub(super) account_key: PathBuf,
    pub(super) account_public_key: PathBuf,
    admin_token: String,
}

impl Credentials {
    /// Makes a fresh administrator and a fresh key for service account tokens in `folder`.
    pub(super) fn create(folder: &Path) -> anyhow::Result<Self> {
        let admin_token = random_token()?;
        let key = KeyPair::generate().context("making the key for service account tokens")?;
        let credentials = Self {
            tokens: folder.join("tokens.csv"),
            account_key: folder.join("service-account.key"),
            account_public_key: folder.join("service-account.pub"),
            admin_token,
        };
        fs::write(&credentials.tokens, format!("{},admin,admin,system:masters\n", credentials.admin_token))?;
        fs::write(&credentials.account_key, key.serialize_pem())?;
        fs::write(&credentials.account_public_key, key.public_key_pem())?;
        Ok(credentials)
    }

    /// A kubeconfig for the administrator; the server's certificate is checked against `ca`, a PEM file.
    pub(super) fn kubeconfig(&self, server: &str, ca: &Path) -> String {
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             current-context: test\n\
             clusters:\n\
             - name: test\n  cluster:\n    server: {server}\n    certificate-authority: {}\n\
             contexts:\n\
             - name: test\n  context:\n    cluster: test\n    user: admin\n    namespace: default\n\
             users:\n\
             - name: admin\n  user:\n    token: {}\n",
            ca.display(),
            self.admin_token
        )
    }
}

fn random_token() -> anyhow::Result<String> {
    let draw = || getrandom::u64().context("drawing the administrator's token");
    Ok(format!("{:016x}{:016x}", draw()?, draw()?))
}
