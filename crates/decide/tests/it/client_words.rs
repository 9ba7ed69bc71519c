//! What is said of a client: which part is wrong, and what to change where.

use cognigy_sso_api::{ConditionStatus, Oidc, Reason, TokenEndpointAuthMethod};
use cognigy_sso_decide::{
    Callback, Credentials, Finding, NoAnswer, Proof, Refusal, Registration, TransportFault, Trial,
};

use crate::support::spec;

use ConditionStatus::{False, True, Unknown};

const CALLBACK: &str = "https://api-trial.cognigy.ai/auth/oidc/login/callback/5f0c0123456789abcdef0123";

fn oidc() -> Oidc {
    spec().oidc.unwrap()
}

fn say(trial: &Trial) -> Finding {
    trial.finding(Registration { oidc: &oidc(), callback: CALLBACK, encoding_matters: false })
}

fn refusal() -> Refusal {
    Refusal { status: 401, error: "invalid_client".into() }
}

#[track_caller]
fn says(trial: &Trial, status: ConditionStatus, reason: Reason, words: &[&str]) {
    let finding = say(trial);
    assert_eq!((finding.status, finding.reason), (status, reason), "{}", finding.message);
    for word in words {
        assert!(finding.message.contains(word), "{word}: {}", finding.message);
    }
    assert_eq!(finding.class.is_some(), status == False, "only what was refuted waits for a person");
}

fn credentials(credentials: Credentials) -> Trial {
    Trial { credentials, ..Trial::accepted() }
}

fn callback(callback: Callback) -> Trial {
    Trial { callback, ..Trial::accepted() }
}

#[test]
fn all_is_well() {
    says(&Trial::accepted(), True, Reason::Verified, &["accepts the client's credentials", CALLBACK]);
    for proof in [Proof::Contrast, Proof::Pushed] {
        says(&callback(Callback::Accepted(proof)), True, Reason::Verified, &[CALLBACK, "nobody has registered"]);
    }
}

#[test]
fn which_of_id_and_secret_is_wrong_is_told_by_the_callback() {
    let refused = |callback| Trial { credentials: Credentials::Refused(refusal()), callback };
    let secret = "key clientSecret of Secret acme-oidc";
    for knows in [
        Callback::Accepted(Proof::Returned),
        Callback::ScopesRefused,
        Callback::FlowRefused,
        Callback::PkceDemanded,
        Callback::RestUnclear("server_error".into()),
        Callback::Code,
    ] {
        let words = [secret, "401 invalid_client", "present secret", "https://acme.eu.auth0.com/"];
        says(&refused(knows), False, Reason::ClientSecretRefused, &words);
    }
    let words = ["does not know client abc123", "Correct spec.oidc.clientId", "https://acme.eu.auth0.com/"];
    says(&refused(Callback::ClientUnknown), False, Reason::ClientNotFound, &words);
    for silent in [Callback::Indistinct, Callback::AnyRedirect, Callback::NotTried, Callback::NotRegistered] {
        says(&refused(silent), False, Reason::ClientRefused, &["spec.oidc.clientId", secret, "another method"]);
    }
}

#[test]
fn what_is_refuted_says_what_to_change_where() {
    let post = TokenEndpointAuthMethod::ClientSecretPost;
    let words = ["by client_secret_post and not by client_secret_basic", "Set spec.oidc.tokenEndpointAuthMethod"];
    says(&credentials(Credentials::OtherMethod(post)), False, Reason::ClientAuthMethodRefused, &words);
    let words = ["authorization code flow", "Enable that flow", "https://acme.eu.auth0.com/"];
    says(&credentials(Credentials::FlowRefused), False, Reason::ClientFlowRefused, &words);
    says(&callback(Callback::FlowRefused), False, Reason::ClientFlowRefused, &words);
    let register = format!("Register {CALLBACK} as redirect URI of client abc123 at https://acme.eu.auth0.com/");
    says(&callback(Callback::NotRegistered), False, Reason::CallbackNotRegistered, &[&register]);
    let unknown = Trial { credentials: Credentials::Indistinct, callback: Callback::ClientUnknown };
    says(&unknown, False, Reason::ClientNotFound, &["spec.oidc.clientId"]);
    let words = ["openid profile email offline_access", "Allow them for the client"];
    says(&callback(Callback::ScopesRefused), False, Reason::ScopeRefused, &words);
    let oidc = Oidc { additional_scopes: vec!["groups".to_owned()], ..oidc() };
    let client = Registration { oidc: &oidc, callback: CALLBACK, encoding_matters: false };
    let message = callback(Callback::ScopesRefused).finding(client).message;
    assert!(message.contains("offline_access groups") && message.contains("spec.oidc.additionalScopes"), "{message}");
}

#[test]
fn a_client_that_the_token_endpoint_accepts_is_not_refuted_by_the_words_of_a_page() {
    let post = TokenEndpointAuthMethod::ClientSecretPost;
    for found in [Credentials::Accepted, Credentials::FlowRefused, Credentials::OtherMethod(post)] {
        let trial = Trial { credentials: found, callback: Callback::ClientUnknown };
        let [_, callback] = trial.findings(Registration { oidc: &oidc(), callback: CALLBACK, encoding_matters: false });
        assert_eq!((callback.status, callback.reason), (Unknown, Reason::Inconclusive), "{}", callback.message);
    }
}

#[test]
fn what_may_be_told_later_is_said_so_that_it_is_tried_again_and_only_then() {
    let later = Callback::None(NoAnswer::Status(503));
    let open = Trial { credentials: Credentials::Indistinct, callback: later.clone() };
    says(&open, Unknown, Reason::ServerError, &["public client", "tried again"]);
    let refuted = Trial { credentials: Credentials::Refused(refusal()), callback: later };
    says(&refuted, False, Reason::ClientRefused, &[]);
    assert!(!say(&refuted).message.contains("tried again"), "{}", say(&refuted).message);
}

#[test]
fn of_two_parts_that_are_not_known_each_says_what_to_do() {
    let trial = Trial { credentials: Credentials::Indistinct, callback: Callback::AnyRedirect };
    says(&trial, Unknown, Reason::Inconclusive, &["public client", "Take wildcards out"]);
}

#[test]
fn the_same_is_not_said_twice() {
    let trial = Trial { credentials: Credentials::Refused(refusal()), callback: Callback::ClientUnknown };
    assert_eq!(say(&trial).message.matches("does not know").count(), 1);
    let trial = Trial { credentials: Credentials::FlowRefused, callback: Callback::FlowRefused };
    assert_eq!(say(&trial).message.matches("Enable that flow").count(), 1);
}

#[test]
fn what_is_refuted_comes_first_whatever_else_is_found() {
    let trial = Trial { credentials: Credentials::Indistinct, callback: Callback::NotRegistered };
    assert!(say(&trial).message.starts_with("Register "), "{}", say(&trial).message);
    says(&trial, False, Reason::CallbackNotRegistered, &["public client"]);
    says(&callback(Callback::Indistinct), Unknown, Reason::Inconclusive, &["accepts the client's credentials"]);
}

#[test]
fn what_could_not_be_told_says_why_and_what_to_do() {
    let status = |status| NoAnswer::Status(status);
    let cut = NoAnswer::Transport(TransportFault::Cut);
    let again = "tried again at the next check";
    let jwt = TokenEndpointAuthMethod::PrivateKeyJwt;
    for (found, reason, word) in [
        (Credentials::Indistinct, Reason::Inconclusive, "Try to sign in"),
        (Credentials::Unclear(refusal()), Reason::Inconclusive, "Try to sign in"),
        (Credentials::Uncontrolled, Reason::Retrying, again),
        (Credentials::Issued, Reason::UnexpectedAnswer, "Have the provider examined"),
        (Credentials::NotTried(jwt), Reason::MethodNotTried, "a sign-in will tell"),
        (Credentials::Wordless { status: 404 }, Reason::Retrying, again),
        (Credentials::OnlyRaw, Reason::RawCredentials, "RFC 6749"),
        (Credentials::None(status(503)), Reason::ServerError, again),
        (Credentials::None(status(429)), Reason::Throttled, again),
        (Credentials::None(cut), Reason::Unreachable, again),
    ] {
        says(&credentials(found), Unknown, reason, &[word]);
    }
    for (found, reason, word) in [
        (Callback::PkceDemanded, Reason::PkceDemanded, "take the demand off the client"),
        (Callback::AnyRedirect, Reason::Inconclusive, "Take wildcards out"),
        (Callback::Code, Reason::UnexpectedAnswer, "Have the provider examined"),
        (Callback::Unproven, Reason::UnexpectedAnswer, "Try to sign in"),
        (Callback::ScopesDoubtful, Reason::Inconclusive, "offline_access"),
        (Callback::Unclear { status: 400 }, Reason::Inconclusive, CALLBACK),
        (Callback::Indistinct, Reason::Inconclusive, CALLBACK),
        (Callback::NotTried, Reason::NotChecked, "spec.cognigy.organizationId"),
        (Callback::RestUnclear("access_denied".into()), Reason::Inconclusive, "access_denied"),
        (Callback::RestUnclear("temporarily_unavailable".into()), Reason::Retrying, again),
        (Callback::None(status(500)), Reason::ServerError, again),
    ] {
        says(&callback(found), Unknown, reason, &[word]);
    }
}

#[test]
fn special_characters_are_warned_of() {
    let finding = Trial::accepted().finding(Registration { oidc: &oidc(), callback: CALLBACK, encoding_matters: true });
    assert_eq!(finding.status, True);
    assert!(finding.message.contains("RFC 6749 section 2.3.1"), "{}", finding.message);
}

#[test]
fn a_client_id_from_a_secret_is_not_shown() {
    let mut oidc = oidc();
    oidc.client_id_secret_ref = Some(oidc.client_secret_ref.clone());
    let trials = [
        credentials(Credentials::Refused(refusal())),
        Trial { credentials: Credentials::Refused(refusal()), callback: Callback::Indistinct },
        Trial { credentials: Credentials::Indistinct, callback: Callback::ClientUnknown },
        callback(Callback::NotRegistered),
        callback(Callback::ClientUnknown),
        callback(Callback::AnyRedirect),
    ];
    for trial in trials {
        let registration = Registration { oidc: &oidc, callback: CALLBACK, encoding_matters: false };
        let message = trial.finding(registration).message;
        assert!(!message.contains("abc123") && message.contains("spec.oidc.clientIdSecretRef"), "{message}");
        let others = message.replace("spec.oidc.clientIdSecretRef", "");
        assert!(!others.contains("spec.oidc.clientId"), "that is not where it stands: {message}");
    }
}
