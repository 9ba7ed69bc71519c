//! What changes are made from: the schema of the definition.

use cognigy_sso_testkit::transitions::Transitions;
use serde_json::Value;

/// The changes of these resources.
pub fn transitions(bases: Vec<Value>) -> Transitions {
    let crd = serde_json::to_value(cognigy_sso_api::crd()).unwrap();
    let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    Transitions::new(schema, bases).unwrap()
}
