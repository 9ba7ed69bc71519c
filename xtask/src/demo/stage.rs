//! All that the demo starts. It ends with the value, and with the process however that ends.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::control_plane::scratch::Scratch;
use cognigy_sso_testkit::control_plane::{ControlPlane, Options, Program};
use cognigy_sso_testkit::pki::{Authority, LOCAL_NAMES, Leaf};
use cognigy_sso_testkit::real_provider::{Mode, RealProvider, Registration, Tls, Zitadel};

use super::cluster::Cluster;
use super::company::{self, Company};
use super::kubectl::Kubectl;
use super::operator::{self, Operator};
use super::screen;
use crate::generate;

/// Where the example looks for the authority that everybody here trusts.
const CA: (&str, &str) = ("company-ca", "ca.crt");
const CRD: &str = "crd/identityproviderconfigs.sso.cognigy.ai";

/// Everybody on it.
pub struct Stage {
    pub cluster: Cluster,
    pub cognigy: StandIn,
    pub provider: RealProvider,
    pub operator: Operator,
    pub acme: Company,
    pub globex: Company,
    /// Acme's resource, YAML.
    pub resource: String,
    operator_program: PathBuf,
    folder: Scratch,
}

impl Stage {
    /// Builds what is not built yet and starts everything.
    pub async fn set() -> anyhow::Result<Self> {
        let folder = Scratch::new("cognigy-sso-demo-")?;
        let operator_program = operator::build(&folder.path().join("cargo.log")).await?;
        Program::Etcd.obtain().await?;
        Program::KubeApiserver.obtain().await?;
        // It shares most of the API server's packages.
        let kubectl = Program::Kubectl.obtain().await?;
        Zitadel::obtain().await?;

        let authority = Authority::new("the demo's own authority")?;
        let cluster = start_cluster(kubectl, &folder).await?;
        let (acme, globex) = (Company::acme()?, Company::globex()?);
        let cognigy = start_cognigy(&authority, [&acme, &globex]).await?;
        let provider = start_provider(&authority, &cognigy, [&acme, &globex]).await?;
        let resource = company::acme_resource(&cognigy.api_url(), provider.issuer())?;
        install(&cluster, &authority, &acme).await?;
        let begun = Instant::now();
        let operator = start_operator(&operator_program, &cluster, &folder).await?;
        screen::up("the operator", "cognigy-sso-operator run", begun.elapsed());
        Ok(Self { cluster, cognigy, provider, operator, acme, globex, resource, operator_program, folder })
    }

    /// Starts the operator again, after it was stopped.
    pub async fn restart_operator(&mut self) -> anyhow::Result<()> {
        self.operator = start_operator(&self.operator_program, &self.cluster, &self.folder).await?;
        Ok(())
    }

    /// Ends everything in good order.
    pub async fn strike(mut self) -> anyhow::Result<()> {
        self.operator.stop().await?;
        self.provider.stop().await?;
        self.cluster.plane.stop().await
    }
}

async fn start_cluster(kubectl: PathBuf, folder: &Scratch) -> anyhow::Result<Cluster> {
    let begun = Instant::now();
    let plane = screen::waiting("starting a Kubernetes API server", ControlPlane::start(&Options::default())).await?;
    screen::up("kube-apiserver and etcd", &plane.server(), begun.elapsed());
    let kubectl = Kubectl::new(kubectl, plane.kubeconfig_path(), folder.path().to_owned());
    Ok(Cluster { client: plane.client().await?, plane, kubectl })
}

async fn start_cognigy(authority: &Authority, companies: [&Company; 2]) -> anyhow::Result<StandIn> {
    let begun = Instant::now();
    let cognigy = StandIn::start(authority).await.context("starting the Cognigy.AI stand-in")?;
    for company in companies {
        cognigy.add_admin(&company.api_key, company.organization);
    }
    screen::up("a stand-in for Cognigy.AI", &cognigy.api_url(), begun.elapsed());
    Ok(cognigy)
}

async fn start_provider(
    authority: &Authority,
    cognigy: &StandIn,
    companies: [&Company; 2],
) -> anyhow::Result<RealProvider> {
    let begun = Instant::now();
    let (chain, key) = authority.issue_pem(&LOCAL_NAMES, Leaf::Good)?;
    let clients = companies.map(|company| Registration {
        id: company.client_id.to_owned(),
        secret: company.client_secret.clone(),
        auth_method: "client_secret_basic".to_owned(),
        redirect_uris: vec![format!("{}/auth/oidc/login/callback/{}", cognigy.origin(), company.organization)],
        require_pkce: false,
    });
    let tls = Tls { chain, key };
    let start = Zitadel::start(Mode::Server, &tls, &clients);
    let provider = screen::waiting("starting an OpenID provider", start).await?;
    screen::up("a real OpenID provider (zitadel/oidc)", provider.issuer(), begun.elapsed());
    Ok(provider)
}

/// What an administrator does once: the definition, the authority, the API key.
async fn install(cluster: &Cluster, authority: &Authority, acme: &Company) -> anyhow::Result<()> {
    let begun = Instant::now();
    let file = generate::definition();
    cluster.kubectl.run(&["apply", "--filename", &file.to_string_lossy()], "").await?;
    cluster.kubectl.run(&["wait", "--for=condition=Established", "--timeout=60s", CRD], "").await?;
    screen::up("the resource definition", "kubectl apply -f crds/", begun.elapsed());
    cluster.put_config_map(CA.0, CA.1, authority.pem()).await?;
    cluster.put_secret(acme.api_key_ref, "apiKey", &acme.api_key).await
}

async fn start_operator(program: &Path, cluster: &Cluster, folder: &Scratch) -> anyhow::Result<Operator> {
    let kubeconfig = cluster.kubeconfig();
    screen::waiting("starting the operator", Operator::start(program, &kubeconfig, folder.path())).await
}
