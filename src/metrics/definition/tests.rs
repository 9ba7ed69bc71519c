use std::collections::BTreeSet;

use super::*;

/// The contract: other parts (alerts, dashboard, chart) ask for these names.
#[test]
fn names_types_and_labels_are_as_promised() {
    let promised = [
        ("cognigy_sso_build_info", "info", "version"),
        ("cognigy_sso_leader", "gauge", ""),
        ("cognigy_sso_reconciles_total", "counter", "result"),
        ("cognigy_sso_reconcile_duration_seconds", "histogram", ""),
        ("cognigy_sso_queue_depth", "gauge", ""),
        ("cognigy_sso_reconciles_active", "gauge", ""),
        ("cognigy_sso_concurrency", "gauge", ""),
        ("cognigy_sso_resources", "gauge", "condition,status"),
        ("cognigy_sso_resource_not_ready", "gauge", "namespace,name,status,reason"),
        ("cognigy_sso_resource_stalled", "gauge", "namespace,name,reason"),
        ("cognigy_sso_resource_last_verified_timestamp_seconds", "gauge", "namespace,name"),
        ("cognigy_sso_secret_expiry_timestamp_seconds", "gauge", "namespace,name,secret"),
        ("cognigy_sso_certificate_expiry_timestamp_seconds", "gauge", "namespace,name"),
        ("cognigy_sso_outside_requests_total", "counter", "operation,status"),
        ("cognigy_sso_outside_request_duration_seconds", "histogram", "operation"),
        ("cognigy_sso_discovery_cache_requests_total", "counter", "document,result"),
        ("cognigy_sso_events_total", "counter", "reason"),
        ("cognigy_sso_panics_total", "counter", ""),
        ("cognigy_sso_watch_failures_total", "counter", "resource"),
        ("cognigy_sso_write_failures_total", "counter", ""),
        ("cognigy_sso_spans_total", "counter", ""),
        ("cognigy_sso_spans_sent_total", "counter", ""),
    ];
    let defined: Vec<_> =
        ALL.iter().map(|of| (of.series(), of.kind(), of.labels().collect::<Vec<_>>().join(","))).collect();
    let defined: Vec<_> = defined.iter().map(|(name, kind, labels)| (&**name, *kind, &**labels)).collect();
    assert_eq!(defined, promised);
}

/// Prometheus' rules for names (best practices: metric and label naming).
#[test]
fn names_keep_to_the_rules() {
    let is_snake = |text: &str| text.chars().all(|character| character.is_ascii_lowercase() || character == '_');
    for of in ALL {
        let (family, series) = (of.family(), of.series());
        assert!(is_snake(&series) && !series.contains("__"), "{series}");
        assert!(family.starts_with("cognigy_sso_"), "{series}");
        assert_eq!(series.ends_with("_total"), of.kind() == "counter", "{series}");
        assert!(
            !["_total", "_info", "_count", "_sum", "_bucket"].iter().any(|suffix| family.ends_with(suffix)),
            "{series}"
        );
        assert!(["milli", "minutes", "hours", "days"].iter().all(|unit| !series.contains(unit)), "{series}");
        assert!(
            of.help().ends_with('.') && !of.help().ends_with("..") && !of.help().contains(['\n', '\\']),
            "{series}"
        );
        for label in of.labels {
            assert!(is_snake(label.name) && label.name != "le", "{series}: {}", label.name);
            let Values::Closed(values) = label.values else { continue };
            let is_word =
                |word: &&str| word.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
            assert!(values().iter().all(is_word), "{series}: {}", label.name);
            assert_eq!(values().len(), values().iter().collect::<BTreeSet<_>>().len(), "{series}: {}", label.name);
        }
    }
}

/// A label's value that is no word of a closed set would let others make series without end.
#[test]
fn only_names_in_kubernetes_are_open() {
    let open = ALL.iter().flat_map(|of| of.labels).filter(|label| matches!(label.values, Values::Names));
    let open: BTreeSet<_> = open.map(|label| label.name).collect();
    assert_eq!(open, BTreeSet::from(["name", "namespace", "secret", "version"]));
}
