//! The real providers that can be imitated. What is not known of one is as in [`USUAL`].

use serde::{Deserialize, Serialize};

use super::rules::{Arrival, AuthorizeRules, Documents, Refusal, Rules, TokenRules, Turned, UnknownScope, Verdicts};

/// Which real provider an issuer imitates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Style {
    /// Node's `oidc-provider`: demands PKCE.
    #[default]
    OidcProvider,
    /// Keycloak: a wrong secret is `unauthorized_client`.
    Keycloak,
    /// Dex with one connector: ignores `prompt=none` and judges on the second hop.
    DexOneConnector,
    /// Dex with several connectors: a page for good and bad requests alike.
    DexManyConnectors,
    /// Zitadel's library as it comes: looks at the code before the client.
    Zitadel,
    /// Zitadel's library by `op.Server`: authenticates first.
    ZitadelServer,
    /// Auth0: `access_denied` and 403, an issuer with a slash at its end.
    Auth0,
    /// Okta: `errorCode` instead of `error` for an unknown client.
    Okta,
    /// Microsoft Entra ID: `unauthorized_client` for an unknown application.
    Entra,
    /// Google: no `offline_access`.
    Google,
}

impl Style {
    pub(super) fn rules(self) -> &'static Rules {
        match self {
            Self::OidcProvider => &OIDC_PROVIDER,
            Self::Keycloak => &KEYCLOAK,
            Self::DexOneConnector => &DEX_ONE,
            Self::DexManyConnectors => &DEX_MANY,
            Self::Zitadel => &ZITADEL,
            Self::ZitadelServer => &ZITADEL_SERVER,
            Self::Auth0 => &AUTH0,
            Self::Okta => &OKTA,
            Self::Entra => &ENTRA,
            Self::Google => &GOOGLE,
        }
    }
}

const INVALID_GRANT: Refusal = Refusal::new(400, "invalid_grant");
const INVALID_REQUEST: Refusal = Refusal::new(400, "invalid_request");
const INVALID_CLIENT: Refusal = Refusal::new(401, "invalid_client");
const UNAUTHORIZED_CLIENT: Refusal = Refusal::new(401, "unauthorized_client");
const UNSUPPORTED_GRANT: Refusal = Refusal::new(400, "unsupported_grant_type");

const AUTHENTICATES_FIRST: Verdicts = Verdicts::all(INVALID_CLIENT).right(INVALID_GRANT);

const USUAL: Rules = Rules {
    documents: Documents {
        trailing_slash: false,
        algorithms: &["RS256"],
        auth_methods: &["client_secret_basic", "client_secret_post"],
        scopes: &["openid", "profile", "email", "offline_access", "groups"],
        grants: &["authorization_code", "refresh_token"],
        iss_parameter: false,
        pushed_requests: false,
        elliptic_key: false,
        encryption_key: false,
        discovery_cache_control: None,
        keys_cache_control: None,
        keys_content_type: "application/json",
    },
    token: TokenRules {
        code: AUTHENTICATES_FIRST,
        refresh: AUTHENTICATES_FIRST,
        client_credentials: AUTHENTICATES_FIRST.right(UNSUPPORTED_GRANT),
        two_methods: Some(INVALID_REQUEST),
        other_method: INVALID_CLIENT,
        basic_is_not_post: false,
        wrong_assertion: INVALID_CLIENT,
        form_id_wins: false,
        challenge: false,
        no_store: true,
        pushed_request_refusal: INVALID_CLIENT,
    },
    authorize: AuthorizeRules {
        status: 302,
        arrival: Arrival::Callback("login_required"),
        unregistered_redirect: Turned::Page(400, "redirect_uri is not registered"),
        unknown_client: Turned::Page(400, "client is unknown"),
        unknown_scope: UnknownScope::Callback,
        pkce_demanded: false,
        fragment: true,
        cookie: false,
    },
};

const OIDC_PROVIDER: Rules = Rules {
    documents: Documents {
        algorithms: &["RS256", "ES256"],
        auth_methods: &["client_secret_basic", "client_secret_jwt", "client_secret_post", "private_key_jwt", "none"],
        grants: &["implicit", "authorization_code", "refresh_token"],
        iss_parameter: true,
        pushed_requests: true,
        elliptic_key: true,
        keys_content_type: "application/jwk-set+json",
        ..USUAL.documents
    },
    token: TokenRules { challenge: true, ..USUAL.token },
    authorize: AuthorizeRules {
        status: 303,
        unknown_scope: UnknownScope::Ignored,
        pkce_demanded: true,
        ..USUAL.authorize
    },
};

const KEYCLOAK: Rules = Rules {
    documents: Documents {
        algorithms: &[
            "PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512", "ES256", "RS256", "HS384", "ES512", "PS256", "PS512",
            "RS512",
        ],
        auth_methods: &[
            "private_key_jwt",
            "client_secret_basic",
            "client_secret_post",
            "tls_client_auth",
            "client_secret_jwt",
        ],
        grants: &["authorization_code", "client_credentials", "implicit", "password", "refresh_token"],
        iss_parameter: true,
        pushed_requests: true,
        encryption_key: true,
        discovery_cache_control: Some("no-cache, must-revalidate, no-transform, no-store"),
        keys_cache_control: Some("no-cache"),
        ..USUAL.documents
    },
    token: TokenRules {
        code: AUTHENTICATES_FIRST.wrong(UNAUTHORIZED_CLIENT).no_secret(UNAUTHORIZED_CLIENT),
        refresh: AUTHENTICATES_FIRST.wrong(UNAUTHORIZED_CLIENT).no_secret(UNAUTHORIZED_CLIENT),
        client_credentials: Verdicts::all(UNAUTHORIZED_CLIENT).unknown(INVALID_CLIENT),
        two_methods: None,
        other_method: Refusal::new(400, "invalid_client"),
        wrong_assertion: Refusal::new(400, "unauthorized_client"),
        form_id_wins: true,
        pushed_request_refusal: Refusal::new(401, "invalid_request"),
        ..USUAL.token
    },
    authorize: AuthorizeRules { cookie: true, ..USUAL.authorize },
};

const DEX_ONE: Rules = Rules {
    documents: Documents {
        scopes: &["openid", "email", "groups", "profile", "offline_access"],
        grants: &["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        keys_cache_control: Some("max-age=600, must-revalidate"),
        ..USUAL.documents
    },
    token: TokenRules {
        refresh: AUTHENTICATES_FIRST.right(INVALID_REQUEST),
        client_credentials: Verdicts::all(UNSUPPORTED_GRANT),
        two_methods: Some(INVALID_CLIENT),
        no_store: false,
        ..USUAL.token
    },
    authorize: AuthorizeRules {
        arrival: Arrival::SecondHop,
        unregistered_redirect: Turned::Text(400, "Unregistered redirect_uri."),
        unknown_client: Turned::Text(404, "Invalid client_id."),
        ..USUAL.authorize
    },
};

const DEX_MANY: Rules =
    Rules { authorize: AuthorizeRules { arrival: Arrival::Chooser, ..DEX_ONE.authorize }, ..DEX_ONE };

const ZITADEL: Rules = Rules {
    documents: Documents {
        auth_methods: &["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        scopes: &["openid", "profile", "email", "phone", "address", "offline_access"],
        ..USUAL.documents
    },
    token: TokenRules {
        code: Verdicts::all(INVALID_GRANT),
        refresh: AUTHENTICATES_FIRST.unknown(Refusal::new(500, "server_error")),
        client_credentials: Verdicts::all(INVALID_CLIENT),
        no_store: false,
        ..USUAL.token
    },
    authorize: AuthorizeRules {
        unregistered_redirect: Turned::Text(400, "The requested redirect_uri is missing in the client configuration."),
        unknown_client: Turned::Text(400, "unable to retrieve client by id"),
        unknown_scope: UnknownScope::Ignored,
        fragment: false,
        ..USUAL.authorize
    },
};

const ZITADEL_SERVER: Rules = Rules {
    token: TokenRules {
        code: Verdicts::all(Refusal::new(400, "invalid_client")).right(INVALID_GRANT),
        refresh: Verdicts::all(Refusal::new(400, "invalid_client")).right(INVALID_GRANT),
        ..ZITADEL.token
    },
    authorize: AuthorizeRules {
        unregistered_redirect: Turned::Json(INVALID_REQUEST.saying("The requested redirect_uri is not registered.")),
        unknown_client: Turned::Json(Refusal::new(500, "server_error")),
        ..ZITADEL.authorize
    },
    ..ZITADEL
};

const ACCESS_DENIED: Refusal = Refusal::new(401, "access_denied").saying("Unauthorized");
const INVALID_CODE: Refusal = Refusal::new(403, "invalid_grant").saying("Invalid authorization code");

const AUTH0: Rules = Rules {
    documents: Documents { trailing_slash: true, ..USUAL.documents },
    token: TokenRules {
        code: Verdicts::all(ACCESS_DENIED).right(INVALID_CODE),
        refresh: Verdicts::all(ACCESS_DENIED).right(INVALID_CODE),
        client_credentials: Verdicts::all(ACCESS_DENIED),
        other_method: ACCESS_DENIED,
        basic_is_not_post: true,
        wrong_assertion: ACCESS_DENIED,
        ..USUAL.token
    },
    ..USUAL
};

const OKTA_WRONG: Refusal = INVALID_CLIENT.saying("The client secret supplied for a confidential client is invalid.");
const OKTA_UNKNOWN: Refusal = INVALID_CLIENT.saying("Invalid value for 'client_id' parameter.").under_error_code();
const OKTA_VERDICTS: Verdicts = AUTHENTICATES_FIRST.wrong(OKTA_WRONG).unknown(OKTA_UNKNOWN);

const OKTA: Rules = Rules { token: TokenRules { code: OKTA_VERDICTS, refresh: OKTA_VERDICTS, ..USUAL.token }, ..USUAL };

const ENTRA_VERDICTS: Verdicts = AUTHENTICATES_FIRST
    .right(INVALID_GRANT.saying("AADSTS9002313: Invalid request. Request is malformed or invalid."))
    .wrong(INVALID_CLIENT.saying("AADSTS7000215: Invalid client secret provided."))
    .unknown(Refusal::new(400, "unauthorized_client").saying("AADSTS700016: Application was not found."))
    .no_secret(INVALID_CLIENT.saying("AADSTS7000218: The request body must contain client_secret."));

const ENTRA: Rules = Rules {
    token: TokenRules { code: ENTRA_VERDICTS, refresh: ENTRA_VERDICTS, ..USUAL.token },
    authorize: AuthorizeRules {
        arrival: Arrival::Callback("interaction_required"),
        unregistered_redirect: Turned::Page(200, "AADSTS50011: The redirect URI does not match"),
        unknown_client: Turned::Page(200, "AADSTS700016: Application was not found"),
        ..USUAL.authorize
    },
    ..USUAL
};

const GOOGLE_VERDICTS: Verdicts = AUTHENTICATES_FIRST.right(INVALID_GRANT.saying("Malformed auth code."));

const GOOGLE: Rules = Rules {
    documents: Documents { scopes: &["openid", "email", "profile"], ..USUAL.documents },
    token: TokenRules { code: GOOGLE_VERDICTS, refresh: GOOGLE_VERDICTS, ..USUAL.token },
    authorize: AuthorizeRules {
        unregistered_redirect: Turned::Page(400, "Error 400: redirect_uri_mismatch"),
        unknown_client: Turned::Page(401, "The OAuth client was not found."),
        unknown_scope: UnknownScope::Page,
        ..USUAL.authorize
    },
};
