//! The watches: resources, and the metadata of Secrets and ConfigMaps.

mod stream;

use std::fmt::{self, Debug};

use cognigy_sso_decide::ObjectKind;
use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::ObjectMeta;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;

use crate::permitted::{ObjectName, Permitted};
use crate::selector::LabelSelector;
use crate::watched::{Key, Outline, Watched};

use stream::Selection;

/// What `/readyz` says while the watches are not complete.
pub(super) const WAITS_FOR: &str = "the first list of resources, Secrets and ConfigMaps";

/// Which resources the operator looks after.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Their namespaces; all where none is named.
    pub(crate) namespaces: Vec<String>,
    /// Their labels; any where there is no selector.
    pub(crate) selector: Option<LabelSelector>,
    /// The Secrets and ConfigMaps that may be used. Watches show no others: a Secret that gets the labels comes, and one that
    /// loses them goes.
    pub(crate) permitted: Permitted,
}

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    Resources,
    Objects(ObjectKind),
}

/// One watch: of what, in which namespace, and of which name; of all where none is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Watch {
    pub(super) subject: Subject,
    pub(super) namespace: Option<Box<str>>,
    pub(super) name: Option<Box<str>>,
}

impl Watch {
    /// Would it show an object of this key?
    pub(super) fn covers(&self, key: &Key) -> bool {
        let is = |wanted: &Option<Box<str>>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.namespace, key.namespace()) && is(&self.name, key.name())
    }

    /// What to do about this error, where it does not tell.
    pub(super) fn mend(&self, error: &watcher::Error) -> &'static str {
        match error {
            watcher::Error::WatchStartFailed(kube::Error::Api(answer))
            | watcher::Error::InitialListFailed(kube::Error::Api(answer))
                if self.subject == Subject::Resources && answer.code == 404 =>
            {
                ": install the definition, which `cognigy-sso-operator crd` prints"
            }
            _ => "",
        }
    }
}

/// As the log names it.
impl fmt::Display for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.subject {
            Subject::Resources => "identityproviderconfigs",
            Subject::Objects(ObjectKind::Secret) => "secrets",
            Subject::Objects(ObjectKind::ConfigMap) => "configmaps",
        })?;
        match (&self.name, &self.namespace) {
            (Some(name), Some(namespace)) => write!(formatter, " {name} in namespace {namespace}"),
            (Some(name), None) => write!(formatter, " {name} in all namespaces"),
            (None, Some(namespace)) => write!(formatter, " in namespace {namespace}"),
            (None, None) => formatter.write_str(" in all namespaces"),
        }
    }
}

/// A Secret or ConfigMap as a watch shows it.
pub(super) struct Object {
    pub(super) key: Key,
    /// uid and resourceVersion; `None` when it is gone.
    pub(super) version: Option<(Box<str>, Box<str>)>,
}

/// What a watch says.
pub(super) enum News {
    /// A list begins: whatever it does not show is gone when it ends.
    ListBegins,
    ListEnds,
    Applied(Box<Watched>),
    /// An object without a name, in this namespace: nothing can be said of it there.
    Nameless(Box<str>),
    /// A resource is gone, as of this version.
    Gone(Key, Option<u64>),
    Object(ObjectKind, Object),
    Failed(watcher::Error),
}

type NewsStream = BoxStream<'static, (Watch, News)>;

/// All watches. Those of Secrets and ConfigMaps begin when the resources are known, so that nothing is kept of objects that
/// nobody refers to.
pub(super) struct Watches {
    client: Client,
    scope: Scope,
    streams: SelectAll<NewsStream>,
    /// Watches whose first list is not complete.
    incomplete: Vec<Watch>,
    knows_resources: bool,
}

impl Watches {
    pub(super) fn new(client: Client, scope: &Scope) -> Self {
        let mut watches = Self {
            client,
            scope: scope.clone(),
            streams: SelectAll::new(),
            incomplete: Vec::new(),
            knows_resources: false,
        };
        watches.begin(Subject::Resources);
        watches
    }

    /// Is every first list complete?
    pub(super) fn synced(&self) -> bool {
        self.knows_resources && self.incomplete.is_empty()
    }

    /// The next news of any watch.
    pub(super) async fn next(&mut self) -> Option<(Watch, News)> {
        let (watch, news) = self.streams.next().await?;
        // A watch that is not allowed would hold up everything; what it would tell is found out by reading instead.
        if matches!(news, News::ListEnds) || (matches!(news, News::Failed(_)) && watch.subject != Subject::Resources) {
            self.incomplete.retain(|incomplete| *incomplete != watch);
        }
        if self.incomplete.is_empty() && !self.knows_resources {
            self.knows_resources = true;
            self.begin(Subject::Objects(ObjectKind::Secret));
            self.begin(Subject::Objects(ObjectKind::ConfigMap));
        }
        Some((watch, news))
    }

    /// Begins every watch that this subject takes.
    fn begin(&mut self, subject: Subject) {
        let namespaces = each(self.scope.namespaces.iter().map(String::as_str));
        let names = match subject {
            Subject::Resources => vec![None],
            Subject::Objects(kind) => each(self.scope.permitted.names(kind).iter().map(ObjectName::as_str)),
        };
        for namespace in &namespaces {
            for name in &names {
                let watch = Watch { subject, namespace: namespace.clone(), name: name.clone() };
                self.streams.push(self.open(&watch));
                self.incomplete.push(watch);
            }
        }
    }

    fn open(&self, watch: &Watch) -> NewsStream {
        let client = self.client.clone();
        let namespace = watch.namespace.as_deref();
        let labels = match watch.subject {
            Subject::Resources => self.scope.selector.as_ref(),
            Subject::Objects(kind) => self.scope.permitted.labels(kind),
        };
        let selection = selection(labels, watch.name.as_deref());
        match watch.subject {
            Subject::Resources => news(watch, scoped::<Watched>(client, namespace), selection, resource_news),
            Subject::Objects(ObjectKind::Secret) => {
                let api = scoped::<Outline<Secret>>(client, namespace);
                news(watch, api, selection, |object, gone| object_news(ObjectKind::Secret, object.metadata, gone))
            }
            Subject::Objects(ObjectKind::ConfigMap) => {
                let api = scoped::<Outline<ConfigMap>>(client, namespace);
                news(watch, api, selection, |object, gone| object_news(ObjectKind::ConfigMap, object.metadata, gone))
            }
        }
    }
}

/// Each of these; without any, one that stands for all.
fn each<'a>(named: impl Iterator<Item = &'a str>) -> Vec<Option<Box<str>>> {
    let named: Vec<_> = named.map(|name| Some(name.into())).collect();
    if named.is_empty() { vec![None] } else { named }
}

/// The API server takes a rule with resource names for enough where one name is asked for, in all namespaces too.
fn selection(labels: Option<&LabelSelector>, name: Option<&str>) -> Selection {
    let fields = name.map(|name| format!("metadata.name={name}"));
    Selection { labels: labels.map(ToString::to_string), fields }
}

fn scoped<K>(client: Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    }
}

fn news<K>(watch: &Watch, api: Api<K>, selection: Selection, tell: fn(K, bool) -> News) -> NewsStream
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let watch = watch.clone();
    let events = stream::events(api, selection).default_backoff();
    let told = events.map(move |event| match event {
        Ok(Event::Init) => News::ListBegins,
        Ok(Event::InitDone) => News::ListEnds,
        Ok(Event::InitApply(object) | Event::Apply(object)) => tell(object, false),
        Ok(Event::Delete(object)) => tell(object, true),
        Err(error) => News::Failed(error),
    });
    told.map(move |news| (watch.clone(), news)).boxed()
}

fn resource_news(resource: Watched, gone: bool) -> News {
    let key = resource.key();
    if key.name().is_empty() {
        return News::Nameless(key.namespace().into());
    }
    if !gone {
        return News::Applied(Box::new(resource));
    }
    let version = resource.meta().resource_version.as_ref().and_then(|version| version.parse().ok());
    News::Gone(key, version)
}

fn object_news(kind: ObjectKind, meta: ObjectMeta, gone: bool) -> News {
    let Some(name) = meta.name.filter(|name| !name.is_empty()) else {
        return News::Nameless(meta.namespace.unwrap_or_default().into());
    };
    let key = Key::new(meta.namespace.as_deref().unwrap_or_default(), &name);
    let text = |text: Option<String>| text.unwrap_or_default().into_boxed_str();
    let version = (!gone).then(|| (text(meta.uid), text(meta.resource_version)));
    News::Object(kind, Object { key, version })
}

#[cfg(test)]
mod tests;
