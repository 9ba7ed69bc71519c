//! Waiting for what comes to be.

use std::time::Duration;

use cognigy_sso_api::{
    Condition, ConditionStatus, ConditionType, IdentityProviderConfig, RECONCILE_REQUESTED_AT, Reason,
};
use serde_json::json;

use super::World;

/// How long anything may take before a test gives up. Far above what it takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_mins(1);

impl World {
    /// Waits until the resource fulfils `wanted`.
    pub async fn until(
        &self,
        name: &str,
        what: &str,
        wanted: impl Fn(&IdentityProviderConfig) -> bool,
    ) -> IdentityProviderConfig {
        let mut last = None;
        let found = eventually(async || {
            last = self.idps().get_opt(name).await.unwrap();
            last.clone().filter(&wanted)
        });
        if let Some(found) = found.await {
            return found;
        }
        let seen = last.map(|last| (last.metadata.generation, last.spec, last.status));
        panic!("{name} never was {what}:\n{}", serde_json::to_string_pretty(&seen).unwrap())
    }

    /// Waits until the resource is ready in its present generation.
    pub async fn ready(&self, name: &str) -> IdentityProviderConfig {
        self.until(name, "Ready", is_ready).await
    }

    /// Waits until this condition has this status and reason in the resource's present generation.
    pub async fn condition(
        &self,
        name: &str,
        r#type: ConditionType,
        status: ConditionStatus,
        reason: Reason,
    ) -> Condition {
        let what = format!("{type:?}={status:?}, reason {reason}");
        let holds = |condition: &Condition| condition.status == status && condition.reason == reason;
        let resource = self.until(name, &what, |resource| current(resource, r#type).is_some_and(|c| holds(&c))).await;
        current(&resource, r#type).unwrap()
    }

    /// Asks for a check now, and waits until it was made.
    pub async fn check(&self, name: &str) -> IdentityProviderConfig {
        let asked = jiff::Timestamp::now().to_string();
        self.patch(name, json!({ "metadata": { "annotations": { RECONCILE_REQUESTED_AT: asked } } })).await;
        let is_made = |resource: &IdentityProviderConfig| {
            let handled = resource.status.as_ref().and_then(|status| status.last_handled_reconcile_at.as_deref());
            handled == Some(&asked)
        };
        self.until(name, "checked", is_made).await
    }

    /// Waits until the resource has had these events, whatever else it has had.
    pub async fn has_events(&self, name: &str, wanted: &[&str]) {
        let has_all = eventually(async || {
            let events = self.events(name).await;
            wanted.iter().all(|reason| events.iter().any(|event| event == reason)).then_some(())
        });
        assert!(has_all.await.is_some(), "{wanted:?} are not all among {:?}", self.events(name).await);
    }

    /// Waits until Cognigy.AI holds the value of this name.
    pub async fn holds(&self, secret: &str) {
        let held = eventually(async || (self.configured_secret().as_deref() == Some(secret)).then_some(())).await;
        assert!(held.is_some(), "Cognigy.AI holds {:?}, not {secret}", self.configured_secret());
    }

    /// Waits until the resource is gone.
    pub async fn gone(&self, name: &str) {
        let gone = eventually(async || self.idps().get_opt(name).await.unwrap().is_none().then_some(())).await;
        assert!(gone.is_some(), "{name} is still there");
    }
}

/// The condition, if it is about the present generation.
pub fn current(resource: &IdentityProviderConfig, r#type: ConditionType) -> Option<Condition> {
    let condition = resource.status.as_ref()?.condition(r#type)?;
    (Some(condition.observed_generation) == resource.metadata.generation).then(|| condition.clone())
}

pub fn is_ready(resource: &IdentityProviderConfig) -> bool {
    current(resource, ConditionType::Ready).is_some_and(|ready| ready.status == ConditionStatus::True)
}

/// Asks again and again until there is an answer; `None` when patience ends.
pub async fn eventually<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.ok()
}
