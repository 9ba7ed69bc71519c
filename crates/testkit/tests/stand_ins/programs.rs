//! The stand-ins as programs, steered by their control ports.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::client::{ORGANIZATION, answer, client, header};
use cognigy_sso_testkit::pki::Authority;
use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const COGNIGY: &str = env!("CARGO_BIN_EXE_cognigy-stand-in");
const OPENID: &str = env!("CARGO_BIN_EXE_openid-stand-in");
const SAML: &str = env!("CARGO_BIN_EXE_saml-stand-in");

struct Program {
    child: Child,
    ready: Value,
    client: Client,
}

impl Program {
    fn start(path: &str, ca: &Path, flags: &[&str]) -> Self {
        let mut child = Command::new(path)
            .arg("--ca-dir")
            .arg(ca)
            .args(["--stop-with-parent"])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let client = client(&Authority::load_or_create(ca, "tests").unwrap());
        Self { child, ready: serde_json::from_str(&line).unwrap(), client }
    }

    fn url(&self, name: &str, path: &str) -> String {
        format!("{}{path}", self.ready[name].as_str().unwrap())
    }

    fn get(&self, name: &str, path: &str) -> RequestBuilder {
        self.client.get(self.url(name, path))
    }

    async fn told(&self, path: &str) -> Value {
        answer(self.get("control", path)).await.1
    }

    /// Does it and expects no words back.
    async fn tell(&self, method: &str, path: &str, body: Value) {
        let request = self.client.request(method.parse().unwrap(), self.url("control", path)).json(&body);
        let response = request.send().await.unwrap();
        let (status, words) = (response.status(), response.text().await.unwrap());
        assert_eq!((status.as_u16(), words.as_str()), (204, ""), "{method} {path} {body}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn the_cognigy_stand_in_is_steered_by_its_control_port() {
    let ca = folder();
    let program = Program::start(COGNIGY, ca.path(), &[]);
    let me = |key: &str| program.get("apiUrl", "/v2.0/users/me").header("x-api-key", key);
    program.tell("POST", "/users", json!({"key": "k", "organization": ORGANIZATION})).await;
    let user = json!({"email": "a@b.example", "organization": ORGANIZATION, "roles": ["odata"], "disabled": true});
    program.tell("POST", "/users", json!({"key": "l", "user": user})).await;
    assert_eq!(answer(me("k")).await.0, 200);
    assert_eq!(answer(me("l")).await.0, 401);
    program.tell("PATCH", "/settings", json!({"disabledUser": "forbidden", "rateLimit": 2})).await;
    assert_eq!(answer(me("l")).await.0, 403);
    assert_eq!(program.told("/settings").await["rateLimit"], 2);
    program.tell("DELETE", "/users/k", Value::Null).await;
    assert_eq!(answer(me("k")).await.0, 401);
    assert_eq!(program.told("/calls?operation=me&after=1").await.as_array().unwrap().len(), 3);
    assert_eq!(program.told("/counts").await["me"], json!({"calls": 4, "effects": 0, "refused": 3}));

    program.tell("POST", &format!("/strangers/configure/{ORGANIZATION}"), json!({"idpType": "saml"})).await;
    let kept = format!("/configurations/{ORGANIZATION}");
    assert_eq!(program.told(&kept).await, json!({"idpType": "saml"}));
    program.tell("POST", &format!("/strangers/reset/{ORGANIZATION}"), Value::Null).await;
    assert_eq!(program.get("control", &kept).send().await.unwrap().status(), 404);
    let event = json!({"type": "create", "actionType": "createFlow", "user": "x"});
    program.tell("POST", &format!("/audit-events/{ORGANIZATION}"), event).await;
    program.tell("DELETE", &format!("/audit-events/{ORGANIZATION}"), Value::Null).await;
    program.tell("POST", "/recording", json!({"countsOnly": true})).await;
    program.tell("POST", "/reset", Value::Null).await;
    assert_eq!((program.told("/calls").await, program.told("/counts").await), (json!([]), json!({})));
    let wrong = program.client.patch(program.url("control", "/settings")).json(&json!({"nonsense": 1}));
    assert_eq!(wrong.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn faults_are_installed_by_the_control_port() {
    let ca = folder();
    let program = Program::start(COGNIGY, ca.path(), &["--accept-any-organization", "--counts-only"]);
    let me = || program.get("apiUrl", "/v2.0/users/me").header("x-api-key", format!("key-{ORGANIZATION}"));
    assert_eq!(answer(me()).await.1["organisation"], ORGANIZATION);
    let says = json!({"reply": {"says": {"status": 503, "headers": {"retry-after": "1"}}}});
    let plan = json!({"operation": "me", "subject": ORGANIZATION, "faults": [says, {}], "times": {"count": 3}});
    program.tell("POST", "/faults", plan).await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(me().send().await.unwrap().status().as_u16());
    }
    assert_eq!(told, [503, 200, 503, 200]);
    for fault in [
        json!({"reply": "cut"}),
        json!({"reply": "cut", "effect": "once"}),
        json!({"beforeMillis": 1, "afterMillis": 1, "effect": "twice", "reply": "cut"}),
    ] {
        program.tell("POST", "/faults", json!({"faults": [fault]})).await;
        assert!(me().send().await.is_err());
    }
    program.tell("POST", "/faults", json!({"faults": [{"reply": {"gzipBomb": 1}}], "times": "forever"})).await;
    assert_eq!(me().send().await.unwrap().headers()["content-encoding"], "gzip");
    program.tell("DELETE", "/faults", Value::Null).await;
    program.tell("POST", "/connection-faults", json!({"fault": "otherHost", "times": null})).await;
    let somebody = client(&Authority::load_or_create(ca.path(), "tests").unwrap());
    assert!(somebody.get(program.url("origin", "/")).send().await.is_err());
    program.tell("DELETE", "/faults", Value::Null).await;
    program.tell("DELETE", "/connections", Value::Null).await;
    assert_eq!(somebody.get(program.url("origin", "/")).send().await.unwrap().status(), 404);
    assert_eq!(program.told("/calls").await, json!([]), "only counts are kept");
}

#[tokio::test]
async fn the_provider_is_steered_by_its_control_port() {
    let ca = folder();
    let program = Program::start(
        OPENID,
        ca.path(),
        &["--accept-any-issuer", "--client", "demo:secret", "--redirect-uri", "https://app.example.test/*"],
    );
    let document = |issuer: &str| program.client.get(format!("{issuer}/.well-known/openid-configuration"));
    let bare = program.url("issuer", "");
    assert_eq!(answer(document(&bare)).await.1["issuer"], bare);
    assert_eq!(answer(document(&format!("{bare}/any"))).await.0, 200);
    assert_eq!(program.told("/issuers?name=any").await["clients"][0]["secret"], "secret");

    let new = json!({"name": "acme", "style": "keycloak", "clients": [{"id": "x", "secret": "y"}]});
    let added = program.client.post(program.url("control", "/issuers")).json(&new);
    let issuer = answer(added).await.1["issuer"].as_str().unwrap().to_owned();
    let changes = json!({"discovery": {"jwks_uri": null, "issuer": "https://x.example"}, "keys": {"keys": []}});
    program.tell("PATCH", "/issuers?name=acme", changes).await;
    let edited = answer(document(&issuer)).await.1;
    assert_eq!((&edited["issuer"], edited.get("jwks_uri")), (&json!("https://x.example"), None));
    assert_eq!(answer(program.client.get(format!("{issuer}/jwks"))).await.1, json!({"keys": []}));
    assert_eq!(program.told("/calls?operation=keys").await[0]["subject"], "acme");
    program.tell("DELETE", "/issuers?name=acme", Value::Null).await;
    program.tell("POST", "/reset", Value::Null).await;
    assert_eq!(document(&issuer).send().await.unwrap().status(), 404);
    program.tell("POST", "/any-issuer", json!({"style": "zitadel"})).await;
    assert_eq!(answer(document(&issuer)).await.0, 200);
}

#[tokio::test]
async fn the_saml_identity_provider_is_steered_by_its_control_port() {
    let ca = folder();
    let program = Program::start(SAML, ca.path(), &[]);
    let read = async |url: String| program.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(read(program.url("metadata", "")).await.contains("auth0.com"));
    let new = json!({"name": "acme", "style": "okta"});
    let added = program.client.post(program.url("control", "/identity-providers")).json(&new);
    let metadata = answer(added).await.1["metadata"].as_str().unwrap().to_owned();
    assert_eq!(metadata, program.url("origin", "/acme/metadata"));
    assert!(read(metadata.clone()).await.contains("http://www.okta.com/exk"));

    let key = json!({"name": "rotated", "usage": "signing", "validity": {"notAfter": "2026-01-01T00:00:00Z"}});
    let changes = json!({"entityId": "urn:acme", "keys": [key, {"name": "first"}], "signature": {"by": "rotated"}});
    program.tell("PATCH", "/identity-providers?name=acme", changes).await;
    let shown = program.told("/identity-providers?name=acme").await;
    assert_eq!((&shown["entityId"], &shown["keys"][1]["name"]), (&json!("urn:acme"), &json!("first")));
    let document = read(metadata.clone()).await;
    assert!(document.contains("entityID=\"urn:acme\"") && document.contains("<ds:SignatureValue>"));
    assert_eq!(program.told("/calls?operation=metadata").await[1]["subject"], "acme");
    let wrong = program.client.patch(program.url("control", "/identity-providers?name=acme")).json(&json!({"x": 1}));
    assert_eq!(wrong.send().await.unwrap().status(), 400);
    program.tell("DELETE", "/identity-providers?name=acme", Value::Null).await;
    assert_eq!(program.get("control", "/identity-providers?name=acme").send().await.unwrap().status(), 404);
    assert_eq!(program.client.get(metadata).send().await.unwrap().status(), 404);
    program.tell("POST", "/reset", Value::Null).await;
    assert_eq!(program.get("metadata", "").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn two_programs_share_an_authority_and_a_login_crosses_both() {
    let ca = folder();
    let place = ca.path().join("shared");
    let provider = Program::start(OPENID, &place, &["--accept-any-issuer"]);
    let cognigy = Program::start(COGNIGY, &place, &["--trust", place.join("ca.crt").to_str().unwrap()]);
    let configuration = json!({"idpType": "oidc", "idpIssuer": provider.url("issuer", "/acme"), "idpClientId": "c"});
    cognigy.tell("POST", &format!("/strangers/configure/{ORGANIZATION}"), configuration).await;
    let login = cognigy.get("origin", &format!("/auth/oidc/login/{ORGANIZATION}")).send().await.unwrap();
    assert_eq!(login.status(), 302);
    assert!(header(&login, "location").starts_with(&provider.url("issuer", "/acme/authorize?")));
}

#[test]
fn a_program_ends_well_when_it_is_told_to() {
    let ca = folder();
    let mut program = Program::start(OPENID, ca.path(), &[]);
    kill_process(Pid::from_child(&program.child), Signal::TERM).unwrap();
    assert!(program.child.wait().unwrap().success());
}
