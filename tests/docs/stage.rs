//! Where a page is played: a cluster of its own, a folder as the reader's, and the programs that the page calls.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cognigy_sso_testkit::control_plane::{ControlPlane, Options, Program};
use cognigy_sso_testkit::tool::Tool;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::book::root;
use crate::operator::Operator;
use crate::outside::Outside;

/// How long a command may take. Far above what it takes, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_mins(3);
/// What readers find in their copy of the project.
const SHARED: [&str; 5] = ["charts", "crds", "deploy", "examples", "Cargo.toml"];

/// A cluster takes memory, so that few are there at a time.
static PLACES: Semaphore = Semaphore::const_new(2);

pub struct Stage {
    _place: SemaphorePermit<'static>,
    cluster: ControlPlane,
    folder: TempDir,
    pub outside: Outside,
    operator: Option<Operator>,
}

/// What came of a command.
#[derive(Debug)]
pub struct Ran {
    pub succeeded: bool,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// All that it wrote.
    pub fn said(&self) -> String {
        format!("{}{}", self.out, self.err).trim_end().to_owned()
    }
}

impl Stage {
    /// A cluster with nothing in it, and no operator.
    pub async fn bare() -> Self {
        // Several parts speak TLS, and each takes the process's provider.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let place = PLACES.acquire().await.unwrap();
        let folder = TempDir::new().unwrap();
        let outside = Outside::open().await;
        let cluster = ControlPlane::start(&Options { controller_manager: true, ..Options::default() }).await.unwrap();
        let stage = Self { _place: place, cluster, folder, outside, operator: None };
        stage.furnish().await;
        stage
    }

    /// The same with the definition of the resource.
    pub async fn with_definition() -> Self {
        let stage = Self::bare().await;
        let installed = stage.run("cognigy-sso-operator crd | kubectl apply --filename -", "").await;
        assert!(installed.succeeded, "{}", installed.said());
        stage.is_defined().await;
        stage
    }

    async fn furnish(&self) {
        let here = self.folder.path();
        std::fs::create_dir(here.join(".bin")).unwrap();
        let programs = [
            ("kubectl", Program::Kubectl.obtain().await.unwrap()),
            ("helm", Tool::Helm3.obtain().await.unwrap()),
            ("cognigy-sso-operator", PathBuf::from(env!("CARGO_BIN_EXE_cognigy-sso-operator"))),
        ];
        for (name, program) in programs {
            symlink(program, here.join(".bin").join(name)).unwrap();
        }
        // Copies: a page may have its reader edit them.
        let mut copy = Command::new("cp");
        copy.arg("--recursive").args(SHARED.map(|name| root().join(name))).arg(here);
        assert!(copy.status().await.unwrap().success());
        self.write("ca.crt", self.outside.authority.pem());
    }

    /// Puts a file into the reader's folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs a command as the reader's shell would.
    pub async fn run(&self, command: &str, input: &str) -> Ran {
        let mut shell = Command::new("bash");
        shell.args(["--noprofile", "--norc", "-euo", "pipefail", "-c", command]);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        self.settle(shell.as_std_mut());
        let mut running = shell.spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        // Whoever does not read it may be gone already.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let Ok(output) = tokio::time::timeout(PATIENCE, running.wait_with_output()).await else {
            return Ran { succeeded: false, out: String::new(), err: format!("it took more than {PATIENCE:?}") };
        };
        let output = output.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { succeeded: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Gives a program the reader's folder and environment, and the way to the outside.
    fn settle(&self, command: &mut std::process::Command) {
        let here = self.folder.path();
        let path = format!("{}:{}", here.join(".bin").display(), std::env::var("PATH").unwrap());
        command.current_dir(here).env("PATH", path).env("HOME", here).env("KUBECONFIG", self.cluster.kubeconfig_path());
        command.envs(self.outside.environment()).env("COGNIGY_SSO_EXTRA_CA_FILE", here.join("ca.crt"));
    }

    /// No pod runs here. Once the definition is installed, whoever did it has installed the operator too.
    pub async fn start_operator(&mut self) {
        if self.operator.is_none() && self.is_defined().await {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
            self.settle(&mut command);
            self.operator = Some(Operator::start(command, self.folder.path()).await);
        }
    }

    /// Is the resource served?
    async fn is_defined(&self) -> bool {
        let name = "crd/identityproviderconfigs.sso.cognigy.ai";
        let there = self.run(&format!("kubectl get {name} --ignore-not-found --output name"), "").await;
        assert!(there.succeeded, "{}", there.said());
        !there.out.is_empty()
            && self.run(&format!("kubectl wait --for=condition=Established {name}"), "").await.succeeded
    }

    /// What the operator logged, for whoever looks for the cause of a failure.
    pub fn log(&self) -> String {
        let kept = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        self.operator.as_ref().map(|operator| kept(operator.log())).unwrap_or_default()
    }
}
