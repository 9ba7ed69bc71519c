//! When the client is not tried at its provider, and what is said meanwhile.

use std::sync::Arc;

use cognigy_sso_api::{ClientCheck, ConditionStatus, ConditionType, Reason, TokenEndpointAuthMethod, VerificationMode};
use cognigy_sso_decide::{Claimant, Credentials, InputProblem, Inputs, Refusal, Rival, Trial, encoding_matters};

use crate::support::{
    Run, cognigy_unknown, issuer_refuted, message, observed, other_organization, provider, resource, rotated,
    secret_says,
};

use ConditionStatus::{False, True, Unknown};

fn refused() -> Trial {
    let refusal = Refusal { status: 401, error: "invalid_client".into() };
    Trial { credentials: Credentials::Refused(refusal), ..Trial::accepted() }
}

/// Discovery can be read, and refutes what is declared.
fn lacks_the_algorithm(run: &mut Run) {
    let lacking = provider(|provider| provider.algorithms = vec!["ES256".to_owned()]);
    run.observed.provider = Some(Arc::new(Ok(lacking)));
}

#[test]
fn nothing_is_asked_of_a_provider_whose_discovery_is_refuted() {
    let refutations: [fn(&mut Run); 2] = [|run| issuer_refuted(&mut run.observed), lacks_the_algorithm];
    for refute in refutations {
        let mut run = Run::of(|_| {});
        refute(&mut run);
        let visit = run.visit(&Trial::accepted());
        assert_eq!((visit.tries, visit.effects), (0, vec![]));
        assert_eq!(run.client(), (Unknown, Reason::NotChecked));
    }
}

#[test]
fn where_that_is_only_a_warning_the_client_is_tried_if_its_endpoints_are_known() {
    let mut run = Run::of(|spec| spec.verification.mode = VerificationMode::Warn);
    lacks_the_algorithm(&mut run);
    assert_eq!(run.visit(&Trial::accepted()).tries, 1);
    let mut run = Run::of(|spec| spec.verification.mode = VerificationMode::Warn);
    issuer_refuted(&mut run.observed);
    assert_eq!(run.visit(&Trial::accepted()).tries, 0);
}

#[test]
fn the_client_waits_for_the_organization_and_for_its_secret() {
    let holds: [fn(&mut Run); 3] = [
        |run| cognigy_unknown(&mut run.observed),
        |run| other_organization(&mut run.observed),
        |run| secret_says(&mut run.observed, InputProblem::KeyAbsent),
    ];
    for hold in holds {
        let mut run = Run::ready(|_| {});
        rotated(&mut run.observed);
        hold(&mut run);
        let visit = run.check(&refused());
        assert_eq!((visit.tries, visit.effects), (0, vec![]));
    }
}

#[test]
fn what_was_found_of_a_client_that_must_no_longer_be_tried_is_no_longer_said() {
    let mut run = Run::ready(|_| {});
    rotated(&mut run.observed);
    run.check(&refused());
    assert_eq!(run.client(), (False, Reason::ClientSecretRefused));
    run.edit(|spec| spec.verification.client_check = ClientCheck::Never);
    let visit = run.check(&refused());
    assert_eq!((visit.tries, visit.effects), (0, vec!["Record", "Replace"]), "and it blocks nothing");
    assert_eq!(run.client(), (Unknown, Reason::NotChecked));
    assert!(message(&run.resource.status, ConditionType::ClientVerified).contains("clientCheck is Never"));
}

#[test]
fn who_yields_to_another_says_nothing_of_the_client() {
    let mut run = Run::ready(|_| {});
    assert_eq!(run.client(), (True, Reason::Verified));
    run.observed.rival = Some(Rival::Older(Claimant::of(&resource(|_| {}))));
    assert_eq!(run.check(&refused()).tries, 0);
    assert_eq!(run.client(), (Unknown, Reason::NotChecked));
    run.observed.rival = None;
    assert_eq!(run.check(&Trial::accepted()).tries, 1, "what was said before is gone");
}

#[test]
fn what_was_found_of_a_secret_is_said_while_that_cannot_be_read() {
    let mut run = Run::ready(|_| {});
    rotated(&mut run.observed);
    run.check(&refused());
    secret_says(&mut run.observed, InputProblem::Unavailable);
    let visit = run.check(&Trial::accepted());
    assert_eq!((visit.tries, visit.effects), (0, vec![]));
    assert_eq!(run.client(), (False, Reason::ClientSecretRefused));
}

#[test]
fn encoding_matters_with_basic_and_characters_that_it_changes() {
    let basic = TokenEndpointAuthMethod::ClientSecretBasic;
    let inputs = |id: &str, secret: &str| {
        let (client_id, client_secret) = (Ok(id.to_owned()), Ok(secret.into()));
        Inputs { client_id, client_secret, ..observed(|_| {}).inputs }
    };
    for (id, secret, matters) in
        [("acme", "aZ9-._*", false), ("acme", "a+b", true), ("acme", "a b", true), ("a:b", "c", true), ("ä", "c", true)]
    {
        assert_eq!(encoding_matters(basic, &inputs(id, secret)), matters, "{id} {secret}");
        assert!(!encoding_matters(TokenEndpointAuthMethod::ClientSecretPost, &inputs(id, secret)), "{id} {secret}");
    }
}
