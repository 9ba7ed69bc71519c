//! Mistakes that people make, at real providers: each is found, with advice that mends it.

use cognigy_sso_testkit::real_provider::{Mode, NodeProvider, RealProvider, Registration, StartError, Zitadel};
use serde_json::json;

use super::desk::{Desk, PLAIN, Run};
use crate::support::{Idp, ORGANIZATION};

/// A mistake in what is declared or registered, and what must be said of it.
struct Mistake {
    name: &'static str,
    make: fn(Idp) -> Idp,
    secret: &'static str,
    check: &'static str,
    reason: &'static str,
    advice: &'static [&'static str],
}

const NO_MISTAKE: Mistake =
    Mistake { name: "none", make: |idp| idp, secret: PLAIN, check: "", reason: "", advice: &[] };

const MISTAKES: [Mistake; 7] = [
    Mistake {
        name: "a slash too many",
        make: |idp| idp.edit("/spec/oidc/issuer", |issuer| json!(format!("{}/", issuer.as_str().unwrap()))),
        check: "discovery",
        reason: "IssuerMismatch",
        advice: &["Only the slash at the end differs", "set spec.oidc.issuer to https://localhost:"],
        ..NO_MISTAKE
    },
    Mistake {
        name: "another path",
        make: |idp| idp.edit("/spec/oidc/issuer", |issuer| json!(format!("{}/realms/x", issuer.as_str().unwrap()))),
        check: "discovery",
        reason: "DiscoveryNotFound",
        advice: &["answers 404", "Check spec.oidc.issuer"],
        ..NO_MISTAKE
    },
    Mistake {
        name: "an algorithm that the provider does not sign with",
        make: |idp| idp.with("/spec/oidc/idTokenSignedResponseAlg", json!("RS512")),
        check: "capabilities",
        reason: "AlgorithmNotSupported",
        advice: &["RS512", "Set spec.oidc.idTokenSignedResponseAlg to one of: RS256"],
        ..NO_MISTAKE
    },
    Mistake {
        name: "a method that the provider does not offer",
        make: |idp| idp.with("/spec/oidc/tokenEndpointAuthMethod", json!("tls_client_auth")),
        check: "capabilities",
        reason: "AuthMethodNotSupported",
        advice: &["Set spec.oidc.tokenEndpointAuthMethod to one of: ", "client_secret_basic"],
        ..NO_MISTAKE
    },
    Mistake {
        name: "a wrong secret",
        secret: "another-secret-that-is-not-registered",
        check: "credentials",
        reason: "ClientSecretRefused",
        advice: &["knows client acme and refuses its secret", "key clientSecret of Secret acme-oidc"],
        ..NO_MISTAKE
    },
    Mistake {
        name: "a wrong client id",
        make: |idp| idp.with("/spec/oidc/clientId", json!("nobody")),
        check: "callback",
        reason: "ClientNotFound",
        advice: &[
            "does not know client nobody",
            "Correct spec.oidc.clientId, or register the client at https://localhost:",
        ],
        ..NO_MISTAKE
    },
    Mistake {
        name: "an organization that the callback is not registered for",
        make: |idp| {
            idp.edit("/spec/cognigy/apiUrl", |url| json!(url.as_str().unwrap().replace("localhost", "127.0.0.1")))
        },
        check: "callback",
        reason: "CallbackNotRegistered",
        advice: &[
            "Register https://127.0.0.1:",
            "/auth/oidc/login/callback/5f0c0123456789abcdef0123 as redirect URI of client acme at https://localhost:",
        ],
        ..NO_MISTAKE
    },
];

/// Checks the provider's half of a resource that is right but for one mistake.
async fn check(desk: &Desk, provider: &RealProvider, mistake: &Mistake) -> Run {
    let idp = desk.idp(provider.issuer()).with("/spec/cognigy/organizationId", json!(ORGANIZATION));
    desk.check((mistake.make)(idp), mistake.secret, &["--provider-only", "-o", "json"]).await
}

async fn finds_each(desk: &Desk, provider: &RealProvider, unknown_client_is_told: bool) {
    let right = check(desk, provider, &NO_MISTAKE).await;
    assert_eq!(right.code, 0, "{right:?}");
    right.finds("credentials", "verified", "Verified", &[]);
    right.finds("callback", "verified", "Verified", &["/auth/oidc/login/callback/5f0c0123456789abcdef0123"]);
    for mistake in MISTAKES {
        let run = check(desk, provider, &mistake).await;
        if mistake.reason == "ClientNotFound" && !unknown_client_is_told {
            run.finds("credentials", "refuted", "ClientRefused", &["Compare spec.oidc.clientId"]);
        } else {
            run.finds(mistake.check, "refuted", mistake.reason, mistake.advice);
        }
        assert_eq!(run.code, 1, "{}: {run:?}", mistake.name);
    }
    assert_eq!(desk.cognigy.calls(), [], "nobody at Cognigy.AI is asked");
}

#[tokio::test]
async fn zitadels_library_as_it_comes() {
    let desk = Desk::new().await;
    let provider = Zitadel::start(Mode::Default, &desk.tls(), &[desk.registration(PLAIN)]).await.unwrap();
    finds_each(&desk, &provider, true).await;
}

#[tokio::test]
async fn zitadels_library_as_a_server() {
    let desk = Desk::new().await;
    let provider = Zitadel::start(Mode::Server, &desk.tls(), &[desk.registration(PLAIN)]).await.unwrap();
    // It answers an authorization request of an unknown client with a fault of its own.
    finds_each(&desk, &provider, false).await;
}

#[tokio::test]
async fn nodes_provider() {
    let desk = Desk::new().await;
    let registered = desk.registration(PLAIN);
    let pkce = Registration { id: "pkce".to_owned(), require_pkce: true, ..registered.clone() };
    let jwt = Registration { id: "jwt".to_owned(), auth_method: "client_secret_jwt".to_owned(), ..registered.clone() };
    let provider = match NodeProvider::start(&desk.tls(), &[registered, pkce, jwt]).await {
        Err(StartError::NotAvailable(reason)) => return eprintln!("left out: {reason}"),
        started => started.unwrap(),
    };
    finds_each(&desk, &provider, true).await;

    let demands_pkce = Mistake { make: |idp| idp.with("/spec/oidc/clientId", json!("pkce")), ..NO_MISTAKE };
    let run = check(&desk, &provider, &demands_pkce).await;
    run.finds("callback", "unknown", "PkceDemanded", &["take the demand off the client"]);
    assert_eq!(run.code, 2, "{run:?}");

    let other_method = Mistake { make: |idp| idp.with("/spec/oidc/clientId", json!("jwt")), ..NO_MISTAKE };
    let run = check(&desk, &provider, &other_method).await;
    let advice = ["by client_secret_jwt and not by client_secret_basic", "Set spec.oidc.tokenEndpointAuthMethod"];
    run.finds("credentials", "refuted", "ClientAuthMethodRefused", &advice);
    let mended = Mistake {
        make: |idp| {
            idp.with("/spec/oidc/clientId", json!("jwt"))
                .with("/spec/oidc/tokenEndpointAuthMethod", json!("client_secret_jwt"))
        },
        ..NO_MISTAKE
    };
    assert_eq!(check(&desk, &provider, &mended).await.code, 0);
}

#[tokio::test]
async fn a_rotation_that_was_forgotten_on_one_side_is_found() {
    let desk = Desk::new().await;
    let provider = Zitadel::start(Mode::Server, &desk.tls(), &[desk.registration(PLAIN)]).await.unwrap();
    assert_eq!(check(&desk, &provider, &NO_MISTAKE).await.code, 0);
    provider.set_secret("acme", "rotated-at-the-provider-and-nowhere-else").await.unwrap();
    let run = check(&desk, &provider, &NO_MISTAKE).await;
    run.finds("credentials", "refuted", "ClientSecretRefused", &["wrong, expired or rotated"]);
}

#[tokio::test]
async fn special_characters_are_warned_of() {
    use super::desk::SECRET;
    let desk = Desk::new().await;
    let provider = Zitadel::start(Mode::Server, &desk.tls(), &[desk.registration(SECRET)]).await.unwrap();
    let run = check(&desk, &provider, &Mistake { secret: SECRET, ..NO_MISTAKE }).await;
    run.finds("credentials", "verified", "Verified", &["RFC 6749 section 2.3.1"]);
}
