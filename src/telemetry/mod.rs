//! Logs, what is told of a panic, and where spans go.

mod counted;
mod endpoint;
mod export;

use std::backtrace::Backtrace;
use std::panic::{self, PanicHookInfo};

use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::traces;
pub(crate) use endpoint::Endpoint;
pub(crate) use export::Export;

use crate::metrics::Metrics;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Starts logging to standard error, and making spans where they are exported.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(format: LogFormat, filter: &str, export: Option<&Export>) -> anyhow::Result<()> {
    subscriber(format, filter, export)?.init();
    Ok(())
}

fn subscriber(format: LogFormat, filter: &str, export: Option<&Export>) -> anyhow::Result<Dispatch> {
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
        LogFormat::Pretty => lines.with_target(false).boxed(),
    };
    let log = tracing_subscriber::registry().with(lines.with_filter(filter_of(filter)?));
    // An optional layer that is not there would have each place that makes a span asked again each time.
    Ok(match export {
        Some(export) => log.with(export.layer()).into(),
        None => log.into(),
    })
}

/// Whatever is asked for: at its warnings one part of the client shows whole answers that it cannot decode, Secrets too, and its
/// errors say of calls that failed less than whoever made them. And the operator's spans are none of the log's: its lines
/// name the resource, and the trace.
fn filter_of(text: &str) -> anyhow::Result<Targets> {
    let fixed = [
        ("kube_client::client", LevelFilter::ERROR),
        ("kube_client::client::builder", LevelFilter::OFF),
        (traces::TARGET, LevelFilter::OFF),
    ];
    Ok(text.parse::<Targets>()?.with_targets(fixed))
}

/// From now on a panic is told by its place. What it says is told where it is fixed in the program: text that is put together
/// may hold a part of any value, as that of `unwrap` on an error and of slicing a string does.
pub(crate) fn tell_panics_by_their_place() {
    panic::set_hook(Box::new(|info| {
        let (place, said) = (place(info), said(info));
        // With RUST_BACKTRACE alone. It names functions and places, and no value.
        let backtrace = Backtrace::capture();
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(place, %backtrace, "panicked: {said}");
        } else {
            eprintln!("cognigy-sso-operator: panicked at {place}: {said}\n{backtrace}");
        }
    }));
}

/// From now on panics are counted too.
pub(crate) fn count_panics(metrics: Metrics) {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        metrics.panicked();
        tell(info);
    }));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map(ToString::to_string).unwrap_or_default()
}

fn said(info: &PanicHookInfo<'_>) -> &'static str {
    let fixed = info.payload().downcast_ref::<&'static str>();
    fixed.copied().unwrap_or("what it says is not repeated, since it may hold a secret")
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::Arc;

    use axum::Router;
    use k8s_openapi::api::core::v1::Secret;
    use kube::{Api, Client};

    use tokio::runtime::Handle;

    use super::*;
    use crate::egress::Authorities;
    use crate::metrics::Spans;

    #[tokio::test]
    async fn an_answer_that_cannot_be_decoded_is_not_shown() {
        let answer = r#"{ "metadata": 7, "data": { "apiKey": "canary-7f31" } }"#;
        let client = Client::new(Router::new().fallback(async move || answer), "default");
        let log = tempfile::NamedTempFile::new().unwrap();
        for filter in ["trace", "kube_client=trace"] {
            let lines = fmt::layer().with_writer(Arc::new(log.reopen().unwrap()));
            let logging =
                tracing_subscriber::registry().with(lines.with_filter(filter_of(filter).unwrap())).set_default();
            let found = Api::<Secret>::default_namespaced(client.clone()).get("cognigy-api").await;
            tracing::warn!(target: "kube_client::config", "it is written");
            drop(logging);
            assert!(found.is_err());
            let log = std::fs::read_to_string(log.path()).unwrap();
            assert!(log.contains("it is written") && !log.contains("canary-7f31"), "{filter}: {log}");
        }
    }

    #[tokio::test]
    async fn spans_are_made_where_they_are_exported_whatever_the_log_shows() {
        traces::seen::listen();
        let endpoint = "http://127.0.0.1:9".parse().unwrap();
        let (authorities, spans) = (Authorities::system_and(&[]), Spans::default());
        let export = Export::to(&endpoint, Handle::current(), &authorities, spans).unwrap();
        for filter in ["off", "info", "trace", "cognigy_sso_operator=trace", "cognigy_sso_operator::traces=trace"] {
            for (export, is_made) in [(None, false), (Some(&export), true)] {
                let subscriber = subscriber(LogFormat::Json, filter, export).unwrap();
                let _set = subscriber.clone().set_default();
                let span = traces::observe();
                // Asked for itself: while other tests listen, a span is made for them, too.
                let interest = subscriber.register_callsite(span.metadata().unwrap());
                assert_eq!(!interest.is_never(), is_made, "{filter}");
                assert_eq!(span.in_scope(traces::id).is_some(), is_made, "{filter}");
            }
        }
    }

    /// What cannot be read, and says so with all that it was read from.
    struct Strange;

    impl std::str::FromStr for Strange {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            Err(text.to_owned())
        }
    }

    /// Run by the test below, in a process of its own: it takes the hook of the whole process.
    #[test]
    #[ignore = "run by another test"]
    fn panics_with_a_secret() {
        tell_panics_by_their_place();
        let panics = || {
            let secret = std::env::args().collect::<String>() + "canary-7f31";
            for panic in [
                Box::new(|| assert!(matches!(secret.parse().unwrap(), Strange))) as Box<dyn Fn()>,
                Box::new(|| panic!("{secret}")),
                Box::new(|| drop(secret[..=secret.len()].to_owned())),
                Box::new(|| std::panic::panic_any(secret.clone())),
                Box::new(|| panic!("fixed text")),
            ] {
                assert!(panic::catch_unwind(panic::AssertUnwindSafe(panic)).is_err());
            }
        };
        panics();
        start(LogFormat::Json, "trace", None).unwrap();
        panics();
    }

    #[test]
    fn a_panic_tells_its_place_and_no_value() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "telemetry::tests::panics_with_a_secret", "--ignored", "--nocapture"]);
        let done = command.env_remove("RUST_BACKTRACE").output().unwrap();
        assert!(done.status.success(), "{done:?}");
        let text = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        let lines = text.lines().filter(|line| line.contains("src/telemetry/mod.rs:"));
        assert_eq!(lines.count(), 10, "{text}");
        assert!(text.contains("fixed text") && !text.contains("canary"), "{text}");
    }
}
