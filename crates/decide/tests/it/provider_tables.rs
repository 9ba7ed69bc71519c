//! Every fault of a provider, and what is judged a fault.

use std::sync::Arc;

use cognigy_sso_api::{ConditionStatus, ConditionType, Oidc, Reason, SigningAlgorithm, TokenEndpointAuthMethod};
use cognigy_sso_decide::{Class, Document, Fault, Finding, KeyFacts, Provider, ProviderFault, is_doubted};

use crate::support::strategy::oidc;
use crate::support::{
    ORGANIZATION, ROTATED, always, applied, condition, edited, issuer_unknown, later, message, now, observed, provider,
    ready, resource, visit, visit_at, with_secret,
};

use ConditionStatus::{False, True, Unknown};

fn status(document: Document, status: u16, retry_after: Option<u64>) -> ProviderFault {
    ProviderFault::Status { document, url: "https://idp.example/d".to_owned(), status, retry_after }
}

#[test]
fn every_status_of_a_document() {
    use Class::{Input, Throttled, Transient};
    use Document::{Discovery, Keys};
    let table = [
        (Discovery, 404, None, Reason::DiscoveryNotFound, Input),
        (Discovery, 410, None, Reason::DiscoveryNotFound, Input),
        (Keys, 404, None, Reason::DiscoveryInvalid, Input),
        (Discovery, 302, None, Reason::DiscoveryInvalid, Input),
        (Discovery, 401, None, Reason::DiscoveryInvalid, Input),
        (Discovery, 403, None, Reason::DiscoveryInvalid, Input),
        (Discovery, 408, None, Reason::ServerError, Transient),
        (Discovery, 425, None, Reason::ServerError, Transient),
        (Discovery, 429, None, Reason::Throttled, Transient),
        (Keys, 429, Some(9), Reason::Throttled, Throttled(9)),
        (Keys, 500, None, Reason::ServerError, Transient),
        (Discovery, 503, None, Reason::ServerError, Transient),
        (Discovery, 503, Some(9), Reason::ServerError, Throttled(9)),
    ];
    for (document, code, retry_after, reason, class) in table {
        let finding = Finding::from(&status(document, code, retry_after));
        let expected = if class == Input { False } else { Unknown };
        assert_eq!((finding.reason, finding.class, finding.status), (reason, Some(class), expected));
        let advice = if class == Input { "spec.oidc.issuer" } else { "It is tried again" };
        for name in [advice, "https://idp.example/d", &document.to_string(), &code.to_string()] {
            assert!(finding.message.contains(name), "{name}: {}", finding.message);
        }
    }
}

#[test]
fn every_other_fault_is_refuted_and_names_the_field_or_the_member() {
    let malformed = |what: &str| ProviderFault::Malformed {
        document: Document::Discovery,
        url: "https://idp.example/d".to_owned(),
        what: what.to_owned(),
    };
    let table = [
        (ProviderFault::InvalidIssuer { problem: "is not a URL".to_owned() }, Reason::InvalidSpec, "spec.oidc.issuer"),
        (malformed("is not a JSON object"), Reason::DiscoveryInvalid, "is not a JSON object"),
        (
            ProviderFault::Endpoint { member: "token_endpoint", present: false },
            Reason::EndpointInvalid,
            "lacks token_endpoint",
        ),
        (
            ProviderFault::Endpoint { member: "jwks_uri", present: true },
            Reason::EndpointInvalid,
            "jwks_uri in the provider's discovery document is not an https URL",
        ),
        (ProviderFault::NoUsableKey { algorithm: "RS512" }, Reason::NoUsableKey, "spec.oidc.idTokenSignedResponseAlg"),
        (ProviderFault::Flow, Reason::FlowNotSupported, "authorization code flow"),
    ];
    for (fault, reason, names) in table {
        let finding = Finding::from(&fault);
        assert_eq!((finding.reason, finding.class, finding.status), (reason, Some(Class::Input), False));
        assert!(finding.message.contains(names), "{}", finding.message);
    }
}

/// Lesson: pinniped #600, vault #28650.
#[test]
fn a_mismatch_says_exactly_what_to_write() {
    let mismatch = |declared: &str, published: &str| {
        ProviderFault::IssuerMismatch { declared: declared.to_owned(), published: published.to_owned() }.message()
    };
    let slash = mismatch("https://acme.eu.auth0.com", "https://acme.eu.auth0.com/");
    assert!(slash.contains("Only the slash") && slash.ends_with("set spec.oidc.issuer to https://acme.eu.auth0.com/"));
    let other = mismatch("https://a.example", "https://b.example");
    assert!(!other.contains("slash") && other.ends_with("set spec.oidc.issuer to https://b.example"));
    let template = mismatch("https://login.example/common", "https://login.example/{tenantid}/v2.0");
    assert!(template.contains("your own tenant") && !template.contains("set spec.oidc.issuer to"));
}

#[test]
fn only_what_the_field_can_be_set_to_is_advised() {
    let algorithm = |offered: &[&str]| {
        let offered = offered.iter().map(ToString::to_string).collect();
        ProviderFault::Algorithm { algorithm: "RS256", offered }.message()
    };
    let some = algorithm(&["ES256", "RS512", "none", "HS256"]);
    assert!(some.ends_with("Set spec.oidc.idTokenSignedResponseAlg to one of: RS512, HS256."), "{some}");
    let none = algorithm(&["ES256"]);
    assert!(none.contains("ES256") && !none.contains("Set spec"), "{none}");
    let offered = vec!["attest_jwt_client_auth".to_owned(), "client_secret_post".to_owned()];
    let method = ProviderFault::AuthMethod { method: "client_secret_basic", offered }.message();
    assert!(method.ends_with("Set spec.oidc.tokenEndpointAuthMethod to one of: client_secret_post."), "{method}");
}

/// What `IssuerVerified` says of this client at this provider.
fn judge(
    change: impl FnOnce(&mut Oidc),
    publish: impl FnOnce(&mut Provider),
) -> (Option<(ConditionStatus, Reason)>, Option<u32>, String) {
    let resource = resource(|spec| change(oidc(spec)));
    let mut observed = observed(|observed| observed.provider = Some(Arc::new(Ok(provider(publish)))));
    let status = visit(resource, &mut observed, always(applied)).resource.status;
    let issuer = condition(&status, ConditionType::IssuerVerified);
    (issuer, status.issuer.as_ref().map(|issuer| issuer.key_count), message(&status, ConditionType::Ready).to_owned())
}

fn key(key_type: &str, usage: Option<&str>, algorithm: Option<&str>) -> KeyFacts {
    let (usage, algorithm) = (usage.map(Into::into), algorithm.map(Into::into));
    KeyFacts { key_type: key_type.to_owned(), usage, algorithm }
}

/// Lesson: pinniped that calls keys valid of which none is usable.
#[test]
fn keys_are_judged_for_the_algorithm() {
    let table = [
        (key("RSA", None, None), true),
        (key("RSA", Some("sig"), Some("RS256")), true),
        (key("RSA", Some("enc"), None), false),
        (key("RSA", Some("sig"), Some("RS512")), false),
        (key("RSA", None, Some("RSA-OAEP")), false),
        (key("EC", Some("sig"), None), false),
        (key("oct", None, Some("RS256")), false),
    ];
    for (key, fits) in table {
        let (issuer, count, _) = judge(|_| {}, |provider| provider.keys = Ok(vec![key.clone()]));
        let expected = if fits { (True, Reason::Verified) } else { (False, Reason::NoUsableKey) };
        assert_eq!((issuer, count), (Some(expected), fits.then_some(1)), "{key:?}");
    }
}

#[test]
fn a_secret_that_signs_needs_no_key() {
    let symmetric = |oidc: &mut Oidc| oidc.id_token_signed_response_alg = SigningAlgorithm::HS256;
    let unreadable = |provider: &mut Provider| provider.keys = Err(status(Document::Keys, 503, None));
    assert_eq!(judge(symmetric, unreadable).0, Some((True, Reason::Verified)));
    assert_eq!(judge(|_| {}, unreadable).0, Some((Unknown, Reason::ServerError)));
    let gone = |provider: &mut Provider| provider.keys = Err(status(Document::Keys, 404, None));
    assert_eq!(judge(|_| {}, gone).0, Some((False, Reason::DiscoveryInvalid)));
}

#[test]
fn capabilities_are_judged_with_their_defaults() {
    let algorithm = |oidc: &mut Oidc| oidc.id_token_signed_response_alg = SigningAlgorithm::RS512;
    assert_eq!(judge(algorithm, |_| {}).0, Some((False, Reason::AlgorithmNotSupported)));
    let post = |oidc: &mut Oidc| oidc.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretPost;
    assert_eq!(judge(post, |_| {}).0, Some((False, Reason::AuthMethodNotSupported)), "left out, basic is meant");
    let offers = |provider: &mut Provider| provider.auth_methods = Some(vec!["client_secret_post".to_owned()]);
    assert_eq!(judge(post, offers).0, Some((True, Reason::Verified)));
    assert_eq!(judge(|_| {}, offers).0, Some((False, Reason::AuthMethodNotSupported)));
    let implicit = |provider: &mut Provider| provider.response_types = vec!["id_token".to_owned()];
    assert_eq!(judge(|_| {}, implicit).0, Some((False, Reason::FlowNotSupported)));
}

#[test]
fn a_scope_that_is_not_listed_is_a_warning_only() {
    let scopes = |oidc: &mut Oidc| oidc.additional_scopes = vec!["groups".to_owned(), "roles".to_owned()];
    let lists = |provider: &mut Provider| provider.scopes = Some(vec!["openid".to_owned(), "groups".to_owned()]);
    let (issuer, _, ready) = judge(scopes, lists);
    assert_eq!(issuer, Some((True, Reason::Verified)));
    assert!(ready.contains("the scope(s) roles;"), "{ready}");
    assert!(!judge(scopes, |_| {}).2.contains("scope"), "who lists none may grant any");
}

#[test]
fn what_is_published_is_told() {
    let issuer = ready(|_| {}).status.issuer.unwrap();
    let published = provider(|_| {});
    assert_eq!(issuer.authorization_endpoint, published.authorization_endpoint);
    assert_eq!((issuer.token_endpoint, issuer.jwks_uri), (published.token_endpoint, published.jwks_uri));
    assert_eq!((issuer.key_count, issuer.verified_time), (1, now()));
    let unlike = |spec: &mut _| oidc(spec).id_token_signed_response_alg = cognigy_sso_api::SigningAlgorithm::RS512;
    let refuted = visit(resource(unlike), &mut observed(|_| {}), always(applied)).resource.status;
    assert_eq!(refuted.issuer, None);
}

#[test]
fn another_number_of_keys_is_another_outcome() {
    let more_keys = |provider: &mut Provider| {
        let keys = provider.keys.as_mut().unwrap();
        keys.push(keys[0].clone());
    };
    let mut rolled = observed(|observed| observed.provider = Some(Arc::new(Ok(provider(more_keys)))));
    let issuer = visit_at(later(240), ready(|_| {}), &mut rolled, always(applied)).resource.status.issuer.unwrap();
    assert_eq!((issuer.verified_time, issuer.key_count), (later(240), 2));
}

#[test]
fn the_callback_is_told_with_the_login_url() {
    let urls = ready(|_| {}).status.urls.unwrap();
    let callback = format!("https://api-trial.cognigy.ai/auth/oidc/login/callback/{ORGANIZATION}");
    assert_eq!((urls.callback.as_deref(), urls.documentation), (Some(callback.as_str()), None));
}

#[test]
fn of_the_client_id_the_value_counts_that_was_read() {
    let edited = edited(ready(|_| {}), |spec| oidc(spec).client_id = Some("unused".to_owned()));
    let unchanged = visit(edited.clone(), &mut observed(|_| {}), always(applied));
    assert_eq!(unchanged.effects, [""; 0]);
    let rotated = visit(edited, &mut observed(|observed| with_secret(observed, ROTATED, "2")), always(applied));
    assert_eq!(rotated.effects, ["Record", "Replace"]);
}

#[test]
fn what_is_held_is_read_anew_only_where_it_speaks_against_what_is_declared() {
    let without_keys = provider(|provider| provider.keys = Ok(Vec::new()));
    for (found, expected) in [(provider(|_| {}), false), (without_keys, true)] {
        let observed = observed(|observed| observed.provider = Some(Arc::new(Ok(found))));
        assert_eq!(is_doubted(&ready(|_| {}), &observed, now()), expected);
    }
    assert!(!is_doubted(&ready(|_| {}), &observed(issuer_unknown), now()), "what cannot be read is not held");
}
