//! What was asked of the API server and of the world outside, counted where it arrives.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::Value;

use crate::report::{Run, number};
use crate::world::World;

/// Counts by what was asked for, at one moment.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Requests that the API server got, `PATCH identityproviderconfigs/status` and so on.
    pub kubernetes: BTreeMap<String, u64>,
    /// Requests that the stand-ins got.
    pub outside: BTreeMap<String, u64>,
}

impl Calls {
    /// Counts so far.
    ///
    /// # Errors
    /// When the API server does not tell its metrics.
    pub async fn so_far(world: &World) -> anyhow::Result<Self> {
        let request = http::Request::get("/metrics").body(Vec::new())?;
        let metrics = world.client.request_text(request).await.context("reading the API server's metrics")?;
        Ok(Self { kubernetes: kubernetes(&metrics), outside: outside(world) })
    }

    /// What came since an earlier moment.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            kubernetes: difference(&self.kubernetes, &earlier.kubernetes),
            outside: difference(&self.outside, &earlier.outside),
        }
    }

    /// Notes what of this came to each of so many.
    pub fn note(&self, when: &str, each: f64, run: &mut Run) {
        for (name, count) in &self.kubernetes {
            run.note(format!("{when}: Kubernetes, {name}"), "for each", number(*count) / each);
        }
        run.note(format!("{when}: outside calls"), "for each", number(self.outside_total()) / each);
        for (name, count) in &self.outside {
            run.note(format!("{when}: outside, {name}"), "for each", number(*count) / each);
        }
    }

    /// All requests that the stand-ins got.
    #[must_use]
    pub fn outside_total(&self) -> u64 {
        self.outside.values().sum()
    }

    /// Writes of the resource and its status.
    #[must_use]
    pub fn writes(&self) -> u64 {
        let is_write = |name: &str| {
            let (verb, resource) = name.split_once(' ').unwrap_or_default();
            ["APPLY", "PATCH", "PUT"].contains(&verb) && resource.starts_with("identityproviderconfigs")
        };
        self.kubernetes.iter().filter(|(name, _)| is_write(name)).map(|(_, count)| count).sum()
    }
}

/// Requests that the stand-ins got so far.
#[must_use]
pub fn outside(world: &World) -> BTreeMap<String, u64> {
    let cognigy = world.cognigy.counts().into_iter().map(|(operation, count)| (name(&operation), count.calls));
    let provider = world.provider.counts().into_iter().map(|(operation, count)| (name(&operation), count.calls));
    cognigy.chain(provider).collect()
}

/// All requests that the stand-ins got so far.
#[must_use]
pub fn outside_total(world: &World) -> u64 {
    outside(world).values().sum()
}

fn name(operation: &impl serde::Serialize) -> String {
    serde_json::to_value(operation).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The resources that an operator has to do with. Watches are counted when they end, so they are left out.
const RESOURCES: [&str; 5] = ["identityproviderconfigs", "secrets", "configmaps", "events", "leases"];

fn kubernetes(metrics: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in metrics.lines() {
        let Some((labels, value)) =
            line.strip_prefix("apiserver_request_total{").and_then(|rest| rest.split_once("} "))
        else {
            continue;
        };
        let label = |name: &str| labels.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        let (Some(resource), Some(verb), Ok(value)) = (label(",resource"), label("verb"), value.parse::<Value>())
        else {
            continue;
        };
        if !RESOURCES.contains(&resource) || verb == "WATCH" {
            continue;
        }
        let subresource = label("subresource").filter(|name| !name.is_empty());
        let what = subresource.map_or_else(|| resource.to_owned(), |name| format!("{resource}/{name}"));
        *counts.entry(format!("{verb} {what}")).or_default() += value.as_u64().unwrap_or_default();
    }
    counts
}

fn difference(later: &BTreeMap<String, u64>, earlier: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let since = |(name, count): (&String, &u64)| {
        let count = count - earlier.get(name).copied().unwrap_or_default();
        (count > 0).then(|| (name.clone(), count))
    };
    later.iter().filter_map(since).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn codes_are_summed_and_watches_left_out() {
        let line = |verb: &str, resource: &str, sub: &str, code: u16, count: u64| {
            format!(
                "apiserver_request_total{{code=\"{code}\",component=\"apiserver\",dry_run=\"\",group=\"g\",\
                 resource=\"{resource}\",scope=\"namespace\",subresource=\"{sub}\",verb=\"{verb}\",version=\"v1\"}} {count}\n"
            )
        };
        let metrics = [
            "# HELP apiserver_request_total x\n".to_owned(),
            line("APPLY", "identityproviderconfigs", "status", 200, 7),
            line("APPLY", "identityproviderconfigs", "status", 409, 2),
            line("WATCH", "identityproviderconfigs", "", 200, 3),
            line("GET", "nodes", "", 200, 5),
        ]
        .concat();
        let counted = kubernetes(&metrics);
        assert_eq!(counted, BTreeMap::from([("APPLY identityproviderconfigs/status".to_owned(), 9)]));
        assert_eq!(difference(&counted, &counted), BTreeMap::new());
    }

    #[test]
    fn reading_is_no_write() {
        let counts =
            [("APPLY identityproviderconfigs/status", 3), ("GET identityproviderconfigs", 5), ("PUT leases", 7)];
        let kubernetes = counts.map(|(name, count)| (name.to_owned(), count)).into();
        assert_eq!(Calls { kubernetes, outside: BTreeMap::new() }.writes(), 3);
    }
}
