use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use serde_json::json;

use super::*;
use crate::watched::Watched;

#[tokio::test]
async fn what_is_reported_already_is_not_written() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = Router::new().fallback(async move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let context = Context::of(kube::Client::new(server, "default"));
    let object = json!({ "metadata": { "namespace": "sso", "name": "acme" } });
    let resource = Resource::from(serde_json::from_value::<Watched>(object).unwrap());
    let mut other = resource.status.clone();
    other.observed_generation = 7;
    for (status, writes) in [(resource.status.clone(), 0), (other, 1)] {
        let conclusion = Conclusion { status, events: Vec::new(), next: WRITE_AGAIN, retries: false };
        context.report(resource.clone(), conclusion, Memory::default(), false).await;
        assert_eq!(asked.load(Ordering::Relaxed), writes);
    }
}

/// How long a resource rests after a restart whose Secrets say this of their expiry.
async fn rests(expires_at: &str) -> Duration {
    let secret = json!({ "metadata": { "annotations": { cognigy_sso_api::EXPIRES_AT: expires_at } } }).to_string();
    let context = Context::of(kube::Client::new(Router::new().fallback(async move || secret), "default"));
    let spec = json!({
        "cognigy": { "apiUrl": "https://api.example", "apiKeySecretRef": { "name": "s", "key": "k" } },
        "oidc": { "issuer": "https://i.example", "clientId": "c", "clientSecretRef": { "name": "s", "key": "k" } },
    });
    let object = json!({ "metadata": { "namespace": "sso", "name": "acme" }, "spec": spec });
    let resource = Resource::from(serde_json::from_value::<Watched>(object).unwrap());
    let memory = Memory { rest: Some(Duration::from_hours(24)), ..Memory::default() };
    context.remember(Arc::new(resource), memory, Floors::default()).await.next
}

#[tokio::test]
async fn after_a_restart_a_warning_of_expiry_is_told_when_it_is_due() {
    let within = |days: i64, hours| clock::now() + jiff::SignedDuration::from_hours(24 * days + hours);
    assert_eq!(rests(&within(100, 0).to_string()).await, Duration::from_hours(24));
    assert_eq!(rests(&within(29, 0).to_string()).await, Duration::ZERO);
    let next = rests(&within(30, 1).to_string()).await;
    assert!((Duration::from_mins(59)..=Duration::from_hours(1)).contains(&next), "{next:?}");
}

#[test]
fn the_pause_before_another_write_doubles_to_five_minutes_with_jitter() {
    for _ in 0..100 {
        let mut memory = Memory::default();
        for longest in [5, 10, 20, 40, 80, 160, 300, 300, 300] {
            let longest = Duration::from_secs(longest);
            let pause = memory.write_again();
            assert!((longest / 2..=longest).contains(&pause), "{pause:?} of {longest:?}");
        }
    }
    let pauses: std::collections::BTreeSet<_> = (0..100).map(|_| Memory::default().write_again()).collect();
    assert!(pauses.len() > 50, "they differ");
}
