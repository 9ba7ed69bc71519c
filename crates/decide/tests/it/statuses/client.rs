//! What trying the client shows.

use cognigy_sso_api::{ClientCheck, TokenEndpointAuthMethod};
use cognigy_sso_decide::{Callback, Credentials, Memory, NoAnswer, Refusal, Resource, TransportFault, Trial};

use super::{Recorded, recorded};
use crate::support::strategy::oidc;
use crate::support::{now, observed, resource, visit_trying};

pub(super) fn statuses() -> Vec<Recorded> {
    credentials().into_iter().chain(callback()).chain(untried()).collect()
}

fn tried(name: &str, resource: Resource, trial: &Trial) -> Recorded {
    recorded(name, visit_trying(Memory::default(), now(), resource, &mut observed(|_| {}), trial).resource)
}

fn refused() -> Credentials {
    Credentials::Refused(Refusal { status: 401, error: "invalid_client".into() })
}

fn credentials() -> Vec<Recorded> {
    let shows = |name, credentials| tried(name, resource(|_| {}), &Trial { credentials, ..Trial::accepted() });
    let doubtful = Trial { credentials: refused(), callback: Callback::Indistinct };
    let unknown = Trial { credentials: refused(), callback: Callback::ClientUnknown };
    vec![
        tried("client-not-found", resource(|_| {}), &unknown),
        tried("client-refused", resource(|_| {}), &doubtful),
        shows("client-secret-refused", refused()),
        shows("client-auth-method-refused", Credentials::OtherMethod(TokenEndpointAuthMethod::ClientSecretPost)),
        shows("client-flow-refused", Credentials::FlowRefused),
        shows("raw-credentials", Credentials::OnlyRaw),
        shows("credentials-inconclusive", Credentials::Indistinct),
        shows("credentials-unexpected-answer", Credentials::Issued),
        shows("credentials-not-controlled", Credentials::Uncontrolled),
    ]
}

fn callback() -> Vec<Recorded> {
    let shows = |name, callback| tried(name, resource(|_| {}), &Trial { callback, ..Trial::accepted() });
    vec![
        shows("callback-not-registered", Callback::NotRegistered),
        shows("scope-refused", Callback::ScopesRefused),
        shows("pkce-demanded", Callback::PkceDemanded),
        shows("callback-inconclusive", Callback::AnyRedirect),
    ]
}

fn untried() -> Vec<Recorded> {
    let unanswered = |name, none| tried(name, resource(|_| {}), &Trial::unanswered(none));
    let never = resource(|spec| spec.verification.client_check = ClientCheck::Never);
    let method = TokenEndpointAuthMethod::PrivateKeyJwt;
    let by_key = resource(|spec| oidc(spec).token_endpoint_auth_method = method);
    let offered = |observed: &mut cognigy_sso_decide::Observed| {
        let provider =
            crate::support::provider(|provider| provider.auth_methods = Some(vec!["private_key_jwt".to_owned()]));
        observed.provider = Some(std::sync::Arc::new(Ok(provider)));
    };
    let trial = Trial { credentials: Credentials::NotTried(method), ..Trial::accepted() };
    let by_key = visit_trying(Memory::default(), now(), by_key, &mut observed(offered), &trial).resource;
    vec![
        unanswered("client-check-throttled", NoAnswer::Status(429)),
        unanswered("client-check-server-error", NoAnswer::Status(503)),
        unanswered("client-check-unreachable", NoAnswer::Transport(TransportFault::TimedOut)),
        tried("client-not-checked", never, &Trial::accepted()),
        recorded("method-not-tried", by_key),
    ]
}
