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
    // Whatever is asked for: at its warnings this part of the client shows whole answers that it cannot decode, Secrets too.
    let filter = EnvFilter::try_new(filter)?.add_directive("kube_client::client=error".parse()?);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
        LogFormat::Pretty => subscriber.with_target(false).init(),
    }
    Ok(())
}
