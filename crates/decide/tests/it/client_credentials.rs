//! The table of client authentication: what a provider answers to the declared client and to the control, and the verdict.

use cognigy_sso_api::TokenEndpointAuthMethod as AuthMethod;
use cognigy_sso_decide::{
    Asked, Credentials, Grant, Manner, Method, NoAnswer, Refusal, SentSecret, TokenAnswer, TokenQuestion,
    TransportFault, judge_credentials,
};

use Grant::{AuthorizationCode, RefreshToken};
use SentSecret::{Configured, Random};

fn refused(status: u16, error: &str) -> TokenAnswer {
    TokenAnswer::Refused(Refusal { status, error: error.into() })
}

fn no_answers() -> [TokenAnswer; 6] {
    let status = |status| TokenAnswer::None(NoAnswer::Status(status));
    let fault = |fault| TokenAnswer::None(NoAnswer::Transport(fault));
    [
        status(302),
        status(429),
        status(503),
        fault(TransportFault::TimedOut),
        fault(TransportFault::Untrusted),
        fault(TransportFault::Unreachable),
    ]
}

/// A provider: what it answers to each question.
struct Desk<'a> {
    method: Method<'a>,
    answer: &'a dyn Fn(TokenQuestion) -> TokenAnswer,
}

const BASIC: Method<'static> =
    Method { declared: AuthMethod::ClientSecretBasic, offered: None, encoding_matters: false };

impl Desk<'_> {
    /// The verdict, and what was asked for it.
    fn judge(&self) -> (Credentials, Vec<TokenQuestion>) {
        let (mut answers, mut asked) = (Asked::default(), Vec::new());
        loop {
            match judge_credentials(self.method, &answers) {
                Ok(found) => return (found, asked),
                Err(question) => {
                    assert!(!asked.contains(&question), "{question:?} is asked twice");
                    asked.push(question);
                    answers.note(question, (self.answer)(question));
                }
            }
        }
    }
}

/// The verdict on a code alone; what else is asked is answered with `invalid_request`.
fn by_code(real: &TokenAnswer, control: &TokenAnswer) -> (Credentials, usize) {
    let answer = |question: TokenQuestion| match (question.grant, question.secret) {
        (AuthorizationCode, Configured) => real.clone(),
        (AuthorizationCode, Random) => control.clone(),
        (RefreshToken, _) => refused(400, "invalid_request"),
    };
    let (found, asked) = Desk { method: BASIC, answer: &answer }.judge();
    (found, asked.len())
}

#[test]
fn a_client_is_verified_when_only_a_random_secret_is_refused() {
    for status in [400, 401, 403] {
        for control in [
            refused(401, "invalid_client"),
            refused(401, "anything"),
            TokenAnswer::Wordless { status: 401 },
            refused(400, "invalid_client"),
            refused(400, "unauthorized_client"),
            refused(403, "access_denied"),
        ] {
            assert_eq!(by_code(&refused(status, "invalid_grant"), &control), (Credentials::Accepted, 2), "{control:?}");
        }
    }
}

#[test]
fn a_control_that_proves_nothing_leaves_it_unknown() {
    let real = refused(400, "invalid_grant");
    for control in no_answers() {
        let TokenAnswer::None(none) = control else { panic!() };
        assert_eq!(by_code(&real, &control), (Credentials::None(none), 2));
    }
    for control in [refused(400, "invalid_request"), TokenAnswer::Wordless { status: 400 }, TokenAnswer::Issued] {
        assert_eq!(by_code(&real, &control), (Credentials::Uncontrolled, 2), "{control:?}");
    }
}

#[test]
fn a_client_that_is_refused_needs_no_control() {
    for (status, error) in [
        (400, "invalid_client"),
        (401, "invalid_client"),
        (403, "invalid_client"),
        (401, "unauthorized_client"),
        (401, "anything"),
        (401, "access_denied"),
        (400, "access_denied"),
        (403, "access_denied"),
    ] {
        let found = Credentials::Refused(Refusal { status, error: error.into() });
        assert_eq!(by_code(&refused(status, error), &TokenAnswer::Issued), (found, 1), "{status} {error}");
    }
}

#[test]
fn an_unauthorized_client_is_told_apart_by_the_control() {
    let real = refused(400, "unauthorized_client");
    let found = Credentials::Refused(Refusal { status: 400, error: "unauthorized_client".into() });
    assert_eq!(by_code(&real, &real), (found, 2));
    for control in [refused(401, "unauthorized_client"), refused(401, "invalid_client"), refused(400, "invalid_grant")]
    {
        assert_eq!(by_code(&real, &control), (Credentials::FlowRefused, 2), "{control:?}");
    }
}

#[test]
fn what_speaks_of_something_else_is_unknown() {
    for (status, error) in [
        (400, "invalid_request"),
        (400, "unsupported_grant_type"),
        (403, "unauthorized_client"),
        (422, "anything"),
        (404, "invalid_grant"),
    ] {
        let found = Credentials::Unclear(Refusal { status, error: error.into() });
        assert_eq!(by_code(&refused(status, error), &TokenAnswer::Issued), (found, 1), "{status} {error}");
    }
    assert_eq!(by_code(&TokenAnswer::Issued, &TokenAnswer::Issued), (Credentials::Issued, 1));
    let wordless = TokenAnswer::Wordless { status: 401 };
    assert_eq!(by_code(&wordless, &wordless), (Credentials::Wordless { status: 401 }, 1));
    for none in no_answers() {
        let TokenAnswer::None(answer) = none else { panic!() };
        assert_eq!(by_code(&none, &none), (Credentials::None(answer), 1));
    }
}

/// The verdict where a code is looked at before the client.
fn by_refresh_token(real: &TokenAnswer, control: &TokenAnswer) -> (Credentials, usize) {
    let answer = |question: TokenQuestion| match (question.grant, question.secret) {
        (AuthorizationCode, _) => refused(400, "invalid_grant"),
        (RefreshToken, Configured) => real.clone(),
        (RefreshToken, Random) => control.clone(),
    };
    let (found, asked) = Desk { method: BASIC, answer: &answer }.judge();
    (found, asked.len())
}

#[test]
fn a_provider_that_looks_at_the_code_first_is_asked_with_a_refresh_token() {
    let invalid = refused(401, "invalid_client");
    for real in [refused(400, "invalid_grant"), refused(400, "invalid_request")] {
        assert_eq!(by_refresh_token(&real, &invalid), (Credentials::Accepted, 4), "{real:?}");
        assert_eq!(by_refresh_token(&real, &real), (Credentials::Indistinct, 4), "{real:?}");
    }
    assert_eq!(by_refresh_token(&refused(401, "invalid_grant"), &invalid), (Credentials::Accepted, 4));
    // Whatever its status, the control was not refused for its secret.
    let control = refused(401, "invalid_grant");
    assert_eq!(by_code(&refused(400, "invalid_grant"), &control), (Credentials::Indistinct, 4));
    let found = Credentials::Refused(Refusal { status: 401, error: "invalid_client".into() });
    assert_eq!(by_refresh_token(&invalid, &invalid), (found, 3));
    // Refused for the grant, as it may well be.
    let not_allowed = refused(401, "unauthorized_client");
    assert_eq!(by_refresh_token(&not_allowed, &invalid), (Credentials::Indistinct, 4));
    assert_eq!(by_refresh_token(&TokenAnswer::Issued, &invalid), (Credentials::Issued, 3));
    let wordless = TokenAnswer::Wordless { status: 400 };
    assert_eq!(by_refresh_token(&wordless, &invalid), (Credentials::Indistinct, 3));
    let grant = refused(400, "invalid_grant");
    for none in no_answers() {
        let TokenAnswer::None(answer) = none else { panic!() };
        assert_eq!(by_refresh_token(&none, &invalid), (Credentials::None(answer), 3));
        assert_eq!(by_refresh_token(&grant, &none), (Credentials::None(answer), 4));
    }
}

#[test]
fn a_method_that_needs_more_than_a_secret_is_not_tried() {
    for declared in
        [AuthMethod::PrivateKeyJwt, AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth, AuthMethod::None]
    {
        let method = Method { declared, ..BASIC };
        let (found, asked) = Desk { method, answer: &|_| TokenAnswer::Issued }.judge();
        assert_eq!((found, asked.len()), (Credentials::NotTried(declared), 0));
    }
}

#[test]
fn a_client_that_is_refused_is_tried_by_the_other_methods_that_are_offered() {
    let offered = ["client_secret_post", "client_secret_jwt", "private_key_jwt"].map(ToOwned::to_owned);
    let accepts = |accepted: AuthMethod| {
        move |question: TokenQuestion| match question.manner {
            Manner::Method(method) if method == accepted && question.secret == Configured => {
                refused(400, "invalid_grant")
            }
            _ => refused(401, "invalid_client"),
        }
    };
    let method = Method { offered: Some(&offered), ..BASIC };
    for other in [AuthMethod::ClientSecretPost, AuthMethod::ClientSecretJwt] {
        let (found, asked) = Desk { method, answer: &accepts(other) }.judge();
        assert_eq!(found, Credentials::OtherMethod(other));
        let controls = asked.iter().filter(|question| question.secret == Random);
        assert_eq!(
            controls.map(|question| question.manner).collect::<Vec<_>>(),
            [Manner::Method(other)],
            "and only then"
        );
    }
    let (found, asked) = Desk { method, answer: &accepts(AuthMethod::None) }.judge();
    assert!(matches!(found, Credentials::Refused(_)), "{found:?}");
    assert_eq!(asked.len(), 3, "the declared method and the two that are offered");
    let only_post = Method { offered: Some(&offered[..1]), ..BASIC };
    let (found, asked) = Desk { method: only_post, answer: &accepts(AuthMethod::ClientSecretJwt) }.judge();
    assert!(matches!(found, Credentials::Refused(_)), "{found:?}");
    assert_eq!(asked.len(), 2, "what is not offered is not tried");
    let post = Method { declared: AuthMethod::ClientSecretPost, ..BASIC };
    let (found, _) = Desk { method: post, answer: &accepts(AuthMethod::ClientSecretBasic) }.judge();
    assert_eq!(found, Credentials::OtherMethod(AuthMethod::ClientSecretBasic), "left out, basic is meant");
}

#[test]
fn a_provider_that_takes_only_the_raw_form_is_found_out() {
    let raw_only = |question: TokenQuestion| match question.manner {
        Manner::RawBasic => refused(400, "invalid_grant"),
        Manner::Method(_) => refused(401, "invalid_client"),
    };
    let special = Method { encoding_matters: true, ..BASIC };
    assert_eq!(Desk { method: special, answer: &raw_only }.judge().0, Credentials::OnlyRaw);
    let (found, asked) = Desk { method: BASIC, answer: &raw_only }.judge();
    assert!(matches!(found, Credentials::Refused(_)));
    assert_eq!(asked.len(), 1, "where both forms are the same there is nothing to try");
    let post = Method { declared: AuthMethod::ClientSecretPost, ..special };
    assert!(matches!(Desk { method: post, answer: &raw_only }.judge().0, Credentials::Refused(_)));
}

#[test]
fn a_method_by_which_any_secret_is_accepted_is_no_advice() {
    let offered = ["client_secret_basic", "client_secret_post"].map(ToOwned::to_owned);
    let by_post_the_code_is_looked_at_first = |question: TokenQuestion| match question.manner {
        Manner::Method(AuthMethod::ClientSecretPost) => refused(400, "invalid_grant"),
        _ => refused(401, "invalid_client"),
    };
    let method = Method { offered: Some(&offered), ..BASIC };
    let (found, _) = Desk { method, answer: &by_post_the_code_is_looked_at_first }.judge();
    assert!(matches!(found, Credentials::Refused(_)), "{found:?}");
}
