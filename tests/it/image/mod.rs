//! What is in the container image, run as a container would run it: nothing else in sight, read-only, not root.
//!
//! `cargo xtask image --test` builds the image and runs these; so does `cargo xtask test`, where that can be done.

mod container;
mod names;

use cognigy_sso_testkit::provider::{Client, Provider, Style};
use serde_json::Value;

use crate::support::{Operator, World, cluster};
use crate::verify::desk::{Desk, PLAIN, Run, run};
use container::Container;
use names::NameServer;

/// Reads `all.yaml` in the container.
const VERIFY: [&str; 7] =
    ["verify", "-f", "/all.yaml", "--cognigy-host=localhost", "--allow-network=127.0.0.0/8,::1/128", "-o", "json"];

/// A provider that knows the client, and in the container a resource that refers to it and names no authorities.
async fn desk(container: &Container) -> (Desk, Provider) {
    let desk = Desk::new().await;
    let provider = Provider::start(&desk.authority).await.unwrap();
    let client = Client::new("acme", PLAIN).redirect(&desk.registration(PLAIN).redirect_uris[0]);
    let issuer = provider.add("acme", Style::Auth0, vec![client]);
    let idp = desk.idp(&issuer).with("/spec/cognigy/caBundle", Value::Null).with("/spec/oidc/caBundle", Value::Null);
    let mut documents = vec![serde_json::to_value(idp.build()).unwrap()];
    documents.extend(desk.values(PLAIN));
    let texts: Vec<_> = documents.iter().map(ToString::to_string).collect();
    container.write("all.yaml", &texts.join("\n---\n"));
    (desk, provider)
}

/// The kubeconfig, with the authority that it names put beside it.
async fn kubeconfig(container: &Container) -> String {
    let text = cluster().await.kubeconfig();
    let path =
        text.lines().find_map(|line| line.trim().strip_prefix("certificate-authority: ")).expect("it names a file");
    container.write("api-server.crt", &std::fs::read_to_string(path).unwrap());
    text.replace(path, "/api-server.crt")
}

async fn verify(container: &Container) -> Run {
    run(&mut container.command(&[], &VERIFY).into(), None).await
}

#[tokio::test]
#[ignore = "cargo xtask image --test builds the image for it"]
async fn the_image_says_its_version_and_prints_the_definition() {
    let container = Container::new();
    let version = run(&mut container.command(&[], &["--version"]).into(), None).await;
    assert_eq!(version.out.trim(), format!("cognigy-sso-operator {}", env!("CARGO_PKG_VERSION")), "{version:?}");
    let definition = run(&mut container.command(&[], &["crd"]).into(), None).await;
    assert_eq!(definition.out, cognigy_sso_api::crd_yaml().unwrap());
}

/// The C library is linked in, and finds names without a file of the system's that says how.
#[tokio::test]
#[ignore = "cargo xtask image --test builds the image for it"]
async fn the_image_finds_names_in_its_hosts_file() {
    let container = Container::new();
    let (desk, _provider) = desk(&container).await;
    container.trust(&desk.authority);
    let names = NameServer::start(&[]).await;
    container.write("etc/resolv.conf", &names.resolv_conf());
    container.write("etc/hosts", "127.0.0.1 localhost\n");
    assert_eq!(verify(&container).await.code, 0, "by the hosts file");
    container.write("etc/hosts", "127.0.0.1 another-host\n");
    verify(&container).await.finds("discovery", "unknown", "Unreachable", &[]);
}

#[tokio::test]
#[ignore = "cargo xtask image --test builds the image for it"]
async fn the_image_asks_the_name_server_as_pods_do() {
    let container = Container::new();
    let (desk, _provider) = desk(&container).await;
    container.trust(&desk.authority);
    let names = NameServer::start(&["localhost"]).await;
    container.write("etc/resolv.conf", &names.resolv_conf());
    let run = verify(&container).await;
    assert_eq!(run.code, 0, "{run:?}");
    let asked = names.asked();
    assert!(asked.contains(&"localhost.default.svc.cluster.local".to_owned()), "by the search list: {asked:?}");
    assert!(asked.contains(&"localhost".to_owned()), "{asked:?}");
}

/// The roots are where the TLS library looks for them, and are all that it trusts.
#[tokio::test]
#[ignore = "cargo xtask image --test builds the image for it"]
async fn the_image_trusts_the_roots_in_it_and_nobody_else() {
    let container = Container::new();
    let (desk, _provider) = desk(&container).await;
    container.write("etc/hosts", "127.0.0.1 localhost\n");
    let stranger = verify(&container).await;
    stranger.finds("discovery", "unknown", "Unreachable", &["certificate"]);
    container.trust(&desk.authority);
    assert_eq!(verify(&container).await.code, 0);
}

#[tokio::test]
#[ignore = "cargo xtask image --test builds the image for it"]
async fn the_image_runs_as_another_user_than_root_and_applies_what_is_declared() {
    let world = World::new("image").await;
    let container = Container::new();
    container.write("etc/hosts", "127.0.0.1 localhost\n");
    container.write("kubeconfig.yaml", &kubeconfig(&container).await);
    let mut arguments = vec!["run", "--namespace", &world.namespace, "--lease-namespace", &world.namespace];
    arguments.extend([
        "--cognigy-host=localhost",
        "--allow-network=127.0.0.0/8,::1/128",
        "--health-address=127.0.0.1:0",
        "--metrics-address=127.0.0.1:0",
    ]);
    let variables = [("KUBECONFIG", "/kubeconfig.yaml"), ("POD_NAME", "image")];
    let mut operator = Operator::by(&container.command(&variables, &arguments)).await;
    operator.leads().await;
    assert!(operator.page("/livez").await.starts_with("200"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", operator.pid())).unwrap();
    for line in ["Uid:\t65532\t65532\t65532\t65532", "Gid:\t65532\t65532\t65532\t65532", "CapEff:\t0000000000000000"] {
        assert!(status.contains(line), "{line:?} is not in {status}");
    }
    world.create(world.idp("acme")).await;
    world.ready("acme").await;
    assert_eq!(operator.stop().await, 0, "{}", operator.log());
}
