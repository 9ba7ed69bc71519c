//! Writes what is to be reported: status and finalizer by server-side apply, events beside the way.

use std::time::Duration;

use cognigy_sso_api::{FINALIZER, GROUP, IdentityProviderConfig, IdentityProviderConfigStatus};
use cognigy_sso_decide::{Event, Resource};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::{Patch, PatchParams};
use kube::runtime::events::{Event as Published, EventType, Recorder, Reporter};
use kube::{Api, Client, Resource as _};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::watched::Watched;

const FIELD_MANAGER: &str = "cognigy-sso-operator";
/// How long the API server may take for a write.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Events that wait to be published; what comes on top of that is dropped.
const BACKLOG: usize = 1024;
/// The longest note that Kubernetes takes, in bytes.
const LONGEST_NOTE: usize = 1024;

/// Why something could not be written.
#[derive(Debug)]
pub(crate) enum WriteFault {
    /// The resource is gone.
    Gone,
    /// The API server refused it or did not answer.
    Failed(String),
}

/// Writes to the Kubernetes API.
pub(crate) struct Writer {
    client: Client,
    events: mpsc::Sender<(ObjectReference, Event)>,
}

impl Writer {
    /// A writer, and the task that publishes its events until the writer is dropped.
    pub(crate) fn new(client: Client) -> (Self, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let publishing = publish(client.clone(), receiver);
        (Self { client, events: sender }, publishing)
    }

    /// Writes the status and answers with the resource as it is now.
    pub(crate) async fn status(
        &self,
        resource: &Resource,
        status: &IdentityProviderConfigStatus,
    ) -> Result<Resource, WriteFault> {
        let patch = document(resource, None, Some(status));
        let api = self.api(resource);
        self.write(api.patch_status(&resource.name, &params(), &Patch::Apply(patch))).await
    }

    /// Puts the finalizer on or takes it off, and answers with the resource as it is now.
    pub(crate) async fn finalizer(&self, resource: &Resource, present: bool) -> Result<Resource, WriteFault> {
        let finalizers: &[&str] = if present { &[FINALIZER] } else { &[] };
        let patch = document(resource, Some(finalizers), None);
        let api = self.api(resource);
        self.write(api.patch(&resource.name, &params(), &Patch::Apply(patch))).await
    }

    /// Publishes events beside the way: nothing waits for them.
    pub(crate) fn events(&self, resource: &Resource, events: Vec<Event>) {
        for event in events {
            tracing::info!(namespace = %resource.namespace, name = %resource.name, reason = event.kind.reason(), "{}", event.note);
            if self.events.try_send((reference(resource), event)).is_err() {
                tracing::warn!("too many events wait to be published: one is dropped");
            }
        }
    }

    fn api(&self, resource: &Resource) -> Api<Watched> {
        Api::namespaced(self.client.clone(), &resource.namespace)
    }

    async fn write(&self, patch: impl Future<Output = kube::Result<Watched>>) -> Result<Resource, WriteFault> {
        match tokio::time::timeout(TIMEOUT, patch).await {
            Ok(Ok(written)) => Ok(written.into()),
            Ok(Err(kube::Error::Api(status))) if status.code == 404 => Err(WriteFault::Gone),
            Ok(Err(error)) => Err(WriteFault::Failed(error.to_string())),
            Err(_) => Err(WriteFault::Failed("the API server does not answer".to_owned())),
        }
    }
}

fn params() -> PatchParams {
    PatchParams::apply(FIELD_MANAGER).force()
}

/// A document for server-side apply. The uid makes the API server refuse it for another resource of the same name.
fn document(resource: &Resource, finalizers: Option<&[&str]>, status: Option<&IdentityProviderConfigStatus>) -> Value {
    let mut document = json!({
        "apiVersion": IdentityProviderConfig::api_version(&()),
        "kind": IdentityProviderConfig::kind(&()),
        "metadata": { "name": resource.name, "uid": resource.uid, "finalizers": finalizers },
        "status": status,
    });
    strip_nulls(&mut document);
    document
}

/// What is not given is not applied at all.
fn strip_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(strip_nulls);
    }
}

fn reference(resource: &Resource) -> ObjectReference {
    ObjectReference {
        api_version: Some(IdentityProviderConfig::api_version(&()).into_owned()),
        kind: Some(IdentityProviderConfig::kind(&()).into_owned()),
        name: Some(resource.name.to_string()),
        namespace: Some(resource.namespace.to_string()),
        uid: Some(resource.uid.to_string()),
        ..ObjectReference::default()
    }
}

async fn publish(client: Client, mut events: mpsc::Receiver<(ObjectReference, Event)>) {
    let reporter = Reporter { controller: format!("{GROUP}/{FIELD_MANAGER}"), instance: None };
    while let Some((regarding, event)) = events.recv().await {
        let published = Published {
            type_: if event.kind.is_warning() { EventType::Warning } else { EventType::Normal },
            reason: event.kind.reason().to_owned(),
            note: Some(cut(&event.note).to_owned()),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        // A recorder keeps what it published to count repetitions; each happening is published once, so there is none.
        let recorder = Recorder::new(client.clone(), reporter.clone());
        if let Err(error) = recorder.publish(&published, &regarding).await {
            tracing::warn!(%error, reason = published.reason, "an event could not be published");
        }
    }
}

fn cut(note: &str) -> &str {
    note.get(..note.floor_char_boundary(LONGEST_NOTE)).unwrap_or_default()
}
