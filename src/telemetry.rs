//! Logs.

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter_of(filter)?).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
        LogFormat::Pretty => subscriber.with_target(false).init(),
    }
    Ok(())
}

/// Whatever is asked for: at its warnings one part of the client shows whole answers that it cannot decode, Secrets too.
fn filter_of(text: &str) -> anyhow::Result<EnvFilter> {
    Ok(EnvFilter::try_new(text)?.add_directive("kube_client::client=error".parse()?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use k8s_openapi::api::core::v1::Secret;
    use kube::{Api, Client};

    use super::*;

    #[tokio::test]
    async fn an_answer_that_cannot_be_decoded_is_not_shown() {
        let answer = r#"{ "metadata": 7, "data": { "apiKey": "canary-7f31" } }"#;
        let client = Client::new(Router::new().fallback(async move || answer), "default");
        let log = tempfile::NamedTempFile::new().unwrap();
        for filter in ["trace", "kube_client=trace"] {
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter(filter_of(filter).unwrap())
                .with_writer(Arc::new(log.reopen().unwrap()));
            let logging = tracing::subscriber::set_default(subscriber.finish());
            let found = Api::<Secret>::default_namespaced(client.clone()).get("cognigy-api").await;
            tracing::warn!(target: "kube_client::config", "it is written");
            drop(logging);
            assert!(found.is_err());
            let log = std::fs::read_to_string(log.path()).unwrap();
            assert!(log.contains("it is written") && !log.contains("canary-7f31"), "{filter}: {log}");
        }
    }
}
