//! The commands of the runbooks run, on a real API server with the operator's own rights, and those that ask for a part of a resource find it.

use std::process::{Command, Output};

use cognigy_sso_testkit::control_plane::{ControlPlane, Options, Program};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::documents::blocks;
use crate::files::{RUNBOOKS, names, path, text};

/// What the variables of the runbooks stand for.
const VARIABLES: [(&str, &str); 5] = [
    ("NAMESPACE", "cognigy-sso"),
    ("NAME", "acme"),
    ("SECRET", "acme-oidc"),
    ("KEY", "clientSecret"),
    ("VALUE", "next"),
];

/// A shell that knows the cluster, in a folder of its own.
struct Shell {
    plane: ControlPlane,
    path: String,
    folder: TempDir,
}

impl Shell {
    async fn start() -> Self {
        let plane = ControlPlane::start(&Options::default()).await.unwrap();
        let kubectl = Program::Kubectl.obtain().await.unwrap();
        let path = format!("{}:{}", kubectl.parent().unwrap().display(), std::env::var("PATH").unwrap());
        Self { plane, path, folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, command: &str) -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-ec", command]).envs(VARIABLES).env("KUBECONFIG", self.plane.kubeconfig_path());
        shell.env("PATH", &self.path).env("ROOT", path("")).current_dir(self.folder.path()).output().unwrap()
    }

    fn must(&self, command: &str) {
        let output = self.run(command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A resource that was looked at, was corrected, has a change under way and is to go.
fn status() -> Value {
    let condition = |r#type: &str| {
        json!({ "type": r#type, "status": "False", "reason": "DeletionBlocked", "message": "why",
                "observedGeneration": 1, "lastTransitionTime": Timestamp::UNIX_EPOCH })
    };
    let url = "https://api-trial.cognigy.ai/new/auth/oidc";
    let conditions = ["Ready", "IssuerVerified", "ClientVerified", "InSync", "Stalled"].map(condition);
    json!({ "status": {
        "observedGeneration": 1,
        "conditions": conditions,
        "corrections": [Timestamp::UNIX_EPOCH],
        "pending": { "operation": "Replace", "time": Timestamp::UNIX_EPOCH },
        "urls": { "login": url, "callback": url },
        "saml": {
            "loginEndpoint": url,
            "certificate": { "sha256": "5d", "notAfter": Timestamp::UNIX_EPOCH },
            "verifiedTime": Timestamp::UNIX_EPOCH,
        },
    } })
}

fn commands() -> Vec<(String, String)> {
    let pages = names(RUNBOOKS, ".md").into_iter();
    let typed = pages.flat_map(|page| {
        let blocks = blocks(&text(&format!("{RUNBOOKS}/{page}.md")), "console");
        let lines = blocks.into_iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
        lines
            .map(move |line| (page.clone(), line.strip_prefix("$ ").expect("a command").to_owned()))
            .collect::<Vec<_>>()
    });
    typed.collect()
}

#[tokio::test]
async fn the_commands_of_the_runbooks_run_and_find_what_they_ask_for() {
    let shell = Shell::start().await;
    shell.must("kubectl apply --server-side -f \"$ROOT/deploy/install.yaml\"");
    shell.must("kubectl wait --for=condition=Established --timeout=60s crd/identityproviderconfigs.sso.cognigy.ai");
    shell.must("kubectl apply -f \"$ROOT/tests/alerts/world.yaml\"");
    shell
        .must(&format!("kubectl patch idp acme -n \"$NAMESPACE\" --subresource=status --type=merge -p '{}'", status()));
    shell.must("kubectl delete idp acme -n \"$NAMESPACE\" --wait=false");
    for (page, command) in commands() {
        let output = shell.run(&command);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{page}: {command}: {complaint}");
        assert!(!complaint.contains("Warning"), "{page}: {command}: {complaint}");
        let shown = String::from_utf8_lossy(&output.stdout);
        let asks = command.contains("jsonpath");
        assert!(!asks || !shown.trim().is_empty(), "{page}: {command}: there is no such thing in a resource");
    }
    shell.plane.stop().await.unwrap();
}
