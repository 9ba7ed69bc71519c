//! Checking what is in a cluster.

use std::path::Path;

use tokio::process::Command;

use super::desk::{Run, run};
use crate::strategy::{self, SECRET_NAME};
use crate::support::{ORGANIZATION, SECRET, World, cluster};

async fn verify(kubeconfig: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
    command.env("KUBECONFIG", kubeconfig).env_remove("HTTPS_PROXY").env_remove("https_proxy");
    command.args(["verify", "--cognigy-host", "localhost", "--allow-network", "127.0.0.0/8,::1/128", "-o", "json"]);
    run(command.args(arguments), None).await
}

#[tokio::test]
async fn resources_in_a_cluster_are_checked_with_their_secrets_and_left_as_they_are() {
    let world = World::new("verify").await;
    let kubeconfig = cluster().await.kubeconfig_path();
    let created = world.create(world.idp("acme")).await;
    let in_namespace = ["--namespace", &world.namespace];
    let good = verify(&kubeconfig, &in_namespace).await;
    assert_eq!(good.code, 0, "{good:?}");

    let mistake = strategy::mistake(&world);
    world.create(world.idp("wrong").declaring(mistake.wrong)).await;
    let by_name = verify(&kubeconfig, &["--namespace", &world.namespace, "wrong"]).await;
    by_name.finds(mistake.check, "refuted", &mistake.reason.to_string(), &[&mistake.advice]);
    assert_eq!(by_name.code, 1);
    let all = verify(&kubeconfig, &in_namespace).await;
    assert_eq!(all.code, 1, "the worst counts: {all:?}");
    let by_label = verify(&kubeconfig, &["--namespace", &world.namespace, "-l", "team=nobody"]).await;
    assert!(by_label.code == 2 && by_label.err.contains("no IdentityProviderConfig to check"), "{by_label:?}");
    let none = verify(&kubeconfig, &["--namespace", &world.namespace, "missing"]).await;
    assert!(none.code == 2 && none.err.contains("no IdentityProviderConfig missing"), "{none:?}");

    world.delete_secret(SECRET_NAME).await;
    let gone = verify(&kubeconfig, &["--namespace", &world.namespace, "acme"]).await;
    gone.finds("secrets", "refuted", "SecretNotFound", &[SECRET_NAME]);

    assert_eq!(world.get("acme").await.metadata.resource_version, created.metadata.resource_version);
    assert_eq!(world.changes(), []);
}

#[tokio::test]
async fn what_was_applied_and_leads_elsewhere_now_is_refuted() {
    let world = World::new("verify-drift").await;
    let kubeconfig = cluster().await.kubeconfig_path();
    let mut operator = world.operator().await;
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    assert_eq!(operator.stop().await, 0);
    let in_sync = verify(&kubeconfig, &["--namespace", &world.namespace]).await;
    in_sync.finds("login", "verified", "InSync", &["introduces Cognigy.AI as declared"]);
    world.cognigy.configure_as_stranger(ORGANIZATION, strategy::body(&world, "somebody", SECRET));
    let drifted = verify(&kubeconfig, &["--namespace", &world.namespace]).await;
    drifted.finds(
        "login",
        "refuted",
        "Drifted",
        &["leads to another provider, or introduces Cognigy.AI by another name"],
    );
    assert_eq!(drifted.code, 1);
}
