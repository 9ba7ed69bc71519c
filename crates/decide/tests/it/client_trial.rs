//! When the client is tried at its provider, and what follows from what that shows.

use cognigy_sso_api::{
    ClientCheck, ConditionStatus, ConditionType, IdentityProviderConfigSpec, Mode, Reason, VerificationMode,
};
use cognigy_sso_decide::{
    Callback, ChangeKind, Credentials, Event, EventKind, Memory, NoAnswer, Refusal, Step, TransportFault, Trial, Visit,
};

use crate::support::{
    Run, SEAL, SECRET, STRANGER, at, attempt, change, condition, later, login_differs, message, now, observed,
    resource, rotated, tells, touched, with_secret,
};

use ConditionStatus::{False, True, Unknown};

fn refused() -> Trial {
    let refusal = Refusal { status: 401, error: "invalid_client".into() };
    Trial { credentials: Credentials::Refused(refusal), ..Trial::accepted() }
}

fn passing() -> Trial {
    Trial::unanswered(NoAnswer::Status(503))
}

fn inconclusive() -> Trial {
    Trial { callback: Callback::Indistinct, ..Trial::accepted() }
}

fn failures(events: &[Event]) -> usize {
    events.iter().filter(|event| event.kind == EventKind::VerificationFailed).count()
}

#[test]
fn a_client_is_tried_once_before_it_is_configured_and_never_on_a_timer() {
    let mut run = Run::of(|_| {});
    assert_eq!(run.visit(&Trial::accepted()).tries, 1);
    assert_eq!(run.client(), (True, Reason::Verified));
    for restarts in [false, true] {
        for _ in 0..20 {
            let visit = run.check(&refused());
            assert_eq!((visit.tries, visit.writes), (0, 0));
            if restarts {
                run.restart();
            }
        }
    }
    touched(&mut run.observed);
    assert_eq!(run.check(&refused()).tries, 0, "the same bytes");
}

#[test]
fn a_refused_client_is_not_configured_and_not_tried_again_by_itself() {
    let mut run = Run::of(|_| {});
    let visit = run.visit(&refused());
    assert_eq!((visit.effects, visit.tries, failures(&visit.events)), (vec![], 1, 1));
    assert_eq!(run.client(), (False, Reason::ClientSecretRefused));
    assert_eq!(run.ready_is(), (False, Reason::ClientSecretRefused));
    assert_eq!(condition(&run.resource.status, ConditionType::Stalled), Some((True, Reason::ClientSecretRefused)));
    for _ in 0..20 {
        let visit = run.check(&Trial::accepted());
        assert_eq!((visit.tries, visit.writes, visit.events.len()), (0, 0, 0));
        run.restart();
    }
    run.ask("now");
    let visit = run.visit(&Trial::accepted());
    assert_eq!((visit.tries, visit.effects), (1, vec!["Configure"]));
    assert_eq!(run.ready_is(), (True, Reason::Ready));
    assert_eq!(run.resource.status.tried, None, "it is the one that was applied");
}

#[test]
fn a_rotation_that_the_provider_refuses_leaves_the_working_configuration() {
    let mut run = Run::ready(|_| {});
    let applied = run.resource.status.applied.clone();
    rotated(&mut run.observed);
    let visit = run.check(&refused());
    assert_eq!((visit.effects.as_slice(), visit.tries), (&[""; 0][..], 1));
    assert_eq!(run.resource.status.applied, applied);
    assert_eq!(run.client(), (False, Reason::ClientSecretRefused));
    let waits = message(&run.resource.status, ConditionType::Configured);
    assert!(waits.contains("waits for ClientVerified") && waits.contains("stays in place"), "{waits}");

    // Back to the secret that works: what was found of the other one says nothing of it.
    with_secret(&mut run.observed, SECRET, "3");
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.effects.as_slice(), visit.tries), (&[""; 0][..], 1));
    assert_eq!((run.client(), run.ready_is()), ((True, Reason::Verified), (True, Reason::Ready)));
    assert_eq!(run.check(&refused()).tries, 0);
}

#[test]
fn what_could_not_be_told_blocks_nothing() {
    for (trial, reason) in [(passing(), Reason::ServerError), (inconclusive(), Reason::Inconclusive)] {
        let mut run = Run::of(|_| {});
        assert_eq!(run.visit(&trial).effects, ["Configure"]);
        assert_eq!((run.client(), run.ready_is()), ((Unknown, reason), (True, Reason::Ready)));
        for hour in 1..100 {
            run.now = later(3600 * hour);
            run.visit(&trial);
            assert_eq!(run.ready_is(), (True, Reason::Ready), "and it never holds Ready back");
        }
    }
}

#[test]
fn what_may_pass_is_tried_again_at_the_next_check_and_no_sooner() {
    let mut run = Run::of(|_| {});
    run.visit(&passing());
    for seconds in [1, 60, 500] {
        run.now = later(seconds);
        assert_eq!(run.visit(&Trial::accepted()).tries, 0, "{seconds}");
    }
    run.now = later(545);
    assert_eq!(run.visit(&Trial::accepted()).tries, 1, "the interval, cut short by a tenth");
    assert_eq!(run.client(), (True, Reason::Verified));

    let later = [
        Trial::unanswered(NoAnswer::Status(429)),
        Trial::unanswered(NoAnswer::Transport(TransportFault::Cut)),
        Trial { credentials: Credentials::Uncontrolled, ..Trial::accepted() },
        Trial { credentials: Credentials::Indistinct, callback: Callback::None(NoAnswer::Status(503)) },
    ];
    for trial in later {
        let mut run = Run::of(|_| {});
        run.visit(&trial);
        assert_eq!(run.check(&Trial::accepted()).tries, 1, "{trial:?}");
    }

    let mut run = Run::of(|_| {});
    run.visit(&inconclusive());
    assert_eq!(run.check(&Trial::accepted()).tries, 0, "what is certain to stay unknown is not asked again");
}

#[test]
fn a_periodic_check_tries_once_in_an_interval() {
    let mut run = Run::ready(|spec| spec.verification.client_check = ClientCheck::Periodic);
    run.now = later(60);
    assert_eq!(run.visit(&refused()).tries, 0);
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.tries, visit.writes), (1, 0));
    let visit = run.check(&refused());
    assert_eq!((visit.tries, failures(&visit.events)), (1, 1));
    assert_eq!(run.ready_is(), (False, Reason::ClientSecretRefused), "the secret was revoked at the provider");
    assert_eq!(run.check(&Trial::accepted()).tries, 1);
    assert_eq!(run.ready_is(), (True, Reason::Ready));
}

#[test]
fn a_client_that_must_not_be_tried_is_not() {
    let mut run = Run::ready(|spec| spec.verification.client_check = ClientCheck::Never);
    assert_eq!(run.client(), (Unknown, Reason::NotChecked));
    rotated(&mut run.observed);
    run.ask("now");
    let visit = run.check(&refused());
    assert_eq!((visit.tries, visit.effects), (0, vec!["Record", "Replace"]));
    run.edit(|spec| spec.verification.client_check = ClientCheck::OnChange);
    assert_eq!(run.check(&Trial::accepted()).tries, 1, "it is tried as soon as it may be");
    assert_eq!(run.client(), (True, Reason::Verified));
}

#[test]
fn a_refutation_is_only_reported_where_the_resource_says_so() {
    let mut run = Run::of(|spec| spec.verification.mode = VerificationMode::Warn);
    assert_eq!(run.visit(&refused()).effects, ["Configure"]);
    assert_eq!((run.client(), run.ready_is()), ((False, Reason::ClientSecretRefused), (True, Reason::Ready)));
    assert_eq!(run.check(&Trial::accepted()).tries, 0);
}

#[test]
fn a_plan_is_made_with_the_client_tried() {
    let mut run = Run::of(|spec| spec.mode = Mode::Plan);
    let visit = run.visit(&Trial::accepted());
    assert_eq!((visit.tries, visit.effects), (1, vec![]));
    assert_eq!((run.client(), run.ready_is().1), ((True, Reason::Verified), Reason::Planned));
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.tries, visit.writes), (0, 0));

    let mut run = Run::ready(|_| {});
    run.edit(|spec| spec.mode = Mode::Plan);
    rotated(&mut run.observed);
    assert_eq!(run.check(&Trial::accepted()).tries, 1);
    run.edit(|spec| spec.mode = Mode::Manage);
    let visit = run.check(&refused());
    assert_eq!((visit.tries, visit.effects), (0, vec!["Record", "Replace"]), "it was tried already");
}

#[test]
fn the_client_is_tried_again_before_somebody_elses_change_is_corrected() {
    for (trial, effects) in [(Trial::accepted(), vec!["Record", "Correct"]), (refused(), vec![])] {
        let mut run = Run::ready(|_| {});
        run.now = later(3600);
        tells(&mut run.observed, change("event-2", ChangeKind::Configure, later(3500), STRANGER));
        let visit = run.visit(&trial);
        assert_eq!((visit.tries, visit.effects), (1, effects));
    }
}

#[test]
fn what_was_found_before_a_crash_counts_for_nothing_after_it() {
    let mut run = Run::ready(|_| {});
    rotated(&mut run.observed);
    run.now = later(600);
    // The record of the change is written, and then the operator dies.
    let died = attempt(run.now, run.resource.clone(), &mut run.observed, |_| None);
    assert_eq!((died.tries, died.effects), (1, vec!["Record", "Replace"]));
    run.resource = died.resource;
    run.restart();
    let visit = run.check(&refused());
    assert_eq!((visit.tries, visit.effects), (1, vec![]));
    assert_eq!(run.client(), (False, Reason::ClientSecretRefused));
}

#[test]
fn every_change_of_what_is_sent_is_tried() {
    type Edit = fn(&mut IdentityProviderConfigSpec);
    let edits: [Edit; 3] = [
        |spec| spec.oidc.as_mut().unwrap().additional_scopes = vec!["groups".to_owned()],
        |spec| spec.oidc.as_mut().unwrap().id_token_signed_response_alg = cognigy_sso_api::SigningAlgorithm::HS256,
        |spec| spec.oidc.as_mut().unwrap().front_channel_logout_url = Some("https://acme.example/out".to_owned()),
    ];
    for edit in edits {
        let mut run = Run::ready(|_| {});
        run.edit(edit);
        let visit = run.check(&Trial::accepted());
        assert_eq!((visit.tries, visit.effects), (1, vec!["Record", "Replace"]));
    }
    let mut run = Run::ready(|_| {});
    run.edit(|spec| spec.interval = "1h".parse().unwrap());
    assert_eq!(run.check(&refused()).tries, 0, "what is not sent");
}

#[test]
fn a_trial_that_is_asked_for_twice_is_the_same() {
    let mut machine = Visit::new(resource(|_| {}), Memory::default(), observed(|_| {}), SEAL);
    for _ in 0..2 {
        assert!(matches!(machine.step(at(now())), Step::Try));
    }
}

#[test]
fn after_a_slow_trial_the_organization_is_looked_at_again_before_it_is_changed() {
    for (seconds, looks) in [(1, false), (5, false), (6, true), (30, true)] {
        let mut machine = Visit::new(resource(|_| {}), Memory::default(), observed(|_| {}), SEAL);
        assert!(matches!(machine.step(at(now())), Step::Try));
        machine.tried(Trial::accepted().into());
        let step = machine.step(at(later(seconds)));
        assert_eq!(matches!(step, Step::Look), looks, "{seconds} s: {step:?}");
        if looks {
            machine.looked(Some(login_differs()), Some(Ok(None)));
            let Step::End(conclusion) = machine.step(at(later(seconds))) else {
                panic!("what is there now is a stranger's")
            };
            let configured = condition(&conclusion.status, ConditionType::Configured);
            assert_eq!(configured, Some((False, Reason::AlreadyConfigured)));
        }
    }
}

#[test]
fn what_is_refuted_says_how_to_ask_for_a_check() {
    for (check, says) in [(ClientCheck::OnChange, true), (ClientCheck::Periodic, false)] {
        let mut run = Run::of(|spec| spec.verification.client_check = check);
        run.visit(&refused());
        let message = message(&run.resource.status, ConditionType::ClientVerified);
        assert_eq!(message.contains("sso.cognigy.ai/reconcile-requested-at"), says, "{message}");
    }
    let mut run = Run::of(|_| {});
    run.visit(&inconclusive());
    assert!(!message(&run.resource.status, ConditionType::ClientVerified).contains("reconcile-requested-at"));
}
