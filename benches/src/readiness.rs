//! Which resources are Ready, seen as any client sees it: by a watch.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cognigy_sso_api::IdentityProviderConfig;
use futures::{StreamExt as _, TryStreamExt as _};
use indicatif::ProgressBar;
use kube::api::DynamicObject;
use kube::core::ApiResource;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, ResourceExt as _};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::world::{NAMESPACE, World};

/// Nothing that is measured is so slow that it would change nothing for this long.
const PATIENCE: Duration = Duration::from_mins(2);

/// A watch that goes on until dropped.
pub struct Readiness {
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The resources that there are, and when each was first seen Ready.
    resources: HashMap<String, Option<Instant>>,
    /// How many of them were seen Ready.
    ready: usize,
    /// When the last of these was seen.
    last: Option<Instant>,
    listed: bool,
}

impl Drop for Readiness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Readiness {
    /// Begins to watch, and returns when all that was there has been seen.
    ///
    /// # Errors
    /// When the API server does not let it.
    pub async fn watch(world: &World) -> anyhow::Result<Self> {
        let (sender, mut state) = watch::channel(State::default());
        let task = tokio::spawn(follow(world.client.clone(), sender));
        let listed = state.wait_for(|state| state.listed).await.map(drop);
        listed.context("the resources cannot be watched")?;
        Ok(Self { state, task })
    }

    /// Waits until `wanted` are Ready and says when the last of them was seen.
    ///
    /// # Errors
    /// When for two minutes not one more becomes Ready.
    pub async fn until(&mut self, wanted: usize, progress: &ProgressBar) -> anyhow::Result<Instant> {
        progress.set_length(wanted as u64);
        self.wait(wanted, |state| state.ready, progress)
            .await
            .with_context(|| format!("{wanted} should become Ready"))?;
        self.state.borrow().last.context("none is wanted")
    }

    /// Waits until this one is Ready and says when that was seen.
    ///
    /// # Errors
    /// When it takes more than two minutes.
    pub async fn of(&mut self, name: &str) -> anyhow::Result<Instant> {
        let seen = |state: &State| state.resources.get(name).copied().flatten();
        let waiting = self.state.wait_for(|state| seen(state).is_some());
        let state = tokio::time::timeout(PATIENCE, waiting).await.with_context(|| format!("{name} is not Ready"))??;
        seen(&state).context("it was there")
    }

    /// Waits until there are no resources.
    ///
    /// # Errors
    /// When for two minutes not one more goes.
    pub async fn until_none(&mut self, progress: &ProgressBar) -> anyhow::Result<()> {
        let all = self.state.borrow().resources.len();
        progress.set_length(all as u64);
        let gone = |state: &State| all.saturating_sub(state.resources.len());
        self.wait(all, gone, progress).await.context("all resources should go")
    }

    async fn wait(
        &mut self,
        wanted: usize,
        count: impl Fn(&State) -> usize,
        progress: &ProgressBar,
    ) -> anyhow::Result<()> {
        let mut last = (usize::MAX, Instant::now());
        loop {
            let now = count(&self.state.borrow_and_update());
            progress.set_position(now as u64);
            if now >= wanted {
                return Ok(());
            }
            if now != last.0 {
                last = (now, Instant::now());
            }
            let left = PATIENCE.saturating_sub(last.1.elapsed());
            let changed = tokio::time::timeout(left, self.state.changed()).await;
            changed.with_context(|| format!("it stays at {now} of {wanted}"))?.context("the watch has ended")?;
        }
    }
}

async fn follow(client: Client, state: watch::Sender<State>) {
    let kind = ApiResource::erase::<IdentityProviderConfig>(&());
    let api: Api<DynamicObject> = Api::namespaced_with(client, NAMESPACE, &kind);
    let mut events = watcher::watcher(api, watcher::Config::default()).boxed();
    // Who waits is told that the watch has ended.
    while let Ok(Some(event)) = events.try_next().await {
        state.send_modify(|state| state.enter(event));
    }
}

impl State {
    fn enter(&mut self, event: Event<DynamicObject>) {
        match event {
            Event::Init => *self = Self::default(),
            Event::InitDone => self.listed = true,
            Event::InitApply(resource) | Event::Apply(resource) => self.apply(&resource),
            Event::Delete(resource) => {
                let was_ready = self.resources.remove(&resource.name_any()).flatten().is_some();
                self.ready -= usize::from(was_ready);
            }
        }
    }

    fn apply(&mut self, resource: &DynamicObject) {
        let since = self.resources.entry(resource.name_any()).or_default();
        if since.is_none() && is_ready(resource) {
            *since = Some(Instant::now());
            self.last = *since;
            self.ready += 1;
        }
    }
}

fn is_ready(resource: &DynamicObject) -> bool {
    let conditions = resource.data.pointer("/status/conditions").and_then(Value::as_array);
    let is = |condition: &Value, name: &str, value: &str| condition.get(name).and_then(Value::as_str) == Some(value);
    conditions.into_iter().flatten().any(|condition| is(condition, "type", "Ready") && is(condition, "status", "True"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(name: &str, ready: &str) -> DynamicObject {
        let conditions = json!([{ "type": "Stalled", "status": "True" }, { "type": "Ready", "status": ready }]);
        serde_json::from_value(json!({ "metadata": { "name": name }, "status": { "conditions": conditions } })).unwrap()
    }

    #[test]
    fn each_is_counted_once_and_not_after_it_has_gone() {
        let mut state = State::default();
        state.enter(Event::InitApply(resource("a", "True")));
        state.enter(Event::InitDone);
        let first = state.last;
        state.enter(Event::Apply(resource("a", "True")));
        state.enter(Event::Apply(resource("b", "False")));
        assert_eq!((state.ready, state.resources.len(), state.last), (1, 2, first));
        state.enter(Event::Delete(resource("a", "True")));
        state.enter(Event::Delete(resource("b", "False")));
        assert_eq!((state.ready, state.resources.len()), (0, 0));
    }
}
