//! `run`: the controller.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{ArgAction, Args, value_parser};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use kube::Client;
use tokio::runtime::{Builder, Handle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::cluster;
use super::duty::Duty;
use super::outside::Outside;
use crate::admin;
use crate::cognigy::Limits;
use crate::controller::Controller;
use crate::egress::Egress;
use crate::lease::{Claim, Election};
use crate::metrics::{self, Board, MetricsAddress, Scrapes, Spans};
use crate::observe::{Observer, Reader};
use crate::openid::{Providers, Trials};
use crate::report::Writer;
use crate::saml::IdentityProviders;
use crate::shards::Shards;
use crate::telemetry::{self, Endpoint, Export, LogFormat};
use crate::visit::Context;

/// What `/readyz` says until it is known who leads.
const LEASE: &str = "the lease";

/// How long events may take that wait to be published when all visits have ended. With visits and spans that is less than the
/// grace period that Kubernetes gives.
const LAST_EVENTS: Duration = Duration::from_secs(3);

/// Run the controller.
///
/// Exit code: 0 when it was told to end (SIGTERM, Ctrl-C), 1 when it cannot start or serve.
#[derive(Args, Debug)]
pub(super) struct Run {
    #[command(flatten)]
    duty: Duty,

    #[command(flatten)]
    outside: Outside,

    /// How many resources are dealt with at a time.
    #[arg(long, value_name = "N", env = "COGNIGY_SSO_CONCURRENCY", default_value_t = 16, value_parser = value_parser!(u16).range(1..=1024))]
    concurrency: u16,

    /// Address that `/livez` and `/readyz` are served on.
    #[arg(long, value_name = "ADDRESS", env = "COGNIGY_SSO_HEALTH_ADDRESS", default_value = "0.0.0.0:8081", value_parser = address)]
    health_address: SocketAddr,

    /// Address that `/metrics` are served on (OpenMetrics); 0 serves none.
    #[arg(long, value_name = "ADDRESS", env = "COGNIGY_SSO_METRICS_ADDRESS", default_value = "0.0.0.0:8080")]
    metrics_address: MetricsAddress,

    /// How log lines look.
    #[arg(long, env = "COGNIGY_SSO_LOG_FORMAT", value_enum, default_value = "json")]
    log_format: LogFormat,

    /// Which log lines are written, for example `info,cognigy_sso_operator=debug`. Whatever is asked for, the Kubernetes client
    /// logs errors only: below that it shows whole answers.
    #[arg(long, value_name = "FILTER", env = "COGNIGY_SSO_LOG_FILTER", default_value = "info,kube_client=warn,kube_runtime=error", action = ArgAction::Set)]
    log_filter: String,

    /// Collector that a trace of each visit to a resource is sent to, by OTLP over HTTP, for example `http://collector:4318`.
    /// Default: none.
    #[arg(long, value_name = "URL", env = "COGNIGY_SSO_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
}

impl Run {
    pub(super) fn execute(&self) -> anyhow::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let board = Board::default();
        let export = self.export(runtime.handle(), board.metrics.spans.clone())?;
        telemetry::start(self.log_format, &self.log_filter, export.as_ref()).context("--log-filter")?;
        cluster::install_tls()?;
        let done = runtime.block_on(self.run(board));
        if let Some(export) = export {
            runtime.block_on(export.finish());
        }
        done
    }

    fn export(&self, runtime: &Handle, spans: Spans) -> anyhow::Result<Option<Export>> {
        let Some(endpoint) = &self.otlp_endpoint else { return Ok(None) };
        // What is refused is not repeated: it may hold a password.
        let endpoint: Endpoint = endpoint.parse().map_err(anyhow::Error::msg).context("--otlp-endpoint")?;
        let export = Export::to(&endpoint, runtime.clone(), &self.outside.authorities()?, spans);
        export.context("--otlp-endpoint").map(Some)
    }

    async fn run(&self, board: Board) -> anyhow::Result<()> {
        telemetry::count_panics(board.metrics.clone());
        let office = Office {
            client: cluster::client().await?,
            egress: Arc::new(self.outside.egress()?.counting(board.metrics.outside.clone())),
            limits: Arc::new(Limits::new()?),
            providers: Providers::default().counting(board.metrics.documents.clone()),
            identity_providers: IdentityProviders::default().counting(board.metrics.documents.clone()),
            trials: Trials::default(),
            board,
            stop: stopped().boxed().shared(),
            flags: self,
        };
        let scrapes = Scrapes { board: office.board.clone(), concurrency: self.concurrency };
        tracing::info!(version = env!("CARGO_PKG_VERSION"), namespaces = self.duty.whose(), "starting");
        tokio::select! {
            () = self.work(&office) => {
                tracing::info!("stopped");
                Ok(())
            }
            served = admin::serve(self.health_address, office.board.readiness.clone()) => {
                served.with_context(|| format!("--health-address {}", self.health_address))
            }
            served = metrics::serve(self.metrics_address, scrapes) => {
                served.with_context(|| format!("--metrics-address {}", self.metrics_address))
            }
        }
    }

    /// Waits for leadership, acts, and begins anew when it is lost, until the operator is told to stop.
    async fn work(&self, office: &Office<'_>) {
        let Some(place) = self.duty.place(&office.client) else {
            office.serve(Claim::always()).await;
            return;
        };
        let mut election = Election::new(office.client.clone(), place, office.board.metrics.clone());
        loop {
            office.board.readiness.stands_by(LEASE);
            let waits = || {
                office.board.readiness.done(LEASE);
            };
            let claim = tokio::select! {
                biased;
                () = office.stop.clone() => return,
                claim = election.win(waits) => claim,
            };
            tracing::info!("leads from now on");
            office.board.readiness.done(LEASE);
            tokio::select! {
                // Looked at first: whoever was frozen finds out before anything else is done.
                biased;
                over = election.keep() => tracing::warn!("leadership is lost, what was under way is given up: {over}"),
                finished = office.serve(claim) => {
                    // What was given up may take effect yet: others wait as if this process had died.
                    if finished {
                        election.release().await;
                    }
                    return;
                }
            }
        }
    }
}

/// What one term of leadership after another works with.
struct Office<'a> {
    client: Client,
    egress: Arc<Egress>,
    limits: Arc<Limits>,
    providers: Providers,
    identity_providers: IdentityProviders,
    trials: Trials,
    board: Board,
    stop: Shared<BoxFuture<'static, ()>>,
    flags: &'a Run,
}

impl Office<'_> {
    /// Acts under this claim until the operator is told to stop, and answers whether all that was in flight then was finished.
    /// Dropped, it gives up what is in flight.
    async fn serve(&self, claim: Claim) -> bool {
        self.board.readiness.leads();
        let (writer, publishing) = Writer::new(self.client.clone(), self.board.metrics.clone());
        let scope = self.flags.duty.scope();
        let observer = Observer {
            reader: Reader::cluster(self.client.clone(), self.flags.duty.permitted()),
            egress: Arc::clone(&self.egress),
            claim: claim.clone(),
            hosts: self.flags.outside.cognigy_hosts.clone(),
            limits: Arc::clone(&self.limits),
            providers: self.providers.clone(),
            identity_providers: self.identity_providers.clone(),
            trials: self.trials.clone(),
            organizations: Arc::default(),
            shards: Shards::around(&scope, &self.client),
        };
        let context = Context { observer, writer };
        let controller = Controller::new(context, claim, self.flags.concurrency.into(), self.board.clone());
        publishes(controller.run(self.client.clone(), &scope, self.stop.clone()), publishing).await
    }
}

/// Works, and publishes events beside that and for a little time afterwards.
async fn publishes<T>(work: impl Future<Output = T>, publishing: impl Future<Output = ()> + Send + 'static) -> T {
    let publishing = AbortOnDropHandle::new(tokio::spawn(publishing));
    let done = work.await;
    if timeout(LAST_EVENTS, publishing).await.is_err() {
        tracing::warn!("the API server does not answer: the last events are not published");
    }
    done
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an address and a port such as 0.0.0.0:8081")
}

/// Resolves when the operator is told to stop.
async fn stopped() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use clap::Parser;

    use super::publishes;
    use crate::cli::Cli;

    #[tokio::test(start_paused = true)]
    async fn events_that_nobody_takes_do_not_keep_the_operator() {
        assert_eq!(publishes(ready(7), pending()).await, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn events_that_wait_when_the_work_is_done_are_published() {
        let (sender, mut published) = tokio::sync::oneshot::channel();
        let publishing = async {
            tokio::time::sleep(super::LAST_EVENTS / 2).await;
            sender.send(()).unwrap();
        };
        publishes(ready(()), publishing).await;
        assert_eq!(published.try_recv(), Ok(()));
    }

    #[test]
    fn a_selector_that_cannot_be_read_is_refused_by_the_name_of_its_flag() {
        for flag in ["--selector", "--secret-selector"] {
            for (text, named) in [("", "leave the flag out"), ("team=a b", "`a b` is no label's value")] {
                let error = Cli::try_parse_from(["cognigy-sso-operator", "run", flag, text]).unwrap_err().to_string();
                assert!(error.contains(flag) && error.contains(named), "{error}");
            }
            Cli::try_parse_from(["cognigy-sso-operator", "run", flag, "team in (a, b),!old"]).unwrap();
        }
    }

    #[test]
    fn a_value_that_cannot_be_used_is_refused_with_what_to_write() {
        for (flag, text, named) in [
            ("--namespace", "", "leave the flag out"),
            ("--namespace", "team-a,team b", "`team b` is no namespace's name"),
            ("--namespace", "a.b", "`a.b` is no namespace's name"),
            ("--allow-network", "10.0.0.0/99", "such as 10.0.0.0/8"),
            ("--allow-network", "10.0.0.1", "such as 10.0.0.0/8"),
            ("--health-address", "8081", "such as 0.0.0.0:8081"),
        ] {
            let error = Cli::try_parse_from(["cognigy-sso-operator", "run", flag, text]).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains(named), "{error}");
        }
        let good = ["--namespace", "team-a, team-b", "--allow-network", "10.0.0.0/8,::1/128"];
        Cli::try_parse_from(["cognigy-sso-operator", "run"].into_iter().chain(good)).unwrap();
    }

    #[test]
    fn a_name_that_no_object_can_have_is_refused_by_the_name_of_its_flag() {
        for flag in ["--secret-name", "--config-map-name"] {
            for (text, named) in [("", "leave the flag out"), ("a,", "leave the flag out"), ("a,B", "`B` is no name")] {
                let error = Cli::try_parse_from(["cognigy-sso-operator", "run", flag, text]).unwrap_err().to_string();
                assert!(error.contains(flag) && error.contains(named), "{error}");
            }
            Cli::try_parse_from(["cognigy-sso-operator", "run", flag, "a, b.c", flag, "d"]).unwrap();
        }
    }
}
