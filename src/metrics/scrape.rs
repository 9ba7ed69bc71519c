//! `/metrics`, and where it is served.

use std::fmt;
use std::future::pending;
use std::net::SocketAddr;
use std::str::FromStr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use super::Metrics;
use super::definition::PREFIX;
use super::page::Page;
use super::sight::Lookout;
use crate::admin::Readiness;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where metrics are served; nowhere, where `0` was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MetricsAddress(Option<SocketAddr>);

impl FromStr for MetricsAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "0" {
            return Ok(Self(None));
        }
        let address =
            text.parse().map_err(|_| "write an address and a port such as 0.0.0.0:8080, or 0 for no metrics")?;
        Ok(Self(Some(address)))
    }
}

impl fmt::Display for MetricsAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(formatter),
            None => formatter.write_str("0"),
        }
    }
}

/// Where all parts of the operator say how they stand. A clone is the same board.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    pub(crate) readiness: Readiness,
    pub(crate) metrics: Metrics,
    pub(crate) lookout: Lookout,
}

/// All that a scrape is answered from.
#[derive(Clone, Debug)]
pub(crate) struct Scrapes {
    pub(crate) board: Board,
    pub(crate) concurrency: u16,
}

impl Scrapes {
    /// The exposition as of now.
    pub(super) async fn page(&self) -> Result<String, fmt::Error> {
        let page = Page {
            metrics: self.board.metrics.clone(),
            leads: self.board.readiness.is_leader(),
            concurrency: self.concurrency,
            sight: self.board.lookout.look().await,
        };
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register_collector(Box::new(page));
        let mut text = String::new();
        text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// Serves metrics until it is dropped.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) async fn serve(address: MetricsAddress, scrapes: Scrapes) -> anyhow::Result<()> {
    let Some(address) = address.0 else { return pending().await };
    let listener = TcpListener::bind(address).await?;
    tracing::info!(address = %listener.local_addr()?, "metrics are served");
    let router = Router::new().route("/metrics", get(scrape)).with_state(scrapes);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn scrape(State(scrapes): State<Scrapes>) -> Response {
    match scrapes.page().await {
        Ok(page) => ([(CONTENT_TYPE, OPEN_METRICS)], page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
