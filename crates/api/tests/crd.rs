//! The definition under `crds/` is the one that the types give.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

fn kept() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crds/identityproviderconfigs.sso.cognigy.ai.yaml");
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_kept_definition_is_the_present_one() {
    assert!(kept() == cognigy_sso_api::crd_yaml().unwrap(), "crds/ is out of date: cargo xtask generate");
}

#[test]
fn it_reads_back_as_what_was_written() {
    let read: CustomResourceDefinition = serde_saphyr::from_str(&kept()).unwrap();
    assert_eq!(read, cognigy_sso_api::crd());
}
