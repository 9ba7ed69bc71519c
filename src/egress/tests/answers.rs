//! Answers, hostile and not, with what becomes of each, and what is sent to get them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::{ApiUrl, Issuer};
use cognigy_sso_decide::Fault as _;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::corpus::{Entry, entries};
use super::gate::Opening;
use super::raw_server::{Parts, RawServer};
use super::{Egress, means, names, policy, trusting};
use crate::cognigy::{Cognigy, Limits, Part};
use crate::lease::Claim;
use crate::openid::Providers;

pub(super) const ANSWERS: &str = include_str!("../corpus/answers.txt");

const ORGANIZATION: &str = "5f0c0123456789abcdef0123";
const KEY: &str = "api-key-canary-7f31";
const HOUR: Duration = Duration::from_hours(1);

/// The document as it should be, for a server at this origin.
fn document(section: &str, origin: &str) -> Value {
    match section {
        "discovery" => json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/jwks"),
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
        "keys" => json!({ "keys": [{ "kty": "EC", "crv": "P-256" }] }),
        "user" => json!({ "id": "a@b.example", "organisation": ORGANIZATION, "roles": ["admin"], "disabled": false }),
        other => panic!("[{other}]"),
    }
}

/// The bytes that an answer of the corpus stands for.
fn bytes(answer: &str, document: &Value) -> Vec<u8> {
    let (head, body) = answer.split_once(" | ").unwrap_or((answer, ""));
    let body = expanded(body, document);
    let mut head = lines(head);
    if head[0] == "raw" {
        return body;
    }
    head[0] = format!("HTTP/1.1 {} Said", head[0]);
    let has_length =
        head.iter().any(|line| line.starts_with("content-length:") || line.starts_with("transfer-encoding:"));
    if !has_length {
        head.push(format!("content-length: {}", body.len()));
    }
    [format!("{}\r\n\r\n", head.join("\r\n")).into_bytes(), body].concat()
}

/// The status and the headers: what is behind a semicolon and has no name of its own goes on with the header before it.
fn lines(head: &str) -> Vec<String> {
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut lines: Vec<String> = Vec::new();
    for part in head.split("; ") {
        match lines.last_mut() {
            Some(line) if !part.split_once(':').is_some_and(|(name, _)| is_name(name)) => {
                *line = format!("{line}; {part}");
            }
            _ => lines.push(part.to_owned()),
        }
    }
    lines
}

fn expanded(body: &str, document: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('«') {
        let (name, after) = after.split_once('»').unwrap();
        bytes.extend(before.bytes());
        bytes.extend(meant(name, document));
        rest = after;
    }
    bytes.extend(rest.bytes());
    bytes
}

fn meant(name: &str, document: &Value) -> Vec<u8> {
    let whole = document.to_string();
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let mut changed = document.clone();
    let members = changed.as_object_mut().unwrap();
    if let Some(digits) = name.strip_prefix(':') {
        return digits.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    }
    if let Some((times, text)) = name.split_once('×') {
        return text.repeat(times.parse().unwrap()).into_bytes();
    }
    let text = match name.split_once(' ') {
        Some(("with", others)) => {
            members.append(serde_json::from_str::<Value>(others).unwrap().as_object_mut().unwrap());
            changed.to_string()
        }
        Some(("without", others)) => {
            others.split(' ').for_each(|member| drop(members.remove(member).unwrap()));
            changed.to_string()
        }
        _ if name == "doc" => whole,
        _ if name == "rest" => whole[1..].to_owned(),
        _ if name == "chunk" => chunk(&whole),
        _ if name == "chunk-rest" => chunk(&whole[2..]),
        _ => panic!("«{name}»"),
    };
    text.into_bytes()
}

/// A server that says what is expected of it next, and who calls it.
struct Stage {
    server: RawServer,
    egress: Egress,
    origin: String,
    /// Answers by what their requests begin with; `«doc»` for what is not here.
    answers: Arc<Mutex<(String, Vec<u8>)>>,
}

impl Stage {
    async fn start() -> Self {
        let answers = Arc::<Mutex<(String, Vec<u8>)>>::default();
        let kept = Arc::clone(&answers);
        let server = RawServer::start(move |head| answer(head, &kept.lock())).await;
        let means = means(names(&[("localhost", &["127.0.0.1"])]));
        let egress = Egress::with(means, policy(&["127.0.0.1/32"]), trusting(&server.pem));
        let origin = format!("https://localhost:{}", server.port);
        Self { server, egress, origin, answers }
    }

    /// What is reported when the document of this section is answered so.
    async fn report(&self, section: &str, answer: &str) -> Result<String, String> {
        let path = match section {
            "discovery" => "GET /.well-known/",
            "keys" => "GET /jwks",
            _ => "GET /v2.0/users/me",
        };
        *self.answers.lock() = (path.to_owned(), bytes(answer, &document(section, &self.origin)));
        let report = if section == "user" { self.user().await } else { self.provider().await };
        report.map_err(|message| message.replace(&format!(":{}", self.server.port), ""))
    }

    async fn provider(&self) -> Result<String, String> {
        let issuer = Issuer::parse(&self.origin).unwrap();
        let (found, _) = Providers::default().get(&self.egress, &issuer, None, HOUR, true).await;
        let provider = (*found).as_ref().map_err(cognigy_sso_decide::Fault::message)?;
        provider.keys.as_ref().map(|keys| format!("{} keys", keys.len())).map_err(cognigy_sso_decide::Fault::message)
    }

    async fn user(&self) -> Result<String, String> {
        let (claim, limits, key) = (Claim::always(), Limits::new().unwrap(), KEY.into());
        let api = ApiUrl::parse(&self.origin).unwrap();
        let hosts = ["localhost".parse().unwrap()];
        let cognigy = Cognigy::new(&self.egress, &claim, &hosts, &limits, &api, None, &key).unwrap();
        cognigy.me().await.map(|_| "a user".to_owned()).map_err(|fault| fault.message())
    }
}

fn answer(head: &str, (path, said): &(String, Vec<u8>)) -> Parts {
    let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let of = |section| bytes("200 | «doc»", &document(section, &format!("https://{host}")));
    let answer = match head {
        _ if !path.is_empty() && head.starts_with(path) => said.clone(),
        _ if head.starts_with("GET /.well-known/") => of("discovery"),
        _ if head.starts_with("GET /jwks") => of("keys"),
        _ if head.starts_with("GET /v2.0/users/me") => of("user"),
        _ if head.starts_with("GET /auth/") => bytes("302; location: https://idp.example/?client_id=a", &json!({})),
        _ => bytes("200 | {}", &json!({})),
    };
    vec![(Duration::ZERO, answer)]
}

#[tokio::test]
async fn of_every_answer_it_is_known_what_is_reported() {
    let stage = Stage::start().await;
    let mut wrong = Vec::new();
    for Entry { section, expected, input, line } in entries(ANSWERS) {
        let before = stage.server.requests().len();
        let follows = if section == "discovery" && expected == "ok" || section == "keys" { 2 } else { 1 };
        stage.egress.means.gate.set(Opening::AtMost(follows));
        let report = stage.report(section, &input).await;
        let is_as_expected = match &report {
            Ok(good) => expected == "ok" || expected == good,
            Err(message) if expected.parse::<u16>().is_ok() => message.contains(&format!("answers {expected}")),
            Err(message) => expected != "ok" && message.contains(expected),
        };
        if !is_as_expected {
            wrong.push(format!("line {line}, {input:.60}: {report:?} and not {expected}"));
        }
        let text = report.unwrap_or_else(|message| message);
        if text.len() > 1000 || text.contains(char::is_control) || text.contains("169.254") {
            wrong.push(format!("line {line}: {text}"));
        }
        let requests = stage.server.requests().len() - before;
        let attempts = stage.egress.means.gate.take_attempts();
        if (requests, attempts) != (follows, follows) {
            wrong.push(format!("line {line}: {requests} requests, {attempts} attempts"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of a request's headers.
fn headers(request: &str) -> BTreeSet<&str> {
    request.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect()
}

/// Lesson: Content-Length trusted by guards (several, 2026).
#[tokio::test]
async fn nothing_is_sent_but_what_is_meant() {
    let stage = Stage::start().await;
    // What the server would like to be kept.
    stage.report("discovery", "200; set-cookie: a=b; Path=/; Secure | «doc»").await.unwrap();
    stage.provider().await.unwrap();
    stage.user().await.unwrap();
    let (claim, limits, key) = (Claim::always(), Limits::new().unwrap(), KEY.into());
    let (api, hosts) = (ApiUrl::parse(&stage.origin).unwrap(), ["localhost".parse().unwrap()]);
    let cognigy = Cognigy::new(&stage.egress, &claim, &hosts, &limits, &api, None, &key).unwrap();
    cognigy.reset(Part::Following).await.unwrap();
    cognigy.login(crate::cognigy::LoginPath::Oidc, ORGANIZATION).await;

    let usual = ["accept", "host", "user-agent"];
    let expected = [
        ("GET /.well-known/openid-configuration", &usual[..]),
        ("GET /jwks", &usual),
        ("GET /.well-known/openid-configuration", &usual),
        ("GET /jwks", &usual),
        ("GET /v2.0/users/me", &["accept", "host", "user-agent", "x-api-key"]),
        (
            "POST /v2.0/identityprovider/reset",
            &["accept", "content-length", "content-type", "host", "user-agent", "x-api-key"],
        ),
        ("GET /auth/oidc/login/5f0c0123456789abcdef0123", &usual),
    ];
    let requests = stage.server.requests();
    assert_eq!(requests.len(), expected.len());
    for (request, (line, names)) in requests.iter().zip(expected) {
        assert_eq!(request.lines().next(), Some(&*format!("{line} HTTP/1.1")));
        assert_eq!(headers(request), names.iter().copied().collect::<BTreeSet<_>>(), "{line}");
        assert_eq!(request.contains(KEY), names.contains(&"x-api-key"), "{line}");
        assert!(request.contains(&format!("user-agent: cognigy-sso-operator/{}\r\n", env!("CARGO_PKG_VERSION"))));
    }
}
