//! Where a redirection leads.

use cognigy_sso_decide::{Arrival, Returned};
use url::Url;
use url::form_urlencoded::parse;

use super::error_code;

/// The longest `Location` that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// The request that is answered.
pub(super) struct Request<'a> {
    pub(super) redirect_uri: &'a Url,
    pub(super) state: &'a str,
    pub(super) issuer: &'a Url,
    /// The callback, which is never called.
    pub(super) callback: &'a Url,
    /// HTTP status of the answer.
    pub(super) status: u16,
    /// The URL that answered: a relative `Location` starts from there.
    pub(super) asked: &'a Url,
}

impl Request<'_> {
    /// Where this `Location` leads. `issuer` is what `iss` must be, byte for byte (RFC 9207 section 2.4).
    pub(super) fn arrival(&self, location: &str, issuer: &str) -> Arrival {
        if location.len() > LONGEST {
            return Arrival::Away;
        }
        let Ok(url) = self.asked.join(location) else { return Arrival::Away };
        if is_same_place(&url, self.redirect_uri) {
            return Arrival::Returned(self.returned(&url, issuer));
        }
        let may_follow = url.origin() == self.issuer.origin() && url.origin() != self.callback.origin();
        if may_follow {
            return Arrival::Onward(url.as_str().into());
        }
        // What brings an error elsewhere is an error page.
        let has_error = parse(url.query().unwrap_or_default().as_bytes()).any(|(name, _)| name == "error");
        if has_error { Arrival::Page { status: self.status, names: None } } else { Arrival::Away }
    }

    /// Some answer in the query, some in the fragment.
    fn returned(&self, url: &Url, issuer: &str) -> Returned {
        let parts = [url.query(), url.fragment()].into_iter().flatten();
        let members: Vec<_> = parts.flat_map(|part| parse(part.as_bytes())).collect();
        let member = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
        if member("state") != Some(self.state) || member("iss").is_some_and(|iss| iss != issuer) {
            return Returned::Unproven;
        }
        match (member("error").map(error_code), member("code")) {
            (Some(Some(error)), _) => Returned::Error(error),
            (None, Some(_)) => Returned::Code,
            _ => Returned::Unproven,
        }
    }
}

/// The same but for query and fragment.
fn is_same_place(url: &Url, redirect_uri: &Url) -> bool {
    let place = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    place(url) == place(redirect_uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://idp.example/";

    const CALLBACK: &str = "https://app.example/cb/1";

    fn arrival(location: &str) -> Arrival {
        arrival_at(CALLBACK, CALLBACK, location)
    }

    fn arrival_at(redirect_uri: &str, callback: &str, location: &str) -> Arrival {
        let url = |text: &str| Url::parse(text).unwrap();
        let (redirect_uri, callback, issuer) = (&url(redirect_uri), &url(callback), &url(ISSUER));
        let asked = &url("https://idp.example/oauth/authorize?x=y");
        let request = Request { redirect_uri, state: "s-1", issuer, callback, status: 302, asked };
        request.arrival(location, ISSUER)
    }

    fn error(name: &str) -> Arrival {
        Arrival::Returned(Returned::Error(name.into()))
    }

    #[test]
    fn what_comes_back_answers_the_request() {
        assert_eq!(arrival("https://app.example/cb/1?error=login_required&state=s-1"), error("login_required"));
        assert_eq!(arrival("https://app.example:443/cb/1#error=server_error&state=s-1"), error("server_error"));
        let with_iss = "https://app.example/cb/1?error=server_error&state=s-1&iss=https%3A%2F%2Fidp.example%2F";
        assert_eq!(arrival(with_iss), error("server_error"));
        let own = "https://app.example/cb/1?error=s3cret&state=s-1";
        assert_eq!(arrival(own), error("an error of its own"), "of what is not known nothing is repeated");
        assert_eq!(arrival("https://app.example/cb/1?code=c&state=s-1"), Arrival::Returned(Returned::Code));
        for unproven in [
            "?error=server_error",
            "?error=server_error&state=other",
            "?error=server_error&state=s-1&iss=https://idp.example",
            "?state=s-1",
        ] {
            let location = format!("https://app.example/cb/1{unproven}");
            assert_eq!(arrival(&location), Arrival::Returned(Returned::Unproven), "{unproven}");
        }
    }

    #[test]
    fn only_the_very_redirect_uri_is_one() {
        for location in [
            "https://app.example/cb/1/",
            "https://app.example/cb/2",
            "http://app.example/cb/1",
            "https://app.example:8443/cb/1",
            "https://user@app.example/cb/1",
            "https://other.example/",
        ] {
            let with = |query: &str| arrival(&format!("{location}?redirect=https://app.example/cb/1&state=s-1{query}"));
            assert_eq!(with(""), Arrival::Away, "{location}");
            let error_page = Arrival::Page { status: 302, names: None };
            assert_eq!(with("&error=login_required"), error_page, "{location}");
        }
    }

    #[test]
    fn nobody_is_followed_to_where_the_callback_is() {
        let (callback, unregistered) = ("https://idp.example/cb/1", "https://callback.invalid/x");
        for location in ["/cb/1?error=access_denied", "/cb/1/", "/cb/1?code=c", "/login"] {
            let arrival = arrival_at(unregistered, callback, location);
            assert!(!matches!(arrival, Arrival::Onward(_)), "{location}: {arrival:?}");
        }
    }

    #[test]
    fn only_the_issuers_own_pages_are_followed() {
        let onward = |url: &str| Arrival::Onward(url.into());
        assert_eq!(arrival("/login?x=1"), onward("https://idp.example/login?x=1"));
        assert_eq!(arrival("next"), onward("https://idp.example/oauth/next"));
        for location in
            ["https://evil.example/", "//evil.example/", "http://idp.example/", "https://idp.example:444/", ""]
                .iter()
                .filter(|location| !location.is_empty())
        {
            assert_eq!(arrival(location), Arrival::Away, "{location}");
        }
        assert_eq!(arrival(&format!("/{}", "x".repeat(LONGEST))), Arrival::Away);
    }
}
