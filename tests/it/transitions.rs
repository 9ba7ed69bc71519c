//! Ten thousand changes of a resource, good and bad, made from its schema. Each bad one is refused in words that name the
//! field, each good one ends in a state that says where it stands, and each can be undone.

mod api_server;
mod contract;
mod coverage;
mod decisions;
mod definition;
mod oidc;
mod operator;
mod saml;

use cognigy_sso_testkit::transitions::{Transitions, bases};

/// How many transitions are made.
const COUNT: usize = 10_000;

fn transitions() -> Transitions {
    definition::transitions(bases())
}

#[test]
fn a_transition_is_made_from_its_number_alone() {
    let [one, other] = [transitions(), transitions()];
    for number in (0..COUNT).rev().step_by(997) {
        let [one, other] = [&one, &other].map(|transitions| transitions.nth(number));
        assert_eq!((one.former, one.next), (other.former, other.next), "{number}");
    }
}
