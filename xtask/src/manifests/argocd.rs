//! The part of Argo CD's ConfigMap that makes it know an `IdentityProviderConfig`.

use std::fs;

use anyhow::Context as _;

use crate::cargo;

/// Below the root of the workspace.
pub const FILE: &str = "deploy/argocd/argocd-cm.yaml";
const FOLDER: &str = "deploy/argocd";
/// In the order in which `discovery.lua` tells of them.
const ACTIONS: [&str; 3] = ["check-now", "suspend", "resume"];

const HEAD: &str = "# Teaches Argo CD the health and the actions of an IdentityProviderConfig. It is a patch, so all else stays as it is:
#
#   kubectl patch configmap argocd-cm --namespace argocd --type merge --patch-file argocd-cm.yaml
#
# Generated from health.lua and actions/: cargo xtask manifests
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
data:
";

/// The patch.
pub fn config_map() -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    text.push_str("  resource.customizations.health.sso.cognigy.ai_IdentityProviderConfig: |\n");
    text.push_str(&indented(4, &script("health")?));
    text.push_str("  resource.customizations.actions.sso.cognigy.ai_IdentityProviderConfig: |\n    discovery.lua: |\n");
    text.push_str(&indented(6, &script("actions/discovery")?));
    text.push_str("    definitions:\n");
    for action in ACTIONS {
        text.push_str(&format!("      - name: {action}\n        action.lua: |\n"));
        text.push_str(&indented(10, &script(&format!("actions/{action}"))?));
    }
    Ok(text)
}

fn script(name: &str) -> anyhow::Result<String> {
    let path = cargo::root().join(FOLDER).join(name).with_extension("lua");
    fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}

fn indented(width: usize, text: &str) -> String {
    let lines =
        text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{:width$}{line}\n", "") });
    lines.collect()
}
