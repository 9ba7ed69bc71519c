//! Texts that fit a pattern or a rule, and texts that do not.

use serde_json::Value;

use super::field::part;
use super::rule::{self, Rule, Stated};

/// Good and bad texts for a field.
#[derive(Default)]
pub(super) struct Examples {
    pub good: Vec<String>,
    /// Each with part of what is said of it.
    pub bad: Vec<(String, String)>,
    /// Does the first good text stay good when letters are appended?
    pub grows: bool,
}

impl Examples {
    fn new<'a>(good: &[&str], bad: impl IntoIterator<Item = &'a str>, says: &str) -> Self {
        let mut examples = Self { grows: true, ..Self::default() };
        examples.add_good(good);
        examples.add_bad(bad, says);
        examples
    }

    fn fixed_length(self) -> Self {
        Self { grows: false, ..self }
    }

    fn add_good(&mut self, texts: &[&str]) {
        self.good.extend(texts.iter().map(|text| (*text).to_owned()));
    }

    fn add_bad<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>, says: &str) {
        self.bad.extend(texts.into_iter().map(|text| (text.to_owned(), says.to_owned())));
    }

    /// URLs on this host; `says` is what is said of them if they are bad.
    fn add_tails(&mut self, origin: &str, tails: &[&str], says: Option<&str>) {
        let urls = tails.iter().map(|tail| format!("{origin}{tail}"));
        match says {
            Some(says) => self.bad.extend(urls.map(|url| (url, says.to_owned()))),
            None => self.good.extend(urls),
        }
    }
}

/// A pattern of the schema that nobody gave examples for would be walked past in silence.
pub(super) fn check(path: &str, schema: &Value) -> anyhow::Result<()> {
    match part(schema, "pattern").as_str() {
        Some(pattern) if by_pattern(pattern).is_none() => {
            anyhow::bail!("{path}: there are no examples for the pattern {pattern}")
        }
        _ => Ok(()),
    }
}

/// The examples for a text field; `origin` is scheme and host of the API.
pub(super) fn of(schema: &Value, origin: &str) -> Examples {
    let rules = rule::of(schema).unwrap_or_default();
    if let Some(choices) = part(schema, "enum").as_array() {
        return choice(choices);
    }
    if let Some(url) = url(&rules, origin) {
        return url;
    }
    if let Some(stated) = rules.iter().find(|stated| stated.rule == Rule::Interval) {
        return interval(&stated.message);
    }
    part(schema, "pattern").as_str().and_then(by_pattern).unwrap_or_else(|| free(schema))
}

fn choice(choices: &[Value]) -> Examples {
    let choices: Vec<_> = choices.iter().filter_map(Value::as_str).collect();
    let first = choices.first().copied().unwrap_or_default();
    let (lower, spaced) = (first.to_lowercase(), format!("{first} "));
    let misspelt = [lower.as_str(), spaced.as_str(), "", "Stranger"];
    let strangers = misspelt.into_iter().filter(|text| !choices.contains(text));
    Examples::new(&choices, strangers, "Unsupported value").fixed_length()
}

/// Any text. Its length is counted in characters, not in bytes.
fn free(schema: &Value) -> Examples {
    let most = part(schema, "maxLength").as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or_default();
    let mut examples =
        Examples::new(&["a", "0", " ", "urn:acme:cognigy", "5f0c-42_x~", "line\nbreak", "nul\0", "😀"], [], "");
    examples.good.push("ü".repeat(most));
    examples.bad.push(("ü".repeat(most + 1), "Too long".to_owned()));
    examples
}

fn by_pattern(pattern: &str) -> Option<Examples> {
    let examples = match pattern {
        // The name of a Kubernetes object.
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" => Examples::new(
            &["a", "0", "acme-oidc", "acme.oidc-2.sso"],
            ["Acme", "acme_oidc", "-acme", "acme-", "acme.", "acme..oidc", "sso/acme", "acmé", "a b", " a", "a\n"],
            "should match",
        ),
        // The key of a Secret.
        r"^[-._a-zA-Z0-9]+$" => Examples::new(
            &["a", "API_KEY", ".dotfile", "tls.crt", "client-secret"],
            ["a/b", "a b", "schlüssel", "a\n", "a:b", "../x", "$(x)"],
            "should match",
        ),
        // The id of an organization.
        r"^[0-9a-f]{24}$" => Examples::new(
            &["5f0c0123456789abcdef0123", "000000000000000000000000", "ffffffffffffffffffffffff"],
            [
                "",
                "5f0c0123456789abcdef012",
                "5F0C0123456789ABCDEF0123",
                "5f0c0123456789abcdef012g",
                "5f0c0123456789abcdef012\n",
            ],
            "should match",
        )
        .fixed_length(),
        // A scope (RFC 6749 section 3.3).
        r"^[!#-\[\]-~]+$" => Examples::new(
            &["groups", "https://acme.example.com/roles", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"],
            ["two words", "a\"quote", "back\\slash", "gruppen-ü", "a\n", " a", "\u{7f}"],
            "should match",
        ),
        _ => return None,
    };
    Some(examples)
}

fn interval(says: &str) -> Examples {
    let good = ["00001h00001m001s", "1m", "60s", "61s", "10m", "1h30m", "30m1h", "23h59m59s", "24h", "1440m", "86400s"];
    let bad = [
        "",
        "0s",
        "1s",
        "59s",
        "24h1s",
        "1441m",
        "86401s",
        "25h",
        "99999h99999h",
        "10",
        "m",
        "1d",
        "1w",
        "1.5h",
        "-10m",
        "+10m",
        "10M",
        " 10m",
        "10m ",
        "10 m",
        "10m\n",
        "600000ms",
        "1e3s",
        "١٠m",
        "PT10M",
        "ten minutes",
    ];
    Examples::new(&good, bad, says).fixed_length()
}

/// Good and bad URLs, where the rules ask for one.
fn url(rules: &[Stated], origin: &str) -> Option<Examples> {
    let (query, says) = rules.iter().find_map(|stated| match stated.rule {
        Rule::HttpsUrl { query } => Some((query, stated.message.as_str())),
        _ => None,
    })?;
    let message = |rule| rules.iter().find(|stated| stated.rule == rule).map(|stated| stated.message.as_str());
    let fixed = message(Rule::SameHost);
    let origin = if fixed.is_some() { origin } else { "https://login.example.com" };
    let mut examples = Examples::new(&[], NO_URL, says);
    examples.add_tails(origin, &PATHS, None);
    examples.add_tails(origin, &QUERIES, (!query).then_some(says));
    examples.add_tails(origin, &BAD_TAILS, Some(says));
    examples.add_tails("", &HOSTS, fixed);
    if let Some(says) = message(Rule::NoWellKnownPath) {
        examples.add_tails(origin, &WELL_KNOWN, Some(says));
    }
    Some(examples)
}

/// What may follow the host. The first ends in a path, so that it can be made longer.
const PATHS: [&str; 10] =
    ["/new", "", "/", "/new/", "/realms/acme", "//new", "/@acme", "/%C3%BC", "/ü", "/.well-known"];

const QUERIES: [&str; 4] = ["/?tenant=acme", "?", "/saml?idpid=C01", "?idpid=C01&x=%20"];

/// What may not follow the host in any URL.
const BAD_TAILS: [&str; 9] = ["/#top", "#", "/?a=b#c", "/ ", "/a b", "/\t", "/\n", "/%zz", "/\0"];

const WELL_KNOWN: [&str; 3] = [
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/realms/acme/.well-known/openid-configuration",
];

/// Other hosts. The API server's parser accepts them all; the last ones are refused by others.
const HOSTS: [&str; 13] = [
    "https://login.example.com",
    "https://login.example.com:8443/realms/acme",
    "https://192.0.2.1/",
    "https://[2001:db8::1]:8443/",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    "https://LOGIN.example.com/",
    "https://login.example.com./",
    "https://login_host.example/",
    "https://login.example.com:/",
    "https://login.example.com:99999/",
    "https://256.256.256.256/",
    "https://[fe80::1%25eth0]/",
];

/// Texts that are no https URL, or carry a user name.
const NO_URL: [&str; 22] = [
    "http://login.example.com/",
    "ftp://login.example.com/",
    "HTTPS://login.example.com/",
    "file:///etc/passwd",
    "login.example.com",
    "//login.example.com/",
    "/new",
    "not a URL",
    "https",
    "https:",
    "https://",
    "https:///acme",
    "https://:443/",
    "https:login.example.com",
    "https:/login.example.com",
    "https://[2001:db8::1/",
    " https://login.example.com/",
    "https://login.example .com/",
    "https://me@login.example.com/",
    "https://me:secret@login.example.com/",
    "https://@login.example.com/",
    "https://login.example.com\\@evil.example.com/",
];
