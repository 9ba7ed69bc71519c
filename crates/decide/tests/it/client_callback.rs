//! The table of redirect URI and scopes: where an authorization request ends up, and where the control does.

use cognigy_sso_decide::{
    Arrival, Asked, AuthorizeQuestion, Callback, Named, NoAnswer, Proof, Returned, Target, TransportFault,
    judge_callback,
};

fn error(name: &str) -> Arrival {
    Arrival::Returned(Returned::Error(name.into()))
}

fn page(status: u16, names: Option<Named>) -> Arrival {
    Arrival::Page { status, names }
}

fn onward(page: &str) -> Arrival {
    Arrival::Onward(format!("https://idp.example/{page}").into())
}

/// The verdict, and what was asked for it.
fn judge(pushes: bool, answer: impl Fn(&AuthorizeQuestion) -> Arrival) -> (Callback, Vec<AuthorizeQuestion>) {
    let (mut answers, mut asked) = (Asked::default(), Vec::new());
    loop {
        match judge_callback(pushes, &answers) {
            Ok(found) => return (found, asked),
            Err(question) => {
                assert!(!asked.contains(&question), "{question:?} is asked twice");
                let arrival = answer(&question);
                asked.push(question.clone());
                answers.note(question, arrival);
            }
        }
    }
}

fn target_of(question: &AuthorizeQuestion) -> Target {
    match question {
        AuthorizeQuestion::Authorize { target, .. }
        | AuthorizeQuestion::Follow { target, .. }
        | AuthorizeQuestion::Push { target } => *target,
    }
}

/// The verdict where both requests end at once, and the number of questions.
fn ends(real: &Arrival, control: &Arrival) -> (Callback, usize) {
    let (found, asked) = judge(false, |question| match target_of(question) {
        Target::Callback => real.clone(),
        Target::Unregistered => control.clone(),
    });
    (found, asked.len())
}

fn refused() -> Arrival {
    page(400, Some(Named::RedirectUri))
}

#[test]
fn a_callback_that_people_are_sent_back_to_is_verified() {
    for name in ["login_required", "interaction_required", "consent_required", "account_selection_required"] {
        for control in [refused(), page(200, None), Arrival::Away, Arrival::None(NoAnswer::Status(503))] {
            assert_eq!(ends(&error(name), &control), (Callback::Accepted(Proof::Returned), 2), "{name} {control:?}");
        }
    }
}

#[test]
fn a_control_that_comes_back_as_well_proves_nothing() {
    assert_eq!(ends(&error("login_required"), &error("login_required")), (Callback::AnyRedirect, 2));
    assert_eq!(ends(&page(200, None), &error("login_required")), (Callback::AnyRedirect, 2));
}

#[test]
fn what_comes_back_says_what_is_refused() {
    for (name, found) in [
        ("invalid_scope", Callback::ScopesRefused),
        ("unauthorized_client", Callback::FlowRefused),
        ("unsupported_response_type", Callback::FlowRefused),
        ("server_error", Callback::RestUnclear("server_error".into())),
        ("temporarily_unavailable", Callback::RestUnclear("temporarily_unavailable".into())),
        ("access_denied", Callback::RestUnclear("access_denied".into())),
    ] {
        assert_eq!(ends(&error(name), &refused()), (found, 1), "{name}");
    }
    assert_eq!(ends(&Arrival::Returned(Returned::Code), &refused()), (Callback::Code, 1));
    assert_eq!(ends(&Arrival::Returned(Returned::Unproven), &refused()), (Callback::Unproven, 1));
}

#[test]
fn an_invalid_request_is_tried_again_with_pkce() {
    let demands = |with_pkce: Arrival| {
        judge(false, move |question| match question {
            AuthorizeQuestion::Authorize { pkce: true, .. } => with_pkce.clone(),
            _ => error("invalid_request"),
        })
    };
    let (found, asked) = demands(error("login_required"));
    assert_eq!((found, asked.len()), (Callback::PkceDemanded, 2));
    for with_pkce in [error("invalid_request"), refused(), Arrival::None(NoAnswer::Status(500))] {
        assert_eq!(demands(with_pkce).0, Callback::RestUnclear("invalid_request".into()));
    }
}

#[test]
fn a_refusal_counts_when_it_names_the_redirect_uri_or_the_client() {
    for status in [400, 401, 404] {
        assert_eq!(ends(&page(status, Some(Named::RedirectUri)), &refused()), (Callback::NotRegistered, 1));
        assert_eq!(ends(&page(status, Some(Named::Client)), &refused()), (Callback::ClientUnknown, 1));
        assert_eq!(ends(&page(status, None), &refused()), (Callback::Unclear { status }, 1));
    }
    assert_eq!(ends(&page(400, Some(Named::Scopes)), &refused()), (Callback::ScopesDoubtful, 1));
    for named in [Named::Client, Named::RedirectUri] {
        let by_a_firewall = page(403, Some(named));
        assert_eq!(ends(&by_a_firewall, &refused()), (Callback::Unclear { status: 403 }, 1));
    }
    let error_page = page(302, None);
    assert_eq!(
        ends(&error_page, &refused()),
        (Callback::Unclear { status: 302 }, 1),
        "that is not a page to sign in on"
    );
}

#[test]
fn pages_are_told_apart_by_the_control() {
    for real in [page(200, None), Arrival::Away] {
        assert_eq!(ends(&real, &refused()), (Callback::Accepted(Proof::Contrast), 2));
        assert_eq!(ends(&real, &page(422, None)), (Callback::Accepted(Proof::Contrast), 2));
        for alike in [page(200, None), page(302, None), Arrival::Away] {
            assert_eq!(ends(&real, &alike), (Callback::Indistinct, 2));
        }
        let none = NoAnswer::Transport(TransportFault::TimedOut);
        assert_eq!(ends(&real, &Arrival::None(none)), (Callback::None(none), 2));
    }
}

#[test]
fn nothing_is_told_while_nobody_answers() {
    for none in [NoAnswer::Status(429), NoAnswer::Status(502), NoAnswer::Transport(TransportFault::Cut)] {
        assert_eq!(ends(&Arrival::None(none), &refused()), (Callback::None(none), 1));
    }
}

/// The provider's own pages, one after the other.
fn hops(real: &[Arrival], control: &[Arrival]) -> (Callback, Vec<AuthorizeQuestion>) {
    judge(false, |question| {
        let way = if target_of(question) == Target::Callback { real } else { control };
        let hop = match question {
            AuthorizeQuestion::Follow { url, .. } => url.rsplit('/').next().unwrap().parse().unwrap(),
            _ => 0,
        };
        way.get(hop).cloned().unwrap_or_else(|| onward(&(hop + 1).to_string()))
    })
}

#[test]
fn the_issuers_own_pages_are_followed_to_where_the_request_is_judged() {
    let (found, asked) = hops(&[onward("1"), page(200, None)], &[onward("1"), refused()]);
    assert_eq!((found, asked.len()), (Callback::Accepted(Proof::Contrast), 4));
    assert_eq!(hops(&[onward("1"), refused()], &[]).0, Callback::NotRegistered);
    assert_eq!(hops(&[onward("1"), onward("2"), error("invalid_scope")], &[]).0, Callback::ScopesRefused);
    assert_eq!(hops(&[onward("1"), onward("2"), page(404, Some(Named::Client))], &[]).0, Callback::ClientUnknown);
}

#[test]
fn at_most_three_pages_are_followed() {
    let (found, asked) = hops(&[], &[]);
    assert_eq!((found, asked.len()), (Callback::Indistinct, 8));
    let (found, asked) = hops(&[], &[refused()]);
    assert_eq!((found, asked.len()), (Callback::Accepted(Proof::Contrast), 5));
}

#[test]
fn a_pushed_request_saves_the_way_through_the_pages() {
    let pushed = |real: Arrival, control: Arrival| {
        judge(true, move |question| match question {
            AuthorizeQuestion::Push { target: Target::Callback } => real.clone(),
            AuthorizeQuestion::Push { target: Target::Unregistered } => control.clone(),
            AuthorizeQuestion::Authorize { .. } => onward("1"),
            AuthorizeQuestion::Follow { target: Target::Callback, .. } => page(200, None),
            AuthorizeQuestion::Follow { target: Target::Unregistered, .. } => refused(),
        })
    };
    let (found, asked) = pushed(Arrival::Taken, page(400, None));
    assert_eq!((found, asked.len()), (Callback::Accepted(Proof::Pushed), 3));
    for (real, control) in [(page(401, None), page(401, None)), (Arrival::Taken, Arrival::Taken)] {
        assert_eq!(pushed(real, control).0, Callback::Accepted(Proof::Contrast), "the pages tell");
    }
}

#[test]
fn a_pushed_request_settles_any_page() {
    for shown in [page(200, None), Arrival::Away] {
        let (found, asked) = judge(true, |question| match question {
            AuthorizeQuestion::Push { target: Target::Callback } => Arrival::Taken,
            AuthorizeQuestion::Push { target: Target::Unregistered } => page(400, None),
            _ => shown.clone(),
        });
        assert_eq!((found, asked.len()), (Callback::Accepted(Proof::Pushed), 3), "{shown:?}");
    }
}

#[test]
fn nothing_is_pushed_where_the_answer_came_at_once() {
    let (found, asked) = judge(true, |question| match target_of(question) {
        Target::Callback => error("login_required"),
        Target::Unregistered => refused(),
    });
    assert_eq!((found, asked.len()), (Callback::Accepted(Proof::Returned), 2));
}
