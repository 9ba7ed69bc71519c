//! A namespace that is deleted whole, by a real kube-controller-manager: the Secrets may go first.

use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::control_plane::Options;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::DeleteParams;
use serde_json::json;

use crate::support::{ORGANIZATION, Operator, World, eventually, install_definition, own_cluster};

#[tokio::test]
async fn a_namespace_that_is_deleted_whole_goes_through_and_takes_the_configuration_with_it() {
    let cluster = own_cluster(Options { controller_manager: true, ..Options::default() }).await;
    let client = cluster.client().await.unwrap();
    install_definition(&client).await;
    let world = World::on(client.clone(), "whole").await;
    let operator = Operator::start_for_all(&cluster).await;
    operator.synced().await;
    world.create(world.idp("acme").with("/spec/deletionPolicy", json!("Reset"))).await;
    world.ready("acme").await;

    let namespaces: Api<Namespace> = Api::all(client);
    // The Secrets first, as the order may be.
    world.delete_secret("cognigy-api").await;
    namespaces.delete(&world.namespace, &DeleteParams::default()).await.unwrap();
    let gone = eventually(async || namespaces.get_opt(&world.namespace).await.unwrap().is_none().then_some(())).await;
    assert!(gone.is_some(), "{:?}", namespaces.get(&world.namespace).await.unwrap().status);
    assert_eq!(world.changes(), [Operation::Configure, Operation::Reset]);
    assert_eq!(world.cognigy.configuration(ORGANIZATION), None);
}
