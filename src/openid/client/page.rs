//! What a refusal complains about. Of the page nothing is kept.

use cognigy_sso_decide::Named;

/// What providers say of a redirect URI that is not registered.
const REDIRECT_URI: [&str; 6] =
    ["redirect_uri", "redirect uri", "redirect url", "callback url", "callback uri", "reply url"];
/// And of a client that they do not know, or that is switched off.
const CLIENT: [&str; 13] = [
    "client_id",
    "client id",
    "clientid",
    "invalid client",
    "invalid_client",
    "unknown client",
    "client not found",
    "client disabled",
    "client is unknown",
    "client is invalid",
    "client was not found",
    "client by id",
    "client does not exist",
];

/// And of scopes that they do not grant.
const SCOPES: [&str; 4] = ["invalid_scope", "invalid scope", "scopes were invalid", "requested scope"];

/// What a page or an error names; the redirect URI before the client, since it is looked for among a client's.
pub(super) fn named(body: &[u8]) -> Option<Named> {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    if says(&REDIRECT_URI) {
        return Some(Named::RedirectUri);
    }
    if says(&CLIENT) {
        return Some(Named::Client);
    }
    says(&SCOPES).then_some(Named::Scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_the_redirect_uri_the_client_or_the_scopes() {
        for (body, expected) in [
            ("redirect_uri did not match any of the client's registered redirect_uris", Some(Named::RedirectUri)),
            ("<p>Invalid parameter: redirect_uri</p>", Some(Named::RedirectUri)),
            ("The requested redirect_uri is missing in the client configuration.", Some(Named::RedirectUri)),
            ("Error 400: redirect_uri_mismatch", Some(Named::RedirectUri)),
            ("<p>Client disabled.</p>", Some(Named::Client)),
            ("Invalid client_id.", Some(Named::Client)),
            ("The OAuth client was not found.", Some(Named::Client)),
            ("client is invalid", Some(Named::Client)),
            ("client not found", Some(Named::Client)),
            ("unable to retrieve client by id", Some(Named::Client)),
            ("Some requested scopes were invalid. {invalid=[offline_access]}", Some(Named::Scopes)),
            ("400 Bad Request: the client sent a bad header", None),
            ("", None),
            ("\u{fffd}", None),
        ] {
            assert_eq!(named(body.as_bytes()), expected, "{body}");
        }
    }
}
