//! What real providers answer, as the programmable one imitates them, and the verdict on each.

mod rows;

use cognigy_sso_decide::{NoAnswer, Proof, Refusal};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{AuthMethod, Client as Registered, Operation, Profile, Provider as Server, Style};
use cognigy_sso_testkit::server::{Fault, Plan};
use secrecy::ExposeSecret;
use serde_json::json;

use super::*;
use crate::egress::{AddressPolicy, Authorities};

const CALLBACK: &str = "https://api.cognigy.example/auth/oidc/login/callback/5f0c0123456789abcdef0123";
const SECRET: &str = "secret-canary-of-at-least-32-characters";

const STYLES: [Style; 10] = [
    Style::OidcProvider,
    Style::Keycloak,
    Style::DexOneConnector,
    Style::DexManyConnectors,
    Style::Zitadel,
    Style::ZitadelServer,
    Style::Auth0,
    Style::Okta,
    Style::Entra,
    Style::Google,
];

/// A provider that imitates another, and a client of it.
struct Scene {
    server: Server,
    egress: Egress,
    issuer: String,
    /// As it is declared: changed to make a mistake.
    oidc: Oidc,
    id: String,
    secret: SecretString,
    callback: String,
}

impl Scene {
    async fn new(style: Style) -> Self {
        let authority = Authority::new("trials").unwrap();
        let server = Server::start(&authority).await.unwrap();
        let client = Registered { pkce_demanded: Some(false), ..Registered::new("acme", SECRET).redirect(CALLBACK) };
        let issuer = server.add("i", style, vec![client]);
        let trusted = CaBundle::parse(authority.pem().as_bytes()).unwrap();
        let here = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap());
        let policy = AddressPolicy { allowed: here.to_vec(), deny_private: false };
        let egress = Egress::new(policy, Authorities::system_and(&[trusted]));
        let oidc = serde_json::from_value(json!({
            "issuer": issuer, "clientId": "acme", "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
        }));
        let (id, secret, callback) = ("acme".to_owned(), SECRET.into(), CALLBACK.to_owned());
        Self { server, egress, issuer, oidc: oidc.unwrap(), id, secret, callback }
    }

    fn edit(&self, change: impl FnOnce(&mut Profile)) {
        assert!(self.server.edit("i", change));
    }

    fn registered(&self, change: impl FnOnce(&mut Registered)) {
        self.edit(|profile| change(&mut profile.clients[0]));
    }

    async fn provider(&self) -> Provider {
        let issuer = cognigy_sso_api::Issuer::parse(&self.issuer).unwrap();
        let found = crate::openid::discovery::read(&self.egress, &issuer, None).await.0;
        found.unwrap()
    }

    /// What is found, and how often each endpoint was asked.
    async fn try_client(&self) -> Trial {
        let provider = self.provider().await;
        self.server.clear_calls();
        try_client(&self.egress, &Trials::default(), &self.client(&provider), false).await
    }

    fn client<'a>(&'a self, provider: &'a Provider) -> Client<'a> {
        let is_special = |char: char| !char.is_ascii_alphanumeric() && char != '-';
        Client {
            oidc: &self.oidc,
            provider,
            ca: None,
            id: &self.id,
            secret: Some(&self.secret),
            callback: Some(&self.callback),
            encoding_matters: self.secret.expose_secret().contains(is_special),
        }
    }

    fn asked(&self, operation: Operation) -> usize {
        self.server.calls_of(operation).len()
    }
}

fn refused(status: u16, error: &str) -> Credentials {
    Credentials::Refused(Refusal { status, error: error.into() })
}

fn status(status: u16) -> NoAnswer {
    NoAnswer::Status(status)
}

/// How each provider accepts a callback that is registered.
fn accepted(style: Style) -> Callback {
    match style {
        Style::DexOneConnector => Callback::Accepted(Proof::Contrast),
        Style::DexManyConnectors => Callback::Indistinct,
        // Cognigy.AI always requests a scope that it does not know.
        Style::Google => Callback::ScopesDoubtful,
        _ => Callback::Accepted(Proof::Returned),
    }
}

#[tokio::test]
async fn a_client_as_it_is_registered_is_verified_at_every_provider() {
    for style in STYLES {
        let scene = Scene::new(style).await;
        let trial = scene.try_client().await;
        assert_eq!(trial, Trial { credentials: Credentials::Accepted, callback: accepted(style) }, "{style:?}");
        let tokens = if style == Style::Zitadel { 4 } else { 2 };
        assert_eq!(scene.asked(Operation::Token), tokens, "{style:?}");
        assert!(scene.asked(Operation::Authorize) <= 2, "{style:?}");
        assert_eq!(scene.asked(Operation::PushedRequest), 0, "{style:?}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_found_at_every_provider() {
    for style in STYLES {
        let mut scene = Scene::new(style).await;
        scene.secret = "another-one".into();
        let expected = match style {
            Style::Keycloak => refused(401, "unauthorized_client"),
            Style::ZitadelServer => refused(400, "invalid_client"),
            Style::Auth0 => refused(401, "access_denied"),
            _ => refused(401, "invalid_client"),
        };
        let trial = scene.try_client().await;
        assert_eq!(trial, Trial { credentials: expected, callback: accepted(style) }, "{style:?}");
    }
}

#[tokio::test]
async fn a_wrong_client_id_is_found_at_every_provider() {
    for style in STYLES {
        let mut scene = Scene::new(style).await;
        scene.id = "nobody".to_owned();
        let credentials = match style {
            Style::Zitadel => Credentials::None(status(500)),
            Style::ZitadelServer => refused(400, "invalid_client"),
            Style::Auth0 => refused(401, "access_denied"),
            Style::Entra => refused(400, "unauthorized_client"),
            _ => refused(401, "invalid_client"),
        };
        let callback = match style {
            Style::DexManyConnectors | Style::Entra => Callback::Indistinct,
            Style::ZitadelServer => Callback::None(status(500)),
            _ => Callback::ClientUnknown,
        };
        assert_eq!(scene.try_client().await, Trial { credentials, callback }, "{style:?}");
    }
}

#[tokio::test]
async fn a_callback_that_is_not_registered_is_found_wherever_it_is_told() {
    for style in STYLES {
        for callback in [format!("{CALLBACK}/"), CALLBACK.replace("0123", "9999")] {
            let mut scene = Scene::new(style).await;
            scene.callback = callback;
            let callback = match style {
                Style::DexManyConnectors | Style::Entra => Callback::Indistinct,
                _ => Callback::NotRegistered,
            };
            let expected = Trial { credentials: Credentials::Accepted, callback };
            assert_eq!(scene.try_client().await, expected, "{style:?}");
        }
    }
}

#[tokio::test]
async fn scopes_that_the_client_may_not_have_are_found_wherever_it_is_told() {
    for style in STYLES {
        let mut scene = Scene::new(style).await;
        scene.oidc.additional_scopes = vec!["unheard-of".to_owned()];
        let expected = match style {
            Style::OidcProvider | Style::Zitadel | Style::ZitadelServer => Callback::Accepted(Proof::Returned),
            Style::DexManyConnectors => Callback::Indistinct,
            Style::Google => Callback::ScopesDoubtful,
            _ => Callback::ScopesRefused,
        };
        assert_eq!(scene.try_client().await.callback, expected, "{style:?}");
    }
}

#[tokio::test]
async fn a_client_that_is_disabled_or_lacks_the_flow_is_found() {
    let scene = Scene::new(Style::Keycloak).await;
    scene.registered(|client| client.disabled = true);
    let trial = scene.try_client().await;
    assert_eq!((trial.credentials, trial.callback), (refused(401, "invalid_client"), Callback::ClientUnknown));
    scene.registered(|client| (client.disabled, client.code_flow_off) = (false, true));
    let trial = scene.try_client().await;
    assert_eq!((trial.credentials, trial.callback), (Credentials::Accepted, Callback::FlowRefused));
}

#[tokio::test]
async fn a_client_that_demands_pkce_is_found_with_and_without_it() {
    for style in [Style::OidcProvider, Style::Keycloak, Style::Auth0] {
        let scene = Scene::new(style).await;
        scene.registered(|client| client.pkce_demanded = Some(true));
        assert_eq!(scene.try_client().await.callback, Callback::PkceDemanded, "{style:?}");
        let challenges = scene.server.calls_of(Operation::Authorize);
        let with_pkce = challenges.iter().filter(|call| call.target.contains("code_challenge_method=S256"));
        assert_eq!((challenges.len(), with_pkce.count()), (2, 1));
    }
}

#[tokio::test]
async fn a_public_client_proves_nothing() {
    let scene = Scene::new(Style::Keycloak).await;
    scene.registered(|client| client.secret = None);
    assert_eq!(scene.try_client().await.credentials, Credentials::Indistinct);
    assert_eq!(scene.asked(Operation::Token), 4);
}

#[tokio::test]
async fn open_registration_is_warned_of() {
    let scene = Scene::new(Style::Auth0).await;
    scene.registered(|client| client.redirect_uris = vec!["https://*".to_owned()]);
    assert_eq!(scene.try_client().await.callback, Callback::AnyRedirect);
}

#[tokio::test]
async fn an_error_page_of_the_providers_own_is_no_callback() {
    let mut scene = Scene::new(Style::Auth0).await;
    scene.edit(|profile| profile.error_page = Some("https://errors.example/oops".to_owned()));
    assert_eq!(scene.try_client().await.callback, Callback::Accepted(Proof::Returned));
    scene.callback = format!("{CALLBACK}/other");
    assert_eq!(scene.try_client().await.callback, Callback::Unclear { status: 302 });
}

#[tokio::test]
async fn every_method_that_takes_a_secret_can_be_tried_and_told_from_the_others() {
    let methods = [
        (TokenEndpointAuthMethod::ClientSecretBasic, AuthMethod::ClientSecretBasic),
        (TokenEndpointAuthMethod::ClientSecretPost, AuthMethod::ClientSecretPost),
        (TokenEndpointAuthMethod::ClientSecretJwt, AuthMethod::ClientSecretJwt),
    ];
    for (declared, _) in methods {
        for (other, registered) in methods {
            let mut scene = Scene::new(Style::Auth0).await;
            scene.edit(|profile| {
                let offered = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
                profile.discovery["token_endpoint_auth_methods_supported"] = json!(offered);
            });
            scene.registered(|client| client.auth_method = registered);
            scene.oidc.token_endpoint_auth_method = declared;
            let expected = if declared == other { Credentials::Accepted } else { Credentials::OtherMethod(other) };
            assert_eq!(scene.try_client().await.credentials, expected, "{declared:?} at {registered:?}");
        }
    }
}

/// Lesson: open-webui #20733, openid-client #134.
#[tokio::test]
async fn special_characters_are_form_encoded() {
    for special in ["p+q/r=s%41:t u", "pässwört&=", "a\"b\\c"] {
        for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
            let mut scene = Scene::new(Style::OidcProvider).await;
            scene.registered(|client| {
                client.secret = Some(special.to_owned());
                client.auth_method = serde_json::from_value(json!(method)).unwrap();
            });
            scene.secret = special.into();
            scene.oidc.token_endpoint_auth_method = serde_json::from_value(json!(method)).unwrap();
            assert_eq!(scene.try_client().await.credentials, Credentials::Accepted, "{special} {method}");
        }
        let mut scene = Scene::new(Style::OidcProvider).await;
        scene.registered(|client| client.secret = Some(special.to_owned()));
        scene.edit(|profile| profile.raw_basic = true);
        scene.secret = special.into();
        assert_eq!(scene.try_client().await.credentials, Credentials::OnlyRaw, "{special}");
    }
}

#[tokio::test]
async fn methods_that_need_a_key_are_not_tried() {
    let mut scene = Scene::new(Style::Keycloak).await;
    scene.oidc.token_endpoint_auth_method = TokenEndpointAuthMethod::PrivateKeyJwt;
    let trial = scene.try_client().await;
    assert_eq!(trial.credentials, Credentials::NotTried(TokenEndpointAuthMethod::PrivateKeyJwt));
    assert_eq!(trial.callback, Callback::Accepted(Proof::Returned), "the callback is checked all the same");
    assert_eq!(scene.asked(Operation::Token), 0);
}

#[tokio::test]
async fn a_pushed_request_settles_what_a_login_page_leaves_open() {
    for (callback, expected) in
        [(CALLBACK.to_owned(), Callback::Accepted(Proof::Pushed)), (format!("{CALLBACK}/other"), Callback::Indistinct)]
    {
        let mut scene = Scene::new(Style::DexManyConnectors).await;
        let endpoint = format!("{}/par", scene.server.base("i"));
        scene.edit(|profile| profile.discovery["pushed_authorization_request_endpoint"] = json!(endpoint));
        scene.callback = callback;
        assert_eq!(scene.try_client().await.callback, expected);
    }
}

#[tokio::test]
async fn a_pushed_request_that_is_not_answered_is_no_refusal() {
    for fault in [Fault::status(503), Fault::status(429), Fault::cut()] {
        let scene = Scene::new(Style::DexManyConnectors).await;
        let endpoint = format!("{}/par", scene.server.base("i"));
        scene.edit(|profile| profile.discovery["pushed_authorization_request_endpoint"] = json!(endpoint));
        scene.server.install(Plan::on(Operation::PushedRequest, [Fault::says(201, "{}"), fault]));
        assert_eq!(scene.try_client().await.callback, Callback::Indistinct, "the control says nothing");
        assert_eq!(scene.asked(Operation::PushedRequest), 2);
    }
}

#[tokio::test]
async fn nothing_is_pushed_by_a_client_whose_method_needs_a_key() {
    let mut scene = Scene::new(Style::DexManyConnectors).await;
    let endpoint = format!("{}/par", scene.server.base("i"));
    scene.edit(|profile| profile.discovery["pushed_authorization_request_endpoint"] = json!(endpoint));
    scene.oidc.token_endpoint_auth_method = TokenEndpointAuthMethod::PrivateKeyJwt;
    assert_eq!(scene.try_client().await.callback, Callback::Indistinct);
    assert_eq!(scene.asked(Operation::PushedRequest), 0, "its secret would be sent");
}

#[tokio::test]
async fn a_token_that_comes_is_told_and_not_kept() {
    let scene = Scene::new(Style::Okta).await;
    let issued = Fault::says(200, r#"{"access_token":"canary-token","token_type":"Bearer"}"#);
    scene.server.install(Plan::on(Operation::Token, [issued]));
    let trial = scene.try_client().await;
    assert_eq!(trial.credentials, Credentials::Issued);
    assert!(!format!("{trial:?}").contains("canary-token"));
    assert_eq!(scene.asked(Operation::Token), 1);
}

#[tokio::test]
async fn a_code_that_comes_is_told_and_never_redeemed() {
    let scene = Scene::new(Style::Okta).await;
    let code = Fault::redirect(&format!("{CALLBACK}?code=canary-code&state=other"));
    scene.server.install(Plan::on(Operation::Authorize, [code]));
    let trial = scene.try_client().await;
    assert_eq!(trial.callback, Callback::Unproven, "its state is not ours");
    let tokens = scene.server.calls_of(Operation::Token);
    assert!(tokens.iter().all(|call| !call.body.to_string().contains("canary-code")));
}

#[tokio::test]
async fn servers_that_do_not_answer_leave_it_unknown() {
    use cognigy_sso_decide::TransportFault;
    let cut = NoAnswer::Transport(TransportFault::Cut);
    for (fault, token, authorize) in [
        (Fault::status(503), status(503), status(503)),
        (Fault::status(429), status(429), status(429)),
        (Fault::cut(), cut, cut),
    ] {
        let scene = Scene::new(Style::Auth0).await;
        scene.server.install(Plan::on(Operation::Token, [fault.clone()]).forever());
        scene.server.install(Plan::on(Operation::Authorize, [fault]).forever());
        let trial = scene.try_client().await;
        assert_eq!(trial, Trial { credentials: Credentials::None(token), callback: Callback::None(authorize) });
        assert_eq!((scene.asked(Operation::Token), scene.asked(Operation::Authorize)), (1, 1), "nothing is repeated");
    }
}

#[tokio::test]
async fn a_provider_that_answers_late_is_not_waited_for_without_end() {
    use cognigy_sso_decide::TransportFault;
    let scene = Scene::new(Style::Auth0).await;
    let provider = scene.provider().await;
    for operation in [Operation::Token, Operation::Authorize] {
        scene.server.install(Plan::on(operation, [Fault::late(Duration::from_secs(5))]).forever());
    }
    let mut trials = Trials::default();
    trials.patience = Duration::from_millis(200);
    let client = Client { callback: Some(CALLBACK), ..scene.client(&provider) };
    let trial = try_client(&scene.egress, &trials, &client, false).await;
    assert_eq!(trial, Trial::unanswered(NoAnswer::Transport(TransportFault::TimedOut)));
}

#[tokio::test]
async fn a_long_page_is_a_page() {
    let scene = Scene::new(Style::DexManyConnectors).await;
    let page = Fault::says(200, &"<p>".repeat(100_000));
    scene.server.install(Plan::on(Operation::Authorize, [page]).forever());
    assert_eq!(scene.try_client().await.callback, Callback::Indistinct);
}

#[tokio::test]
async fn no_cookie_is_kept_and_nobody_beside_the_provider_is_called() {
    let scene = Scene::new(Style::Keycloak).await;
    scene.try_client().await;
    scene.try_client().await;
    let calls = scene.server.calls();
    assert!(calls.iter().all(|call| !call.headers.contains_key("cookie")));
    for call in calls.iter().filter(|call| call.operation == Operation::Authorize) {
        assert!(!call.target.contains(SECRET) && call.target.contains("prompt=none"), "{}", call.target);
    }
}

#[tokio::test]
async fn a_control_is_the_same_request_with_one_thing_made_up() {
    let scene = Scene::new(Style::Auth0).await;
    scene.try_client().await;
    let tokens = scene.server.calls_of(Operation::Token);
    assert_eq!(tokens.iter().filter(|call| call.user.as_deref() == Some("acme")).count(), 2);
    let authorization = |place: usize| &tokens[place].headers["authorization"];
    assert_ne!(authorization(0), authorization(1));
    assert!(tokens.iter().all(|call| call.body.get("client_id").is_none()), "with Basic no id goes into the form");
    let redirects: Vec<_> = scene.server.calls_of(Operation::Authorize).into_iter().map(|call| call.target).collect();
    assert!(redirects[0].contains("api.cognigy.example") && redirects[1].contains("callback.invalid"), "{redirects:?}");
}

#[tokio::test]
async fn a_thousand_resources_of_one_client_cost_one_try() {
    let scene = Scene::new(Style::Okta).await;
    let (provider, trials) = (scene.provider().await, Trials::default());
    let tried = Client { callback: None, ..scene.client(&provider) };
    let all = (0..1000).map(|_| try_client(&scene.egress, &trials, &tried, false));
    let found = futures::future::join_all(all).await;
    assert!(found.iter().all(|trial| trial.credentials == Credentials::Accepted));
    assert_eq!(scene.asked(Operation::Token), 2);
    try_client(&scene.egress, &trials, &tried, true).await;
    assert_eq!(scene.asked(Operation::Token), 4, "who asks for a check wants it made");
    let other = "another-one".into();
    try_client(&scene.egress, &trials, &Client { secret: Some(&other), ..tried }, false).await;
    assert_eq!(scene.asked(Operation::Token), 6, "another secret is another client: itself, and by post");
}

#[tokio::test]
async fn what_was_found_of_another_client_says_nothing() {
    let scene = Scene::new(Style::Okta).await;
    let (provider, trials) = (scene.provider().await, Trials::default());
    let authority = CaBundle::parse(Authority::new("private").unwrap().pem().as_bytes()).unwrap();
    let tried = Client { callback: None, ..scene.client(&provider) };
    let elsewhere = Oidc { issuer: format!("{}/elsewhere", scene.issuer), ..scene.oidc.clone() };
    let moved = Provider { token_endpoint: format!("{}?x", provider.token_endpoint).into(), ..provider.clone() };
    let post = Oidc { token_endpoint_auth_method: TokenEndpointAuthMethod::ClientSecretPost, ..scene.oidc.clone() };
    let others = [
        Client { id: "another", ..tried },
        Client { ca: Some(&authority), ..tried },
        Client { oidc: &elsewhere, ..tried },
        Client { provider: &moved, ..tried },
        Client { oidc: &post, ..tried },
    ];
    let mut asked = 0;
    for client in [tried].into_iter().chain(others) {
        try_client(&scene.egress, &trials, &client, false).await;
        assert!(scene.asked(Operation::Token) > asked, "{}", scene.asked(Operation::Token));
        asked = scene.asked(Operation::Token);
    }
}
