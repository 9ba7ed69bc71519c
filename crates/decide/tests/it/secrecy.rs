//! What is formatted for people who look for a fault holds no secret, at any step of a visit.

use std::fmt::Debug;
use std::sync::Arc;

use cognigy_sso_decide::{Answer, Call, CognigyCall, Memory, Observed, Resource, Step, Trial, Visit};

use crate::support::{API_KEY, ROTATED, SEAL, SECRET, at, desired, now, observed, refused, resource, rotated, written};

#[track_caller]
fn inspect(thing: &impl Debug) {
    for text in [format!("{thing:?}"), format!("{thing:#?}")] {
        for secret in [API_KEY, SECRET, ROTATED] {
            assert!(!text.contains(secret), "{text}");
            // A part of a text that was cut, and the bytes of one that was not taken for text.
            assert!(!text.contains(&secret[..8]), "{text}");
            assert!(!text.contains(format!("{:?}", &secret.as_bytes()[..8]).trim_matches(['[', ']'])), "{text}");
        }
    }
}

/// Visits, and looks at everything on the way. Says how often a secret was there and not shown.
fn visit(resource: Resource, memory: Memory, observed: Observed, mut refusals: usize) -> (Resource, Memory, usize) {
    inspect(&observed);
    let mut hidden = 0;
    let mut machine = Visit::new(resource, memory, observed, SEAL);
    loop {
        inspect(&machine);
        let step = machine.step(at(now()));
        inspect(&step);
        hidden += usize::from(format!("{step:?}").contains("[REDACTED]"));
        match step {
            Step::Write(write) => {
                let written = written(machine.resource().clone(), write);
                machine.written(written).unwrap();
            }
            Step::Call { call: Call::Configure(_), .. } if refusals > 0 => {
                refusals -= 1;
                machine.answered(Answer::Failed(refused(CognigyCall::Configure, 400)));
            }
            Step::Call { call: Call::FindEvent, .. } => machine.answered(Answer::Found(None)),
            Step::Call { .. } => machine.answered(Answer::Done),
            Step::Look => machine.looked(None, None),
            Step::Try => machine.tried(Arc::new(Trial::accepted())),
            Step::Tell(_) => {}
            Step::End(conclusion) => {
                let (mut resource, memory) = machine.into_parts();
                resource.status = conclusion.status;
                inspect(&(&resource, &memory));
                return (resource, memory, hidden);
            }
        }
    }
}

#[test]
fn no_debug_text_holds_a_secret_on_the_way_through_a_configuration_and_a_change_that_is_put_back() {
    inspect(&desired(&resource(|_| {})));
    let (resource, memory, hidden) = visit(resource(|_| {}), Memory::default(), observed(|_| {}), 0);
    assert!(hidden > 0, "it was configured");
    assert!(format!("{memory:?}").contains("[REDACTED]"), "what is in force is remembered");
    let (_, _, hidden) = visit(resource, memory, observed(rotated), 1);
    assert!(hidden > 1, "it was configured, and put back");
}
