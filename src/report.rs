//! Writes what is to be reported: the status as a whole, the finalizer by server-side apply, events beside the way.

use std::time::Duration;

use cognigy_sso_api::{FINALIZER, GROUP, IdentityProviderConfig, IdentityProviderConfigStatus};
use cognigy_sso_decide::{Event, Resource};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::{ObjectMeta, Patch, PatchParams, TypeMeta};
use kube::core::Request;
use kube::runtime::events::{Event as Published, EventType, Recorder, Reporter};
use kube::{Api, Client, Resource as _};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tracing::{Instrument as _, Span};

use crate::author::{self, FIELD_MANAGER};
use crate::causes;
use crate::metrics::Metrics;
use crate::traces;
use crate::watched::{Outline, Watched};

/// How long the API server may take for a write or an event.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a write is tried that others come before.
const MOST_TRIES: usize = 5;
/// Events that wait to be published; what comes on top of that is dropped.
const BACKLOG: usize = 1024;
const NO_ANSWER: &str = "the API server does not answer";
/// The longest note that Kubernetes takes, in bytes.
const LONGEST_NOTE: usize = 1024;

/// Why something could not be written.
#[derive(Debug)]
pub(crate) enum WriteFault {
    /// The resource is gone, or another one bears its name.
    Gone,
    /// The resource was edited meanwhile, and this is it now: what was observed is of the former.
    Edited(Box<Resource>),
    /// The API server refused it or did not answer.
    Failed(String),
}

/// Writes to the Kubernetes API.
pub(crate) struct Writer {
    client: Client,
    events: mpsc::Sender<(ObjectReference, Event, Span)>,
    metrics: Metrics,
}

impl Writer {
    /// A writer, and the task that publishes its events until the writer is dropped.
    pub(crate) fn new(client: Client, metrics: Metrics) -> (Self, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let publishing = publish(client.clone(), receiver, metrics.clone());
        (Self { client, events: sender, metrics }, publishing)
    }

    /// Writes the status and answers with the resource as it is now.
    pub(crate) async fn status(
        &self,
        resource: &Resource,
        status: &IdentityProviderConfigStatus,
    ) -> Result<Resource, WriteFault> {
        self.write(resource, &Content::Status(status)).await
    }

    /// Puts the finalizer on or takes it off, and answers with the resource as it is now. It is taken off whoever put it on: a
    /// restored backup belongs to another field manager. Other finalizers stay.
    pub(crate) async fn finalizer(&self, resource: &Resource, present: bool) -> Result<Resource, WriteFault> {
        self.write(resource, if present { &Content::AddFinalizer } else { &Content::RemoveFinalizer }).await
    }

    /// Publishes events beside the way: nothing waits for them.
    pub(crate) fn events(&self, resource: &Resource, events: Vec<Event>) {
        for event in events {
            let reason = event.kind.reason();
            tracing::info!(namespace = %resource.namespace, name = %resource.name, reason, trace_id = traces::id(), "{}", event.note);
            self.metrics.happened(event.kind);
            if self.events.try_send((reference(resource), event, traces::publish(reason))).is_err() {
                self.metrics.write_failed();
                tracing::warn!("too many events wait to be published: one is dropped");
            }
        }
    }

    fn api(&self, resource: &Resource) -> Api<Watched> {
        Api::namespaced(self.client.clone(), &resource.namespace)
    }

    async fn write(&self, resource: &Resource, content: &Content<'_>) -> Result<Resource, WriteFault> {
        let span = traces::write(content.name());
        let written = self.write_in_turn(resource, content).instrument(span.clone()).await;
        traces::written(&span, &written);
        if matches!(written, Err(WriteFault::Failed(_))) {
            self.metrics.write_failed();
        }
        written
    }

    /// Writes to this very resource: one that was edited meanwhile is written all the same, another one of its name never.
    async fn write_in_turn(&self, resource: &Resource, content: &Content<'_>) -> Result<Resource, WriteFault> {
        let api = self.api(resource);
        let mut version = resource.resource_version;
        for _ in 0..MOST_TRIES {
            if let Some(written) = in_time(send(&api, resource, version, content)).await? {
                return Ok(written.into());
            }
            let now: Resource = in_time(api.get(&resource.name)).await?.ok_or(WriteFault::Gone)?.into();
            if now.uid != resource.uid {
                return Err(WriteFault::Gone);
            }
            version = now.resource_version;
        }
        Err(WriteFault::Failed("it is edited again and again".to_owned()))
    }
}

/// What is written.
enum Content<'a> {
    Status(&'a IdentityProviderConfigStatus),
    AddFinalizer,
    RemoveFinalizer,
}

impl Content<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Status(_) => "write status",
            Self::AddFinalizer => "add finalizer",
            Self::RemoveFinalizer => "remove finalizer",
        }
    }
}

async fn send(api: &Api<Watched>, resource: &Resource, version: u64, content: &Content<'_>) -> kube::Result<Watched> {
    match content {
        Content::Status(status) => {
            let document = Document { status: Some(status), ..Document::of(resource, version) };
            api.replace_subresource("status", &resource.name, &author::post(), &document).await
        }
        Content::AddFinalizer => {
            let mut document = Document::of(resource, version);
            document.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
            let apply = PatchParams::apply(FIELD_MANAGER).force();
            api.patch(&resource.name, &apply, &Patch::Apply(document)).await
        }
        Content::RemoveFinalizer => match remove_only_finalizer(api, resource).await {
            Err(kube::Error::Api(status)) if status.code == 422 => remove_from_finalizers(api, resource).await,
            removed => removed,
        },
    }
}

/// Takes the finalizer off this very resource if it is the only one, which the API server sees for itself: nothing has to be
/// read before. It answers 422 where there are others. What goes with it needs no record of who owns which field: without
/// one, the API server does not work out what the patch makes of it.
async fn remove_only_finalizer(api: &Api<Watched>, resource: &Resource) -> kube::Result<Watched> {
    let test = |path: &str, value: Value| json!({ "op": "test", "path": path, "value": value });
    let forget = json!({ "op": "add", "path": "/metadata/managedFields", "value": [{}] });
    let patch: Vec<_> = [
        test("/metadata/uid", json!(resource.uid)),
        test("/metadata/finalizers", json!([FINALIZER])),
        json!({ "op": "remove", "path": "/metadata/finalizers" }),
    ]
    .into_iter()
    .chain(resource.deleting.then_some(forget))
    .collect();
    let request = Request::new(Watched::url_path(&(), Some(&resource.namespace)));
    let request = request.patch(&resource.name, &author::patch(), &Patch::Merge(patch));
    let mut request = request.map_err(kube::Error::BuildRequest)?;
    // kube has a kind of its own for JSON Patch (RFC 6902), with a crate that applies them: here one is only sent.
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json-patch+json"));
    api.clone().into_client().request(request).await
}

/// Takes the finalizer off, and leaves the others.
async fn remove_from_finalizers(api: &Api<Watched>, resource: &Resource) -> kube::Result<Watched> {
    let outlines = Api::<Outline<Watched>>::namespaced(api.clone().into_client(), &resource.namespace);
    let meta = outlines.get(&resource.name).await?.metadata;
    let mut left = meta.finalizers.unwrap_or_default();
    left.retain(|finalizer| finalizer != FINALIZER);
    let metadata = json!({ "uid": resource.uid, "resourceVersion": meta.resource_version, "finalizers": left });
    api.patch(&resource.name, &author::patch(), &Patch::Merge(json!({ "metadata": metadata }))).await
}

/// `None` when something else was written before.
async fn in_time(answer: impl Future<Output = kube::Result<Watched>>) -> Result<Option<Watched>, WriteFault> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(Ok(resource)) => Ok(Some(resource)),
        Ok(Err(kube::Error::Api(status))) if status.code == 404 => Err(WriteFault::Gone),
        Ok(Err(kube::Error::Api(status))) if status.code == 409 => Ok(None),
        Ok(Err(error)) => Err(WriteFault::Failed(causes::told(&error))),
        Err(_) => Err(WriteFault::Failed(NO_ANSWER.to_owned())),
    }
}

/// This very resource as of this version. The API server takes from what it has all that is not written beside that, of a status
/// that is replaced too.
#[derive(Debug, Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    types: TypeMeta,
    metadata: ObjectMeta,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a IdentityProviderConfigStatus>,
}

impl Document<'_> {
    fn of(resource: &Resource, version: u64) -> Self {
        let metadata = ObjectMeta {
            name: Some(resource.name.to_string()),
            uid: Some(resource.uid.to_string()),
            resource_version: Some(version.to_string()),
            ..ObjectMeta::default()
        };
        Self { types: TypeMeta::resource::<IdentityProviderConfig>(), metadata, status: None }
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

async fn publish(client: Client, mut events: mpsc::Receiver<(ObjectReference, Event, Span)>, metrics: Metrics) {
    let reporter = Reporter { controller: format!("{GROUP}/{FIELD_MANAGER}"), instance: None };
    while let Some((regarding, event, span)) = events.recv().await {
        let published = Published {
            type_: if event.kind.is_warning() { EventType::Warning } else { EventType::Normal },
            reason: event.kind.reason().to_owned(),
            note: Some(cut(&event.note).to_owned()),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        // A recorder keeps what it published to count repetitions; each happening is published once, so there is none.
        let recorder = Recorder::new(client.clone(), reporter.clone());
        let publishing = recorder.publish(&published, &regarding).instrument(span.clone());
        let error = match tokio::time::timeout(TIMEOUT, publishing).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => causes::told(&error),
            Err(_) => NO_ANSWER.to_owned(),
        };
        traces::failed(&span, "failed");
        metrics.write_failed();
        tracing::warn!(error, reason = published.reason, "an event could not be published");
    }
}

fn cut(note: &str) -> &str {
    note.get(..note.floor_char_boundary(LONGEST_NOTE)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
