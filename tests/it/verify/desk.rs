//! A folder with files to check, the servers that they speak of, and no cluster.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use cognigy_sso_testkit::canary::Canary;
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::pki::{Authority, Leaf};
use cognigy_sso_testkit::real_provider::{Registration, Tls};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::strategy::{self, SECRET_KEY, SECRET_NAME, Server};
use crate::support::{API_KEY, Idp, ORGANIZATION};

/// The value for the provider: every encoding writes it in another way, and it is long enough for a signature.
pub const SECRET: &str = r#"sécret "\+/=%&:?<>~ canary 4f71 of some length"#;
/// One without characters that encodings change.
pub const PLAIN: &str = "plain-secret-canary-77ab-of-some-length";

pub struct Desk {
    pub folder: TempDir,
    pub authority: Authority,
    pub cognigy: StandIn,
}

/// A desk, and a provider that knows this value: its server and its address.
pub async fn with_provider(secret: &str) -> (Desk, Server, String) {
    let desk = Desk::new().await;
    let server = Server::start(&desk.authority).await.unwrap();
    let address = strategy::add(&server, &desk.cognigy, "acme");
    strategy::register(&server, secret);
    (desk, server, address)
}

/// What the program came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub async fn new() -> Self {
        let authority = Authority::new("verify").unwrap();
        let cognigy = StandIn::start(&authority).await.unwrap();
        cognigy.add_admin(API_KEY, ORGANIZATION);
        Self { folder: TempDir::new().unwrap(), authority, cognigy }
    }

    /// The client as it is registered, with this secret.
    pub fn registration(&self, secret: &str) -> Registration {
        Registration {
            id: "acme".to_owned(),
            secret: secret.to_owned(),
            auth_method: "client_secret_basic".to_owned(),
            redirect_uris: vec![format!("{}/auth/oidc/login/callback/{ORGANIZATION}", self.cognigy.origin())],
            require_pkce: false,
        }
    }

    pub fn tls(&self) -> Tls {
        let (chain, key) = self.authority.issue_pem(&["localhost", "127.0.0.1"], Leaf::Good).unwrap();
        Tls { chain, key }
    }

    /// A resource at this provider.
    pub fn idp(&self, address: &str) -> Idp {
        Idp::new("acme", &self.cognigy.api_url(), address)
    }

    /// What the resource refers to.
    pub fn values(&self, secret: &str) -> Vec<Value> {
        let object = |kind: &str, name: &str, member: &str, values: Value| json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name }, member: values });
        vec![
            object("Secret", "cognigy-api", "stringData", json!({ "apiKey": API_KEY })),
            object("Secret", SECRET_NAME, "stringData", json!({ (SECRET_KEY): strategy::stored(secret) })),
            object("ConfigMap", "ca", "data", json!({ "ca.crt": self.authority.pem() })),
        ]
    }

    /// Writes documents into a file.
    pub fn write(&self, name: &str, documents: &[Value]) -> PathBuf {
        let path = self.folder.path().join(name);
        let texts: Vec<_> = documents.iter().map(ToString::to_string).collect();
        fs::write(&path, texts.join("\n---\n")).unwrap();
        path
    }

    /// Checks a resource with all that it refers to, and looks for secrets in what is said.
    pub async fn check(&self, idp: Idp, secret: &str, arguments: &[&str]) -> Run {
        let mut documents = vec![serde_json::to_value(idp.build()).unwrap()];
        documents.extend(self.values(secret));
        let file = self.write("all.yaml", &documents);
        let arguments: Vec<_> = ["-f", file.to_str().unwrap()].iter().chain(arguments).copied().collect();
        self.run(&arguments, None).await
    }

    pub async fn run(&self, arguments: &[&str], input: Option<&str>) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
        command.env("KUBECONFIG", "/nowhere").env_remove("HTTPS_PROXY").env_remove("https_proxy");
        command.args(["verify", "--cognigy-host", "localhost", "--allow-network", "127.0.0.0/8,::1/128"]);
        run(command.args(arguments), input).await
    }
}

/// Runs the program to its end. Whatever it says holds no secret in any form.
pub async fn run(command: &mut Command, input: Option<&str>) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.unwrap_or_default().as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let run = Run { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) };
    let values = [SECRET, PLAIN, crate::support::SECRET].into_iter().flat_map(strategy::canaries);
    for secret in values.chain([API_KEY.to_owned()]) {
        let canary = Canary::new("a secret", &secret);
        for said in [&run.out, &run.err] {
            assert_eq!(canary.find(said), None);
        }
    }
    run
}

impl Run {
    /// The outcome of one check, from JSON: result, reason and message.
    #[track_caller]
    pub fn check(&self, name: &str) -> (String, String, String) {
        let report: Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"));
        let checks = report["resources"][0]["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        let text = |member: &str| check[member].as_str().unwrap().to_owned();
        (text("result"), text("reason"), text("message"))
    }

    #[track_caller]
    pub fn finds(&self, name: &str, result: &str, reason: &str, words: &[&str]) {
        let (found, why, message) = self.check(name);
        assert_eq!((found.as_str(), why.as_str()), (result, reason), "{name}: {message}");
        for word in words {
            assert!(message.contains(word), "{name} lacks {word:?}: {message}");
        }
    }
}
