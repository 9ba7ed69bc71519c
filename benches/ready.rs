//! From N existing resources to all Ready, memory then, and what a restart costs: the release binary on a real API server, with
//! stand-ins without latency.
//!
//! `cargo bench --bench ready -- [--resources 1000] [--issuers 50]`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark stops at the first thing that fails"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use cognigy_sso_api::{IdentityProviderConfig, SigningAlgorithm};
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::control_plane::guard::{Guarded, Sink};
use cognigy_sso_testkit::control_plane::progress::say;
use cognigy_sso_testkit::control_plane::{ControlPlane, Options};
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{Client as Registered, Provider, Style};
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_openapi::{NamespaceResourceScope, serde::de::DeserializeOwned};
use kube::api::{ObjectMeta, PostParams};
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client, Resource};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Requests that create objects at a time.
const CREATING: usize = 16;
/// Until connections that nobody uses are closed and freed memory is given back.
const SETTLING: Duration = Duration::from_secs(30);
const NAMESPACE: &str = "bench";

#[derive(Parser)]
struct Arguments {
    /// How many resources.
    #[arg(long, default_value_t = 1000)]
    resources: usize,
    /// How many issuers they share.
    #[arg(long, default_value_t = 50)]
    issuers: usize,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let bench = Bench::prepare(&arguments).await;
    let mut report = BTreeMap::new();

    let before = bench.kubernetes_writes().await;
    let began = Instant::now();
    let mut operator = bench.operator().await;
    bench.until_ready(arguments.resources).await;
    report.insert("1 all Ready, s", began.elapsed().as_secs_f64());
    report.insert("2 resident at once, MiB", resident_mib(&operator));
    report.insert("3 operator CPU for each, ms", cpu_seconds(&operator) * 1000.0 / as_f64(arguments.resources));
    report.insert(
        "4 Kubernetes writes of the resource for each",
        (bench.kubernetes_writes().await - before) / as_f64(arguments.resources),
    );
    report.insert("5 Cognigy calls for each", as_f64(bench.cognigy_calls()) / as_f64(arguments.resources));
    report.insert("6 provider calls for each issuer", as_f64(bench.provider_calls()) / as_f64(arguments.issuers));
    tokio::time::sleep(SETTLING).await;
    report.insert("2 resident at rest, MiB", resident_mib(&operator));
    report.insert("2 of it anonymous, MiB", memory_mib(&operator, "RssAnon:"));
    operator.stop(Duration::from_secs(30)).await.unwrap();

    let (writes, cognigy, provider) = (bench.kubernetes_writes().await, bench.cognigy_calls(), bench.provider_calls());
    let began = Instant::now();
    let operator = bench.operator().await;
    bench.until_synced().await;
    report.insert("7 restart until synced, s", began.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(3)).await;
    report.insert("8 resident after restart, MiB", resident_mib(&operator));
    report.insert("9 writes 3 s after the restart", bench.kubernetes_writes().await - writes);
    let outside = bench.cognigy_calls() + bench.provider_calls() - cognigy - provider;
    report.insert("10 outside calls 3 s after the restart", as_f64(outside));
    print(&report);
}

fn print(report: &BTreeMap<&str, f64>) {
    let mut rows: Vec<_> = report.iter().collect();
    rows.sort_by_key(|(name, _)| name.split(' ').next().and_then(|number| number.parse::<u32>().ok()));
    for (name, value) in rows {
        println!("{:<48} {value:>10.2}", name.split_once(' ').map_or(*name, |(_, name)| name));
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

struct Bench {
    cluster: ControlPlane,
    client: Client,
    cognigy: StandIn,
    provider: Provider,
    folder: TempDir,
}

impl Bench {
    async fn prepare(arguments: &Arguments) -> Self {
        let cluster = ControlPlane::start(&Options::default()).await.unwrap();
        let client = cluster.client().await.unwrap();
        let authority = Authority::new("bench").unwrap();
        let cognigy = StandIn::start(&authority).await.unwrap();
        cognigy.change(|settings| {
            settings.any_organization = true;
            settings.discovery_seconds = 3600;
        });
        cognigy.keep_counts_only(true);
        let provider = Provider::start(&authority).await.unwrap();
        provider.accept_any_issuer(Style::OidcProvider, vec![Registered::new("acme", "secret")]);
        provider.keep_counts_only(true);
        let bench = Self { cluster, client, cognigy, provider, folder: TempDir::new().unwrap() };
        bench.install(&authority).await;
        bench.fill(arguments).await;
        bench
    }

    async fn install(&self, authority: &Authority) {
        let crds: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let crd = crds.create(&PostParams::default(), &cognigy_sso_api::crd()).await.unwrap();
        await_condition(crds, crd.metadata.name.as_deref().unwrap_or_default(), is_crd_established()).await.unwrap();
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let name = ObjectMeta { name: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() };
        namespaces.create(&PostParams::default(), &Namespace { metadata: name, ..Namespace::default() }).await.unwrap();
        self.create::<ConfigMap>(json!({ "metadata": { "name": "ca" }, "data": { "ca.crt": authority.pem() } })).await;
    }

    async fn fill(&self, arguments: &Arguments) {
        let began = Instant::now();
        let creating = (0..arguments.resources).map(|number| async move {
            let organization = format!("{number:024x}");
            let secret = |name: String, key: &str, value: String| {
                json!({ "metadata": { "name": name }, "stringData": { key: value } })
            };
            self.create::<Secret>(secret(format!("api-{number}"), "apiKey", format!("key-{organization}"))).await;
            self.create::<Secret>(secret(format!("client-{number}"), "clientSecret", format!("secret-{number}"))).await;
            self.create::<IdentityProviderConfig>(self.resource(number, arguments.issuers)).await;
        });
        futures::stream::iter(creating).buffer_unordered(CREATING).collect::<Vec<_>>().await;
        say(&format!(
            "{} resources and their Secrets created in {:.1} s",
            arguments.resources,
            began.elapsed().as_secs_f64()
        ));
    }

    fn resource(&self, number: usize, issuers: usize) -> Value {
        let ca = json!({ "configMapRef": { "name": "ca", "key": "ca.crt" } });
        json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": { "name": format!("acme-{number}") },
            "spec": {
                "cognigy": {
                    "apiUrl": self.cognigy.api_url(),
                    "apiKeySecretRef": { "name": format!("api-{number}"), "key": "apiKey" },
                    "caBundle": ca,
                },
                "oidc": {
                    "issuer": self.provider.base(&format!("issuer-{}", number % issuers)),
                    "clientId": "acme",
                    "clientSecretRef": { "name": format!("client-{number}"), "key": "clientSecret" },
                    "idTokenSignedResponseAlg": SigningAlgorithm::RS256,
                    "caBundle": ca,
                },
            },
        })
    }

    async fn create<K>(&self, object: Value)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + Serialize
            + std::fmt::Debug,
    {
        let api: Api<K> = Api::namespaced(self.client.clone(), NAMESPACE);
        api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
    }

    async fn operator(&self) -> Guarded {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognigy-sso-operator"));
        command.env("KUBECONFIG", self.cluster.kubeconfig_path()).args(["run", "--cognigy-host", "localhost"]);
        command.args(["--allow-network", "127.0.0.0/8,::1/128", "--health-address", "127.0.0.1:0"]);
        command.args(["--metrics-address", "127.0.0.1:0"]);
        // The peer elects no leader either.
        command.arg("--leader-elect=false");
        let _first_run = std::fs::remove_file(self.log());
        Guarded::spawn(&command, Sink::Null, Sink::File(self.log())).await.unwrap()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    async fn until_ready(&self, wanted: usize) {
        let api: Api<IdentityProviderConfig> = Api::namespaced(self.client.clone(), NAMESPACE);
        let mut ready = std::collections::HashSet::new();
        let mut watch = kube::runtime::watcher(api, kube::runtime::watcher::Config::default()).boxed();
        while ready.len() < wanted {
            use kube::runtime::watcher::Event;
            let Some(Event::Apply(resource) | Event::InitApply(resource)) = watch.try_next().await.unwrap() else {
                continue;
            };
            let is_ready = |status: &cognigy_sso_api::IdentityProviderConfigStatus| {
                status.is_true(cognigy_sso_api::ConditionType::Ready)
            };
            if resource.status.as_ref().is_some_and(is_ready) {
                ready.insert(resource.metadata.name);
            }
        }
    }

    async fn until_synced(&self) {
        loop {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            if log.contains("every list is complete") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Writes of resources and their status that the API server counted since it started.
    async fn kubernetes_writes(&self) -> f64 {
        let request = http::Request::get("/metrics").body(Vec::new()).unwrap();
        let metrics = self.client.request_text(request).await.unwrap();
        let writes = metrics.lines().filter(|line| {
            line.starts_with("apiserver_request_total{")
                && line.contains("resource=\"identityproviderconfigs\"")
                && ["APPLY", "PATCH", "PUT"].iter().any(|verb| line.contains(&format!("verb=\"{verb}\"")))
        });
        writes.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    fn cognigy_calls(&self) -> usize {
        total(self.cognigy.counts().into_values().map(|count| count.calls))
    }

    fn provider_calls(&self) -> usize {
        total(self.provider.counts().into_values().map(|count| count.calls))
    }
}

fn total(counts: impl Iterator<Item = u64>) -> usize {
    usize::try_from(counts.sum::<u64>()).unwrap()
}

fn resident_mib(operator: &Guarded) -> f64 {
    memory_mib(operator, "VmRSS:")
}

fn memory_mib(operator: &Guarded, kind: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", operator.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// User and system time so far; the kernel counts in hundredths of a second.
fn cpu_seconds(operator: &Guarded) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", operator.pid())).unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let ticks = after_name.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}
