//! `verify`: checks resources before they are applied. It never calls `configure` or `reset`.

mod progress;
mod report;
mod sources;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use cognigy_sso_api::ClientCheck;
use cognigy_sso_decide::{Resource, check_up};
use futures::{StreamExt, stream};

use super::cluster;
use super::outside::Outside;
use crate::clock;
use crate::cognigy::Limits;
use crate::egress::Egress;
use crate::lease::Claim;
use crate::observe::{Floors, Observer, Reader};
use crate::openid::{Providers, Trials};
use crate::permitted::Permitted;
use crate::saml::IdentityProviders;
use crate::selector::LabelSelector;
use crate::shards::Shards;
use progress::Progress;
use report::{Checked, Report};
use sources::{Found, SecretFromEnv};

/// Resources that are checked at a time.
const AT_A_TIME: usize = 8;
/// What cannot be read cannot be told about.
const COULD_NOT_TELL: u8 = 2;

/// Check resources before they are applied, from files or in the cluster.
///
/// Everything is checked that can be checked without a user: the referenced Secrets and ConfigMaps, whose API key it is, and the
/// provider. With OpenID Connect that is discovery, keys, what the provider offers, whether it accepts the client's credentials
/// and the callback; with SAML, metadata and signing certificate. Nothing is changed anywhere. Each check of credentials shows as
/// a failed login in the provider's logs.
///
/// Exit code: 0 when all is verified, 1 when something is refuted, 2 when something could not be told.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// File with resources, and with the Secrets and ConfigMaps that they refer to; `-` is standard input, a folder stands for
    /// the YAML and JSON files in it. Repeat it for several. No cluster is asked then.
    #[arg(short = 'f', long = "filename", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Value of a Secret that no file holds, from an environment variable: `acme-oidc/clientSecret=CLIENT_SECRET`. Repeat it for
    /// several. A variable that is empty or not set counts as not given.
    #[arg(long = "secret-from-env", value_name = "SECRET/KEY=VARIABLE", requires = "files")]
    secrets_from_env: Vec<SecretFromEnv>,

    /// Names of resources in the cluster. Default: all in the namespace.
    #[arg(value_name = "NAME", conflicts_with = "files")]
    names: Vec<String>,

    /// Their namespace. Default: that of the kubeconfig's context.
    #[arg(short, long, value_name = "NAME", conflicts_with = "all_namespaces")]
    namespace: Option<String>,

    /// Check the resources of all namespaces.
    #[arg(short = 'A', long, conflicts_with_all = ["files", "names"])]
    all_namespaces: bool,

    /// Check the resources with these labels only.
    #[arg(short = 'l', long, value_name = "LABELS", conflicts_with_all = ["files", "names"])]
    selector: Option<LabelSelector>,

    /// Check the provider's half only: no API key is needed, and Cognigy.AI is not asked. The callback is checked where
    /// spec.cognigy.organizationId tells the organization.
    #[arg(long)]
    provider_only: bool,

    /// A table for people, or JSON for programs.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Output,

    #[command(flatten)]
    outside: Outside,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

impl Verify {
    pub(super) fn execute(&self) -> ExitCode {
        self.verify().unwrap_or_else(|error| {
            super::tell(&error);
            ExitCode::from(COULD_NOT_TELL)
        })
    }

    fn verify(&self) -> anyhow::Result<ExitCode> {
        cluster::install_tls()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(self.check_all())?;
        match self.output {
            Output::Table => report.print_table()?,
            Output::Json => report.print_json()?,
        }
        Ok(ExitCode::from(report.verdict().exit_code()))
    }

    async fn check_all(&self) -> anyhow::Result<Report> {
        let (reader, found) = self.find().await?;
        ensure!(!found.is_empty(), "there is no IdentityProviderConfig to check");
        let (egress, limits) = (Arc::new(self.outside.egress()?), Arc::new(Limits::new()?));
        let (providers, identity_providers) = (Providers::default(), IdentityProviders::default());
        let trials = Trials::default();
        let progress = Progress::new(found.len());
        let checks = found.into_iter().map(async |found| {
            let observer = Observer {
                providers: providers.clone(),
                identity_providers: identity_providers.clone(),
                trials: trials.clone(),
                ..self.observer(&reader, &egress, &limits)
            };
            progress.begins(&found.resource);
            let checked = self.check(&observer, found).await;
            progress.ends();
            checked
        });
        let checked = progress.beside(stream::iter(checks).buffered(AT_A_TIME).collect()).await;
        Ok(Report { checked })
    }

    async fn find(&self) -> anyhow::Result<(Reader, Vec<Found>)> {
        if !self.files.is_empty() {
            return sources::in_files(&self.files, &self.secrets_from_env, self.namespace.as_deref());
        }
        let client = cluster::client().await?;
        let wanted = sources::Wanted {
            namespace: (!self.all_namespaces)
                .then(|| self.namespace.clone().unwrap_or_else(|| client.default_namespace().to_owned())),
            names: &self.names,
            selector: self.selector.as_ref(),
        };
        let found = sources::in_cluster(&client, &wanted).await?;
        Ok((Reader::cluster(client, Permitted::default()), found))
    }

    /// One for each resource: none shall stand back because another declares the same organization.
    fn observer(&self, reader: &Reader, egress: &Arc<Egress>, limits: &Arc<Limits>) -> Observer {
        Observer {
            reader: reader.clone(),
            egress: Arc::clone(egress),
            claim: Claim::always(),
            hosts: self.outside.cognigy_hosts.clone(),
            limits: Arc::clone(limits),
            providers: Providers::default(),
            identity_providers: IdentityProviders::default(),
            trials: Trials::default(),
            organizations: Arc::default(),
            shards: Shards::default(),
        }
    }

    async fn check(&self, observer: &Observer, found: Found) -> Checked {
        let Found { mut resource, source } = found;
        let may_try = prepare(&mut resource);
        let mut observation = if self.provider_only {
            observer.observe_provider(&resource).await
        } else {
            observer.observe(&resource, false, None, &Floors::default()).await
        };
        if may_try {
            let trial = observer.try_client(&resource, &observation.observed, &observation.sources, false).await;
            observation.observed.trial = trial.map(Arc::new);
        }
        let mut checks = check_up(&resource, &observation.observed, clock::now());
        checks.retain(|check| !(self.provider_only && check.name.asks_cognigy()));
        Checked::new(&resource, source, checks)
    }
}

/// A resource is checked though it is suspended or being deleted. May its client be tried?
fn prepare(resource: &mut Resource) -> bool {
    resource.deleting = false;
    let Ok(spec) = &mut resource.spec else { return false };
    spec.suspend = false;
    spec.verification.client_check != ClientCheck::Never
}
