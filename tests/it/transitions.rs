//! Ten thousand changes of a resource, good and bad, made from its schema. Each bad one is refused in words that name the
//! field, each good one ends in a state that says where it stands, and each can be undone.

mod api_server;
mod contract;
mod coverage;
mod decisions;
mod oidc;
mod operator;
mod saml;

use cognigy_sso_testkit::transitions::{Transitions, bases};
use serde_json::Value;

/// How many transitions are made.
const COUNT: usize = 10_000;

/// The schema of the definition.
fn schema() -> Value {
    let crd = serde_json::to_value(cognigy_sso_api::crd()).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

fn transitions() -> Transitions {
    Transitions::new(&schema(), bases()).unwrap()
}

#[test]
fn a_transition_is_made_from_its_number_alone() {
    let [one, other] = [transitions(), transitions()];
    for number in (0..COUNT).rev().step_by(997) {
        let [one, other] = [&one, &other].map(|transitions| transitions.nth(number));
        assert_eq!((one.former, one.next), (other.former, other.next), "{number}");
    }
}
