//! Where spans are sent.

use std::str::FromStr;

use url::Url;

const SIGNAL: &str = "/v1/traces";

/// The URL that a collector takes spans at by OTLP over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Reads a collector's base URL.
impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err("leave the flag out where no spans are wanted");
        }
        let url = Url::parse(text).map_err(|_| "give a URL such as http://collector:4318")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("begin it with http:// or https://, as in http://collector:4318");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("leave user and password out; headers may be set in OTEL_EXPORTER_OTLP_HEADERS");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("leave out what begins with ? or #");
        }
        let base = url.path().trim_end_matches('/');
        if base.ends_with(SIGNAL) {
            return Err("leave /v1/traces out: it is added");
        }
        let (path, mut url) = (format!("{base}{SIGNAL}"), url.clone());
        url.set_path(&path);
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added_to_whatever_path_there_is() {
        for (text, expected) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://Collector.example/", "https://collector.example/v1/traces"),
            ("http://[::1]:4318/otlp", "http://[::1]:4318/otlp/v1/traces"),
            ("https://collector.example/a/b//", "https://collector.example/a/b/v1/traces"),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_is_refused_says_what_to_write_and_repeats_no_password() {
        for (text, named) in [
            ("", "leave the flag out"),
            ("collector", "such as http://collector:4318"),
            ("collector:4318", "begin it with http:// or https://"),
            ("grpc://collector:4317", "begin it with http:// or https://"),
            ("http://", "such as http://collector:4318"),
            ("http://me:s3cret@collector:4318", "OTEL_EXPORTER_OTLP_HEADERS"),
            ("http://me@collector:4318", "OTEL_EXPORTER_OTLP_HEADERS"),
            ("http://collector:4318?token=s3cret", "leave out what begins with ?"),
            ("http://collector:4318/v1/traces", "leave /v1/traces out"),
            ("http://collector:4318/v1/traces/", "leave /v1/traces out"),
        ] {
            let refusal = text.parse::<Endpoint>().unwrap_err();
            assert!(refusal.contains(named) && !refusal.contains("s3cret"), "{text}: {refusal}");
        }
    }
}
