//! How an operator that starts learns what there is: by lists in pages, and by watches that go on from there.

use std::collections::BTreeMap;

use cognigy_sso_testkit::control_plane::ControlPlane;
use cognigy_sso_testkit::rights;
use serde_json::json;

use crate::support::{Operator, SECRET, World, audited_cluster, eventually};

const KINDS: [&str; 3] = ["configmaps", "identityproviderconfigs", "secrets"];
/// More than one page of them.
const SUSPENDED: usize = 505;

/// How often the operator listed each kind, and began to watch it. A watch that was refused does not count.
fn asked(cluster: &ControlPlane) -> BTreeMap<(String, String), usize> {
    let mut asked = BTreeMap::new();
    for request in rights::requests(&std::fs::read_to_string(cluster.audit_log()).unwrap()) {
        let right = request.right;
        if KINDS.contains(&&*right.resource) && ["list", "watch"].contains(&&*right.verb) {
            *asked.entry((right.verb, right.resource)).or_default() += 1;
        }
    }
    asked
}

#[tokio::test]
async fn each_kind_is_listed_once_in_pages_and_then_watched() {
    let cluster = audited_cluster().await;
    let world = World::on(cluster.client().await.unwrap(), "lists").await;
    for number in 0..SUSPENDED {
        world.create(world.idp(&format!("s-{number}")).with("/spec/suspend", json!(true))).await;
    }
    world.create(world.idp("acme")).await;
    let operator = Operator::start_on(&cluster, &world.namespace).await;
    operator.synced().await;
    world.ready("acme").await;
    world.holds(SECRET).await;

    let of = |asked: &BTreeMap<_, _>, verb: &str| {
        KINDS.map(|kind| asked.get(&(verb.to_owned(), kind.to_owned())).copied().unwrap_or_default())
    };
    let watched = eventually(async || {
        let asked = asked(&cluster);
        of(&asked, "watch").iter().all(|count| *count > 0).then_some(asked)
    });
    let asked = watched.await.expect("each kind is watched");
    // Of Secrets and ConfigMaps there is a watch for each name, where the rights are to names.
    let [config_maps, resources, secrets] = of(&asked, "list");
    assert_eq!(resources, 2, "{asked:?}");
    assert_eq!(of(&asked, "watch"), [config_maps, 1, secrets], "{asked:?}");
    assert!(!operator.log().contains("a watch failed"), "nothing is wrong");
}
