//! Hostile resources: each has a plan, and what is said of one that cannot be read is bounded.

use std::path::Path;

use cognigy_sso_decide::{Observed, Resource, plan};
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;

use super::Watched;
use crate::observe::References;

#[test]
fn resources() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/resources");
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    try_all(Path::new(folder), |input| {
        let Ok(watched) = serde_json::from_slice::<Watched>(input) else { return Ok(()) };
        watched.key();
        let resource = Resource::from(watched);
        match &resource.spec {
            Ok(spec) => prop_assert!(References::of(spec).0.len() <= 5),
            Err(problem) => prop_assert!(problem.len() <= 512, "{}", problem),
        }
        prop_assert!(resource.requested_at.as_ref().is_none_or(|asked| asked.len() <= 512));
        drop(plan(&resource, &Observed::nothing(), now));
        Ok(())
    });
}
