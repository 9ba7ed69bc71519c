//! Faults at random.

use cognigy_sso_decide::{
    CallFault, CognigyCall, Document, InputFault, InputProblem, ObjectKind, ProviderFault, SamlFault, TransportFault,
};
use proptest::prelude::*;
use proptest::sample::select;

const TRANSPORT: [TransportFault; 5] = [
    TransportFault::Unreachable,
    TransportFault::Untrusted,
    TransportFault::TimedOut,
    TransportFault::Cut,
    TransportFault::TooLarge,
];
const STATUSES: [u16; 18] = [301, 400, 401, 403, 404, 408, 409, 410, 422, 425, 429, 500, 501, 502, 503, 504, 599, 999];

fn server() -> String {
    "server.example:8443".to_owned()
}

fn problem() -> impl Strategy<Value = InputProblem> {
    select(vec![
        InputProblem::ObjectAbsent,
        InputProblem::KeyAbsent,
        InputProblem::Empty,
        InputProblem::NotUtf8,
        InputProblem::Surrounded,
        InputProblem::ControlCharacters,
        InputProblem::TooLong(5000),
        InputProblem::TypeRefused("helm.sh/release.v1".to_owned()),
        InputProblem::NotSelected("sso=true".to_owned()),
        InputProblem::NotListed,
        InputProblem::NoCertificate,
        InputProblem::Certificate("holds no X.509 certificate".to_owned()),
        InputProblem::PrivateKey("is neither PEM nor base64".to_owned()),
        InputProblem::KeyMismatch("tls.crt"),
        InputProblem::Forbidden,
        InputProblem::Unavailable,
    ])
}

pub fn input_fault(field: &'static str) -> impl Strategy<Value = InputFault> {
    (problem(), select(vec![ObjectKind::Secret, ObjectKind::ConfigMap])).prop_map(move |(problem, kind)| InputFault {
        field,
        kind,
        name: "the-object".to_owned(),
        key: "the-key".to_owned(),
        problem,
    })
}

pub fn call_fault() -> impl Strategy<Value = CallFault> {
    let calls = vec![CognigyCall::Me, CognigyCall::Configure, CognigyCall::Reset, CognigyCall::AuditEvents];
    let call = select(calls);
    let code = proptest::option::of(select(vec![1004, 1005, 8001]));
    let trace_id = proptest::option::of("[a-z0-9]{1,8}");
    let retry_after = proptest::option::of(prop_oneof![0..100_u64, any::<u64>()]);
    prop_oneof![
        1 => Just(CallFault::HostNotAllowed { host: "api.example".to_owned() }),
        1 => Just(CallFault::HistoryTooLong),
        1 => prop_oneof![0..100_u64, any::<u64>()].prop_map(|seconds| CallFault::Paused { seconds }),
        2 => select(TRANSPORT.to_vec()).prop_map(|fault| CallFault::Transport { server: server(), fault }),
        1 => call.clone().prop_map(|call| CallFault::Unexpected { call, what: "a page instead of JSON" }),
        4 => (call, select(STATUSES.to_vec()), code, trace_id, retry_after).prop_map(
            |(call, status, code, trace_id, retry_after)| CallFault::Refused { call, status, code, trace_id, retry_after }
        ),
    ]
}

pub fn provider_fault() -> impl Strategy<Value = ProviderFault> {
    let document = || select(vec![Document::Discovery, Document::Keys, Document::Metadata]);
    let url = || "https://idp.example/d".to_owned();
    let retry_after = proptest::option::of(any::<u64>());
    let offered = || vec!["ES256".to_owned(), "RS512".to_owned()];
    let fixed = vec![
        ProviderFault::InvalidIssuer { problem: "is not a URL".to_owned() },
        ProviderFault::IssuerMismatch { declared: "https://a.example".into(), published: "https://b.example".into() },
        ProviderFault::Endpoint { member: "token_endpoint", present: true },
        ProviderFault::NoUsableKey { algorithm: "RS256" },
        ProviderFault::Algorithm { algorithm: "RS256", offered: offered() },
        ProviderFault::AuthMethod { method: "none", offered: Vec::new() },
        ProviderFault::Flow,
        ProviderFault::Saml(SamlFault::Unsigned { what: "is not signed".to_owned() }),
        ProviderFault::Saml(SamlFault::EntityAmbiguous { described: offered() }),
        ProviderFault::Saml(SamlFault::Binding { offered: offered() }),
    ];
    prop_oneof![
        1 => select(fixed),
        1 => (document(), select(TRANSPORT.to_vec()))
            .prop_map(|(document, fault)| ProviderFault::Transport { document, server: server(), fault }),
        1 => (document(), select(STATUSES.to_vec()), retry_after).prop_map(move |(document, status, retry_after)| {
            ProviderFault::Status { document, url: url(), status, retry_after }
        }),
        1 => document().prop_map(move |document| {
            ProviderFault::Malformed { document, url: url(), what: "is not a JSON object".to_owned() }
        }),
    ]
}
