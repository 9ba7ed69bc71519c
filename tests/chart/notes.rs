//! What is said after an installation.

use serde_json::{Value, json};

use crate::helm::{FULL_NAME, notes, with};

async fn said(values: Value) -> String {
    notes(&with(values)).await
}

#[tokio::test]
async fn every_right_is_told() {
    let notes = said(json!({ "secretNames": ["x", "y"] })).await;
    for line in [
        "It looks after all namespaces, where ServiceAccount acme-cognigy-sso-operator may\n",
        "get, list, watch, patch  identityproviderconfigs\n",
        "update  identityproviderconfigs/status\n",
        "get, list, watch  secrets, of these names alone: x, y\n",
        "get, list, watch  configmaps\n",
        "create  events\n",
        "and in namespace sso\n",
        "create  leases\n",
        &format!("get, list, watch, update  leases, of this name alone: {FULL_NAME}\n"),
    ] {
        assert!(notes.contains(line), "{line:?} is not in {notes}");
    }
    let narrow = said(json!({ "watchNamespaces": ["a", "b"], "leaderElection": { "enabled": false } })).await;
    assert!(narrow.contains("It looks after the namespaces a, b, where ServiceAccount"), "{narrow}");
    assert!(!narrow.contains("leases"), "{narrow}");
    let none = said(json!({ "rbac": { "create": false } })).await;
    assert!(none.contains("It was given no rights (rbac.create is false): somebody else\nhas to grant them"), "{none}");
    assert!(!none.contains("secrets"), "{none}");
}

#[tokio::test]
async fn the_next_commands_name_what_is_there() {
    let next = said(json!({ "fullnameOverride": "other" })).await;
    let (_, next) = next.split_once("Next:\n").unwrap();
    let commands: Vec<_> = next.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        commands,
        [
            "kubectl --namespace sso rollout status deployment/other",
            "helm test acme --namespace sso --logs",
            "kubectl explain identityproviderconfigs.spec",
        ]
    );
}

#[tokio::test]
async fn who_may_lose_something_is_warned() {
    let deletes = "WARNING: an uninstall deletes every IdentityProviderConfig";
    let writes = "WARNING: whoever has the ClusterRole edit or admin may write IdentityProviderConfigs now";
    let sends = "and can have any\nOpaque Secret of their namespace sent to a server of theirs. Set secretSelector or secretNames";
    for (values, warnings) in [
        (json!({}), &[][..]),
        (json!({ "crds": { "keep": false } }), &[deletes]),
        (json!({ "crds": { "keep": false, "install": false } }), &[]),
        (json!({ "rbac": { "createEdit": true } }), &[writes, sends]),
        (json!({ "rbac": { "createEdit": true }, "secretSelector": "use=true" }), &[writes]),
        (json!({ "rbac": { "createEdit": true }, "secretNames": ["x"] }), &[writes]),
    ] {
        let notes = said(values.clone()).await;
        for warning in [deletes, writes, sends] {
            assert_eq!(notes.contains(warning), warnings.contains(&warning), "{values}: {warning}: {notes}");
        }
    }
}
