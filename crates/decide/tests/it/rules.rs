//! The rules that users trust the operator for. Each of these fails when the rule's code is taken out.

use cognigy_sso_api::{AdoptionPolicy, DeletionPolicy, IdentityProviderConfigSpec, Operation, VerificationMode};
use cognigy_sso_decide::{CognigyCall, Observed, Receipt, Resource};

use crate::support::{
    Held, Organization, always, applied, deleted, edited, issuer_refuted, issuer_unknown, later, login_differs,
    login_matches, now, observed, ready, refused, resource, rotated, touched, visit, visit_at,
};

const CAUTIOUS: [AdoptionPolicy; 2] = [AdoptionPolicy::Never, AdoptionPolicy::IfMatching];

/// What may be observed, by name.
type Happening = (&'static str, fn(&mut Observed));

fn begun(mut resource: Resource, operation: Operation) -> Resource {
    resource.status.pending = Some(crate::support::begun(operation, now()));
    resource
}

fn reset(spec: &mut IdentityProviderConfigSpec) {
    spec.deletion_policy = DeletionPolicy::Reset;
}

/// Visits a few times while the organization answers truly.
fn live(mut resource: Resource, organization: &mut Organization) -> Resource {
    for _ in 0..3 {
        let mut observed = observed(|observed| observed.login = Some(organization.login()));
        resource = visit(resource, &mut observed, |effect| organization.answer(effect)).resource;
    }
    resource
}

#[test]
fn rule_1_nothing_that_somebody_else_applied_is_overwritten_against_the_policy() {
    for policy in CAUTIOUS {
        for shows in [false, true] {
            for before in [None, Some(Operation::Configure), Some(Operation::Adopt)] {
                let fresh = resource(|spec| spec.adoption_policy = policy);
                let fresh = before.map_or(fresh.clone(), |operation| begun(fresh, operation));
                let mut organization = Organization { shows, ..Organization::of_a_stranger() };
                live(fresh, &mut organization);
                assert_eq!(organization.holds, Some(Held::Stranger), "{policy:?}, shows: {shows}, {before:?}");
            }
        }
    }
    let matching = |policy| {
        let mut observed = observed(|observed| observed.login = Some(login_matches()));
        visit(resource(|spec| spec.adoption_policy = policy), &mut observed, always(applied)).effects
    };
    assert_eq!(matching(AdoptionPolicy::Never), [""; 0]);
    assert_eq!(matching(AdoptionPolicy::IfMatching), ["Record", "Adopt"]);
}

#[test]
fn rule_1_nothing_that_somebody_else_applied_is_reset() {
    for policy in CAUTIOUS {
        for operation in [Operation::Configure, Operation::Adopt] {
            let fresh = resource(|spec| {
                reset(spec);
                spec.adoption_policy = policy;
            });
            let gone = deleted(Resource { finalizer: true, ..begun(fresh, operation) });
            let mut organization = Organization { shows: true, ..Organization::of_a_stranger() };
            let gone = live(gone, &mut organization);
            assert_eq!((organization.holds, gone.finalizer), (Some(Held::Stranger), false));
        }
    }
}

/// Lesson: pinniped that drops a login in a provider's outage.
#[test]
fn rule_2_nothing_working_is_given_up_while_the_provider_is_refuted_or_unknown() {
    let blocked = [
        (VerificationMode::Enforce, issuer_refuted as fn(&mut Observed)),
        (VerificationMode::Enforce, issuer_unknown),
        (VerificationMode::Warn, issuer_unknown),
    ];
    for (mode, provider) in blocked {
        let warn = |spec: &mut IdentityProviderConfigSpec| spec.verification.mode = mode;
        let adopting = |spec: &mut IdentityProviderConfigSpec| {
            warn(spec);
            spec.adoption_policy = AdoptionPolicy::Always;
        };
        let situations = [
            ("a change", ready(warn)),
            ("a change that was begun", begun(ready(warn), Operation::Replace)),
            ("a first configuration", resource(warn)),
            ("an adoption", resource(adopting)),
        ];
        for (situation, resource) in situations {
            let mut observed = observed(|observed| {
                rotated(observed);
                provider(observed);
                observed.login = Some(login_differs());
            });
            let visit = visit(resource, &mut observed, always(applied));
            assert_eq!(visit.effects, [""; 0], "{situation}, {mode:?}");
        }
    }
}

#[test]
fn rule_4_no_change_sends_nothing_and_writes_nothing() {
    for policy in [DeletionPolicy::Retain, DeletionPolicy::Reset] {
        let settled = ready(|spec| spec.deletion_policy = policy);
        let nothing_new: [Happening; 3] = [
            ("a restart or a resync", |_| {}),
            ("a new version of a Secret with the same bytes", touched),
            ("the login URL shows nothing, as ever", |observed| observed.login = None),
        ];
        for (what, observe) in nothing_new {
            let again = visit_at(later(86_400), settled.clone(), &mut observed(observe), always(applied));
            assert_eq!((again.effects.len(), again.writes, again.events.len()), (0, 0, 0), "{what}");
            assert_eq!(again.resource, settled, "{what}");
        }
        let edited = edited(settled, |spec| spec.interval = "30m".to_owned());
        let noted = visit(edited, &mut observed(touched), always(applied));
        assert_eq!(noted.effects, [""; 0], "an edit that changes nothing that is sent");
        assert_eq!(visit(noted.resource, &mut observed(touched), always(applied)).writes, 0);
    }
}

#[test]
fn rule_7_retain_has_no_finalizer() {
    let fresh = visit(resource(|_| {}), &mut observed(|_| {}), always(applied));
    assert!(!fresh.resource.finalizer && !fresh.effects.contains(&"AddFinalizer"));
    let turned = edited(ready(reset), |spec| spec.deletion_policy = DeletionPolicy::Retain);
    assert!(!visit(turned, &mut observed(|_| {}), always(applied)).resource.finalizer);
    let gone = visit(deleted(ready(|_| {})), &mut observed(|_| {}), always(applied));
    assert_eq!(gone.effects, [""; 0], "nothing to wait for");
}

#[test]
fn rule_7_reset_resets_what_was_applied_and_nothing_else() {
    let leave = |resource| visit(deleted(resource), &mut observed(|_| {}), always(applied)).effects;
    assert_eq!(leave(ready(reset)), ["Reset", "RemoveFinalizer"]);
    assert_eq!(leave(begun(ready(reset), Operation::Replace)), ["Reset", "RemoveFinalizer"]);
    let guarded = |resource: Resource| Resource { finalizer: true, ..resource };
    assert_eq!(leave(guarded(resource(reset))), ["RemoveFinalizer"], "never applied");
    assert_eq!(leave(guarded(begun(resource(reset), Operation::Configure))), ["RemoveFinalizer"], "only begun");
    assert_eq!(leave(guarded(begun(resource(reset), Operation::Adopt))), ["RemoveFinalizer"], "not taken over yet");
    let lost = visit(ready(reset), &mut observed(rotated), |_| {
        Receipt::RefusedAfterReset(refused(CognigyCall::Configure, 400))
    });
    assert_eq!(leave(lost.resource), ["RemoveFinalizer"], "nothing of it is left");
    assert_eq!(leave(guarded(ready(|_| {}))), ["RemoveFinalizer"], "the policy is Retain");
}
