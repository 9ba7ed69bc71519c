//! What the provider publishes.

use std::sync::Arc;

use cognigy_sso_api::{SigningAlgorithm, TokenEndpointAuthMethod, VerificationMode};
use cognigy_sso_decide::{Document, Observed, Provider, ProviderFault, Resource, TransportFault};

use super::{Recorded, first, recorded};
use crate::support::strategy::oidc;
use crate::support::{
    always, applied, issuer_refuted, issuer_unknown, later, observed, provider, provider_says, ready, resource, visit,
    visit_at,
};

pub(super) fn statuses() -> Vec<Recorded> {
    documents().into_iter().chain(capabilities()).chain(working()).collect()
}

fn documents() -> Vec<Recorded> {
    let says = |name, fault| first(name, |observed| provider_says(observed, fault));
    let (document, url) =
        (Document::Discovery, "https://acme.eu.auth0.com/.well-known/openid-configuration".to_owned());
    let status = |status| ProviderFault::Status { document, url: url.clone(), status, retry_after: None };
    let (declared, published) = ("https://acme.eu.auth0.com/".to_owned(), "https://other.example".to_owned());
    let server = "acme.eu.auth0.com".to_owned();
    vec![
        says("discovery-not-found", status(404)),
        says("provider-throttles", status(429)),
        says("provider-server-error", status(503)),
        says(
            "discovery-invalid",
            ProviderFault::Malformed { document, url: url.clone(), what: "is not a JSON object".to_owned() },
        ),
        says("issuer-mismatch", ProviderFault::IssuerMismatch { declared, published }),
        says("endpoint-invalid", ProviderFault::Endpoint { member: "token_endpoint", present: false }),
        says("issuer-is-no-url", ProviderFault::InvalidIssuer { problem: "is not a URL".to_owned() }),
        says("provider-unreachable", ProviderFault::Transport { document, server, fault: TransportFault::Unreachable }),
    ]
}

fn capabilities() -> Vec<Recorded> {
    let publishes = |name, change: fn(&mut Provider)| {
        first(name, |observed| observed.provider = Some(Arc::new(Ok(provider(change)))))
    };
    let declares = |resource: Resource| visit(resource, &mut observed(|_| {}), always(applied)).resource;
    let algorithm = resource(|spec| oidc(spec).id_token_signed_response_alg = SigningAlgorithm::RS512);
    let post = TokenEndpointAuthMethod::ClientSecretPost;
    vec![
        publishes("no-usable-key", |provider| provider.keys = Ok(Vec::new())),
        publishes("flow-not-supported", |provider| provider.response_types = vec!["id_token".to_owned()]),
        recorded("algorithm-not-supported", declares(algorithm)),
        recorded("auth-method-not-supported", declares(resource(|spec| oidc(spec).token_endpoint_auth_method = post))),
    ]
}

/// A configuration that is in force while the provider is not as it was.
fn working() -> Vec<Recorded> {
    let down =
        |resource, seconds| visit_at(later(seconds), resource, &mut observed(issuer_unknown), always(applied)).resource;
    let soon = down(ready(|_| {}), 60);
    let late = down(soon.clone(), 60 + 4 * 600);
    let refuted = |resource: Resource, observe: fn(&mut Observed)| {
        visit_at(later(600), resource, &mut observed(observe), always(applied)).resource
    };
    let warns = ready(|spec| spec.verification.mode = VerificationMode::Warn);
    vec![
        recorded("ready-while-provider-is-down", soon),
        recorded("ready-no-longer-known", late),
        recorded("in-force-and-refuted", refuted(ready(|_| {}), issuer_refuted)),
        recorded("refuted-and-only-warned-of", refuted(warns, issuer_refuted)),
    ]
}
