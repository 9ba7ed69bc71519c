//! Every fault has its reason, its class, what a condition says of it, and a message that a person can act on.

use cognigy_sso_api::{ConditionStatus, Reason};
use cognigy_sso_decide::{
    CallFault, Class, CognigyCall, Document, Fault, Finding, InputFault, InputProblem, ObjectKind, ProviderFault,
    TransportFault,
};

use ConditionStatus::{False, Unknown};

/// The words by which a message says what to do, or that nothing needs doing.
const NEXT_STEPS: [&str; 15] = [
    "Create it",
    "Add the key",
    "Put ",
    "Store ",
    "Keep ",
    "Check ",
    "Grant ",
    "Give ",
    "Correct ",
    "Compare ",
    "support can tell",
    "tried again",
    "goes on by itself",
    "et spec.",
    "the provider corrected",
];

#[track_caller]
fn check(fault: &impl Fault, reason: Reason, class: Class, status: ConditionStatus, names: &[&str]) {
    let finding = Finding::from(fault);
    let message = &finding.message;
    assert_eq!((finding.reason, finding.class, finding.status), (reason, Some(class), status), "{message}");
    for name in names {
        assert!(message.contains(name), "{name} is not named: {message}");
    }
    assert_actionable(message);
}

#[track_caller]
fn assert_actionable(message: &str) {
    let mends = ["Write ", "write ", "Enable ", "have it corrected"];
    let says_what_to_do = NEXT_STEPS.iter().chain(&mends).any(|step| message.contains(step));
    assert!(says_what_to_do, "no next step: {message}");
    for debug in ["Some(", "None", "Ok(", "Err(", "::", " { ", "\"", "\\"] {
        assert!(!message.contains(debug), "{debug} is Debug text: {message}");
    }
}

fn input(kind: ObjectKind, problem: InputProblem) -> InputFault {
    let (name, key) = ("acme-oidc".to_owned(), "clientSecret".to_owned());
    InputFault { field: "spec.oidc.clientSecretRef", kind, name, key, problem }
}

#[test]
fn every_problem_of_a_referenced_value() {
    use ObjectKind::{ConfigMap, Secret};
    let key = "clientSecret";
    let table = [
        (Secret, InputProblem::ObjectAbsent, Reason::SecretNotFound, Class::Absent, False, key),
        (ConfigMap, InputProblem::ObjectAbsent, Reason::ConfigMapNotFound, Class::Absent, False, key),
        (Secret, InputProblem::KeyAbsent, Reason::KeyNotFound, Class::Absent, False, key),
        (ConfigMap, InputProblem::KeyAbsent, Reason::KeyNotFound, Class::Absent, False, key),
        (Secret, InputProblem::Empty, Reason::EmptyValue, Class::Input, False, key),
        (Secret, InputProblem::NotUtf8, Reason::InvalidValue, Class::Input, False, key),
        (Secret, InputProblem::Surrounded, Reason::InvalidValue, Class::Input, False, key),
        (Secret, InputProblem::ControlCharacters, Reason::InvalidValue, Class::Input, False, key),
        (Secret, InputProblem::TooLong(5000), Reason::InvalidValue, Class::Input, False, "5000 characters"),
        (
            Secret,
            InputProblem::TypeRefused("helm.sh/release.v1".into()),
            Reason::SecretTypeRefused,
            Class::Input,
            False,
            "helm.sh/release.v1",
        ),
        (
            Secret,
            InputProblem::NotSelected("sso=true".into()),
            Reason::SecretNotSelected,
            Class::Input,
            False,
            "(sso=true)",
        ),
        (
            Secret,
            InputProblem::NotListed,
            Reason::NameNotListed,
            Class::Input,
            False,
            "(--secret-name). Correct the reference, or have the name added (secretNames ",
        ),
        (
            ConfigMap,
            InputProblem::NotListed,
            Reason::NameNotListed,
            Class::Input,
            False,
            "(--config-map-name). Correct the reference, or have the name added (configMapNames ",
        ),
        (ConfigMap, InputProblem::NoCertificate, Reason::InvalidCertificate, Class::Input, False, key),
        (Secret, InputProblem::Forbidden, Reason::AccessDenied, Class::Input, False, "ServiceAccount"),
        (Secret, InputProblem::Unavailable, Reason::Retrying, Class::Transient, Unknown, "Kubernetes API"),
    ];
    for (kind, problem, reason, class, status, also) in table {
        let object = format!("{kind} acme-oidc");
        check(&input(kind, problem), reason, class, status, &["spec.oidc.clientSecretRef", &object, also]);
    }
}

fn answer(call: CognigyCall, status: u16, retry_after: Option<u64>) -> CallFault {
    CallFault::Refused { call, status, code: Some(1005), trace_id: Some("trace-77aa".to_owned()), retry_after }
}

/// Lesson: cert-manager #6106.
#[test]
fn every_status_that_cognigy_answers() {
    use Class::{Input, Throttled, Transient};
    use CognigyCall::{AuditEvents, Configure, Me, Reset};
    let key = "spec.cognigy.apiKeySecretRef";
    let url = "spec.cognigy.apiUrl";
    let again = "It is tried again";
    let table = [
        (Configure, 400, None, Reason::Rejected, Input, False, "spec.oidc"),
        (Reset, 400, None, Reason::Rejected, Input, False, "support"),
        (AuditEvents, 400, None, Reason::UnexpectedAnswer, Input, False, "support"),
        (Me, 400, None, Reason::UnexpectedAnswer, Input, False, url),
        (Me, 401, None, Reason::Unauthorized, Input, False, key),
        (Configure, 401, None, Reason::Unauthorized, Input, False, key),
        (Me, 403, None, Reason::Forbidden, Input, False, key),
        (Configure, 403, None, Reason::Forbidden, Input, False, key),
        (AuditEvents, 403, None, Reason::Forbidden, Input, False, "fullSupportUser"),
        (Me, 404, None, Reason::ApiNotFound, Input, False, url),
        (Configure, 404, None, Reason::ApiNotFound, Input, False, url),
        (AuditEvents, 404, None, Reason::ApiNotFound, Input, False, "offers audit events"),
        (Configure, 408, None, Reason::ServerError, Transient, Unknown, again),
        (Configure, 409, None, Reason::Rejected, Input, False, "spec.oidc"),
        (Me, 409, None, Reason::UnexpectedAnswer, Input, False, url),
        (Configure, 422, None, Reason::Rejected, Input, False, "spec.oidc"),
        (Me, 425, None, Reason::ServerError, Transient, Unknown, again),
        (Me, 429, None, Reason::Throttled, Transient, Unknown, again),
        (Me, 429, Some(7), Reason::Throttled, Throttled(7), Unknown, again),
        (Me, 500, None, Reason::ServerError, Transient, Unknown, again),
        (Me, 500, Some(7), Reason::ServerError, Transient, Unknown, again),
        (Me, 502, None, Reason::ServerError, Transient, Unknown, again),
        (Me, 503, None, Reason::ServerError, Transient, Unknown, again),
        (Me, 503, Some(7), Reason::ServerError, Throttled(7), Unknown, again),
        (Configure, 504, None, Reason::ServerError, Transient, Unknown, again),
        (Me, 301, None, Reason::UnexpectedAnswer, Input, False, url),
    ];
    for (call, status, retry_after, reason, class, condition, also) in table {
        let fault = answer(call, status, retry_after);
        let names = [call.as_str(), &format!("Cognigy.AI answers {status}, code 1005"), "(traceId trace-77aa)", also];
        check(&fault, reason, class, condition, &names);
    }
}

#[test]
fn a_message_does_not_tell_how_long_to_wait() {
    for status in [429, 503] {
        let message = |seconds| answer(CognigyCall::Me, status, Some(seconds)).message();
        assert_eq!(message(1), message(86_400), "each try would be a new status");
        let asked = |seconds| {
            let (document, url) = (Document::Keys, "https://idp.example/jwks".to_owned());
            ProviderFault::Status { document, url, status, retry_after: Some(seconds) }.message()
        };
        assert_eq!(asked(1), asked(86_400));
    }
}

#[test]
fn what_is_not_known_of_a_refusal_is_left_out() {
    let fault =
        CallFault::Refused { call: CognigyCall::Me, status: 401, code: None, trace_id: None, retry_after: None };
    let message = fault.message();
    assert!(!message.contains("code") && !message.contains("traceId"), "{message}");
}

#[test]
fn other_faults_of_a_call() {
    let host = CallFault::HostNotAllowed { host: "api.evil.example".to_owned() };
    let names = ["spec.cognigy.apiUrl", "api.evil.example", "--cognigy-host"];
    check(&host, Reason::HostNotAllowed, Class::Input, False, &names);
    let paused = |seconds| CallFault::Paused { seconds };
    check(&paused(7), Reason::Throttled, Class::Throttled(7), Unknown, &["API key", "Cognigy.AI"]);
    assert_eq!(paused(1).message(), paused(86_400).message());
    let page = CallFault::Unexpected { call: CognigyCall::Configure, what: "a page instead of JSON" };
    let names = ["POST identityprovider/configure", "a page instead of JSON", "spec.cognigy.apiUrl"];
    check(&page, Reason::UnexpectedAnswer, Class::Transient, Unknown, &names);
    let names = ["GET auditevents", "cannot be told"];
    check(&CallFault::HistoryTooLong, Reason::UnexpectedAnswer, Class::Transient, Unknown, &names);
}

const TRANSPORT: [(TransportFault, &str); 5] = [
    (TransportFault::Unreachable, "cannot be reached"),
    (TransportFault::Untrusted, "certificate"),
    (TransportFault::TimedOut, "does not answer in time"),
    (TransportFault::Cut, "ended the connection"),
    (TransportFault::TooLarge, "larger than allowed"),
];

#[test]
fn every_fault_below_http_on_the_way_to_cognigy() {
    for (fault, says) in TRANSPORT {
        let called = CallFault::Transport { server: "api.example:8443".to_owned(), fault };
        let reason = match fault {
            TransportFault::TooLarge => Reason::UnexpectedAnswer,
            _ => Reason::Unreachable,
        };
        check(&called, reason, Class::Transient, Unknown, &["Cognigy.AI", "api.example:8443", says]);
        assert!(!called.message().contains("spec.oidc"), "another server's field: {}", called.message());
    }
}

#[test]
fn every_fault_below_http_on_the_way_to_a_provider() {
    for (fault, says) in TRANSPORT {
        let (document, server) = (Document::Keys, "keys.example".to_owned());
        let fetched = ProviderFault::Transport { document, server, fault };
        let (reason, class, status) = match fault {
            TransportFault::TooLarge => (Reason::DiscoveryInvalid, Class::Input, False),
            _ => (Reason::Unreachable, Class::Transient, Unknown),
        };
        check(&fetched, reason, class, status, &["key set", "keys.example", says]);
        assert!(!fetched.message().contains("spec.cognigy"), "another server's field: {}", fetched.message());
    }
}

#[test]
fn an_outcome_is_open_only_where_the_call_may_have_arrived() {
    let refused = |status| answer(CognigyCall::Configure, status, None);
    let open: Vec<_> = (100..600).filter(|status| refused(*status).leaves_outcome_open()).collect();
    assert_eq!(open, [vec![408], (500..600).collect()].concat());
    for (fault, _) in TRANSPORT {
        let arrived = !matches!(fault, TransportFault::Unreachable | TransportFault::Untrusted);
        assert_eq!(CallFault::Transport { server: String::new(), fault }.leaves_outcome_open(), arrived, "{fault:?}");
    }
    assert!(CallFault::Unexpected { call: CognigyCall::Configure, what: "" }.leaves_outcome_open());
    assert!(!CallFault::HostNotAllowed { host: String::new() }.leaves_outcome_open());
    assert!(!CallFault::Paused { seconds: 1 }.leaves_outcome_open());
    assert!(!CallFault::HistoryTooLong.leaves_outcome_open());
}

#[test]
fn only_configure_can_say_that_there_is_a_configuration() {
    let says = |call, status, code| {
        CallFault::Refused { call, status, code, trace_id: None, retry_after: None }.says_already_configured()
    };
    assert!(says(CognigyCall::Configure, 409, None) && says(CognigyCall::Configure, 400, Some(1004)));
    assert!(!says(CognigyCall::Configure, 400, Some(1005)) && !says(CognigyCall::Reset, 409, Some(1004)));
}
