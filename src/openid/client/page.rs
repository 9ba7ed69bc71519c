//! What a refusal complains about. Of the page nothing is kept.

use cognigy_sso_decide::Named;

/// What providers call a redirect URI that is not registered.
const REDIRECT_URI: [&str; 6] =
    ["redirect_uri", "redirect uri", "redirect url", "callback url", "callback uri", "reply url"];
/// And the id of a client that they do not know.
const CLIENT_ID: [&str; 3] = ["client_id", "client id", "clientid"];
/// Or what they say of it, or of one that is switched off.
const CLIENT: [&str; 10] = [
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

/// How a parameter is given its value, also where it is escaped: who repeats the request does not complain about it.
const ASSIGNED: [&str; 8] = ["=", ":", "%3d", "%253d", "%3a", "\\u003d", "&#61;", "&#x3d;"];

/// What a page or an error names. The scopes come first, since some that refuse them list the whole request; then the redirect
/// URI, since it is looked for among a client's.
pub(super) fn named(body: &[u8]) -> Option<Named> {
    let text = visible(&String::from_utf8_lossy(body).to_ascii_lowercase());
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    let complains_about = |names: &[&str]| names.iter().any(|name| stands_alone(&text, name));
    if says(&SCOPES) {
        return Some(Named::Scopes);
    }
    if complains_about(&REDIRECT_URI) {
        return Some(Named::RedirectUri);
    }
    (complains_about(&CLIENT_ID) || says(&CLIENT)).then_some(Named::Client)
}

/// What people read of a page: links, forms and scripts of any page may hold the names of the request's parameters.
fn visible(page: &str) -> String {
    let (mut shown, mut rest) = (String::new(), page);
    while let Some((text, tag)) = rest.split_once('<') {
        shown.extend([text, " "]);
        let hidden = [("!--", "-->"), ("script", "</script"), ("style", "</style")];
        let end = hidden.iter().find(|(begin, _)| tag.starts_with(begin)).map_or(">", |(_, end)| end);
        rest = tag.split_once(end).map_or("", |(_, rest)| rest);
    }
    shown + rest
}

/// Does this name of a parameter stand anywhere without a value?
fn stands_alone(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(place, name)| {
        let after = text.get(place + name.len()..).unwrap_or_default().trim_start_matches(['"', '\'', ' ']);
        !ASSIGNED.iter().any(|sign| after.starts_with(sign))
    })
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
            (
                r#"{"error":"invalid_request","error_description":"Unregistered redirect_uri"}"#,
                Some(Named::RedirectUri),
            ),
            ("Invalid value for 'client_id' parameter.", Some(Named::Client)),
            (r#"Unregistered redirect_uri ("https://app.example/cb")."#, Some(Named::RedirectUri)),
            ("400 Bad Request: the client sent a bad header", None),
            ("", None),
            ("\u{fffd}", None),
        ] {
            assert_eq!(named(body.as_bytes()), expected, "{body}");
        }
    }
    #[test]
    fn a_page_that_only_repeats_the_request_complains_about_nothing() {
        let request = "client_id=acme&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid";
        for body in [
            format!("Bad request: /authorize?{request}"),
            format!("<a href=\"/restart?{request}\">Sign in again</a> Your session has expired."),
            format!("<script>var login = \"/login?{request}\"; report('redirect_uri', 'clientId');</script>Try later."),
            "<style>.client_id { color: red }</style><!-- <b>redirect_uri</b> -->Something went wrong.".to_owned(),
            r#"<form><input name="redirect_uri" value="x"></form> An error occurred."#.to_owned(),
            r#"{"error":"invalid_request","request":{"client_id":"acme","redirect_uri": "x","clientId" : "y"}}"#
                .to_owned(),
            "next=%2Fauthorize%3Fclient_id%3Dacme%26redirect_uri%253Dx client_id\\u003dacme client_id&#61;acme"
                .to_owned(),
            "Client ID: acme, Redirect URI: https://app.example/cb".to_owned(),
            "<script>redirect_uri".to_owned(),
        ] {
            assert_eq!(named(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_page_about_scopes_is_about_scopes_whatever_else_it_lists() {
        let body =
            "Error 400: invalid_scope. Some requested scopes were invalid. Request details: redirect_uri and client_id";
        assert_eq!(named(body.as_bytes()), Some(Named::Scopes));
    }
}
