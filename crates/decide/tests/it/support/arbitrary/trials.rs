//! What trying a client shows, at random.

use cognigy_sso_api::TokenEndpointAuthMethod;
use cognigy_sso_decide::{Callback, Credentials, NoAnswer, Proof, Refusal, TransportFault, Trial};
use proptest::prelude::*;

/// Whatever trying a client can show.
pub fn trial() -> impl Strategy<Value = Trial> {
    let none =
        prop_oneof![(100..600_u16).prop_map(NoAnswer::Status), Just(NoAnswer::Transport(TransportFault::TimedOut)),];
    let error = prop::sample::select(vec!["invalid_client", "unauthorized_client", "access_denied", "server_error"]);
    let refusal = (400..500_u16, error.clone()).prop_map(|(status, error)| Refusal { status, error: error.into() });
    let credentials = prop_oneof![
        4 => Just(Credentials::Accepted),
        1 => refusal.clone().prop_map(Credentials::Refused),
        1 => refusal.prop_map(Credentials::Unclear),
        1 => none.clone().prop_map(Credentials::None),
        1 => prop::sample::select(vec![
            Credentials::OtherMethod(TokenEndpointAuthMethod::ClientSecretPost),
            Credentials::FlowRefused,
            Credentials::OnlyRaw,
            Credentials::Indistinct,
            Credentials::Uncontrolled,
            Credentials::Issued,
            Credentials::NotTried(TokenEndpointAuthMethod::PrivateKeyJwt),
            Credentials::Wordless { status: 404 },
        ]),
    ];
    let callback = prop_oneof![
        4 => prop::sample::select(vec![Proof::Returned, Proof::Contrast, Proof::Pushed]).prop_map(Callback::Accepted),
        1 => none.prop_map(Callback::None),
        1 => error.prop_map(|error| Callback::RestUnclear(error.into())),
        2 => prop::sample::select(vec![
            Callback::ScopesRefused,
            Callback::FlowRefused,
            Callback::NotRegistered,
            Callback::ClientUnknown,
            Callback::PkceDemanded,
            Callback::AnyRedirect,
            Callback::Code,
            Callback::Unproven,
            Callback::ScopesDoubtful,
            Callback::Unclear { status: 400 },
            Callback::Indistinct,
            Callback::NotTried,
        ]),
    ];
    (credentials, callback).prop_map(|(credentials, callback)| Trial { credentials, callback })
}
