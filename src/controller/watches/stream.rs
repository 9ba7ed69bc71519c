//! One watch, whose first list is streamed: one request shows what there is and then what changes, where pages take one each.
//!
//! kube's own watcher streams whatever the API server happens to have in its cache. Who takes over as leader must know what was
//! put on record by whoever led before, so this one asks for a list as new as the request.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{BoxStream, Stream, unfold};
use kube::api::{WatchEvent, WatchParams};
use kube::core::Status;
use kube::runtime::watcher::{self, Error, Event, watcher};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

/// What the bookmark is annotated with that ends a list.
const LIST_ENDS: &str = "k8s.io/initial-events-end";
/// How long the API server keeps a watch open, in seconds.
const OPEN: u32 = 290;
/// How long nothing may come: the connection is dead if the API server has not even ended the watch by then.
const SILENCE: Duration = Duration::from_secs(OPEN as u64 + 5);

type Shown<K> = BoxStream<'static, kube::Result<WatchEvent<K>>>;
type Step<K> = (Option<watcher::Result<Event<K>>>, State<K>);

/// How far a watch is.
enum State<K> {
    /// Nothing is known.
    Unknown,
    /// The list is being shown.
    Listing(Shown<K>),
    /// All is known, and changes since this version are being shown.
    Following(Shown<K>, String),
    /// All is known as of this version, and nothing is being shown.
    Known(String),
    /// The API server streams no lists: it is asked for pages.
    Paged(BoxStream<'static, watcher::Result<Event<K>>>),
}

/// What there is, and then what changes, without an end. After an error it goes on where it was, as soon as it is asked.
pub(super) fn events<K>(
    api: Api<K>,
    config: watcher::Config,
) -> impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    unfold((Asker { api, config }, State::Unknown), |(asker, mut state)| async move {
        loop {
            let (event, next) = asker.step(state).await;
            state = next;
            if let Some(event) = event {
                return Some((event, (asker, state)));
            }
        }
    })
}

/// Who asks, and for what.
struct Asker<K> {
    api: Api<K>,
    config: watcher::Config,
}

impl<K> Asker<K>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    async fn step(&self, state: State<K>) -> Step<K> {
        match state {
            State::Unknown => self.list().await,
            State::Listing(mut shown) => match next(&mut shown).await {
                Some(event) => listed(event, shown),
                None => (Some(Err(Error::WatchFailed(incomplete()))), State::Unknown),
            },
            State::Following(mut shown, version) => match next(&mut shown).await {
                Some(event) => followed(event, shown, version),
                None => (None, State::Known(version)),
            },
            State::Known(version) => match self.api.watch(&self.params(false), &version).await {
                Ok(shown) => (None, State::Following(shown.boxed(), version)),
                Err(error) => {
                    let state = match &error {
                        kube::Error::Api(status) => unless_forgotten(status, State::Known(version)),
                        _ => State::Known(version),
                    };
                    (Some(Err(Error::WatchStartFailed(error))), state)
                }
            },
            State::Paged(mut events) => (events.next().await, State::Paged(events)),
        }
    }

    /// Begins a list. Without a version it is as new as the request.
    async fn list(&self) -> Step<K> {
        match self.api.watch(&self.params(true), "").await {
            Ok(shown) => (Some(Ok(Event::Init)), State::Listing(shown.boxed())),
            Err(kube::Error::Api(status)) if streams_no_lists(&status) => {
                (None, State::Paged(watcher(self.api.clone(), self.config.clone()).boxed()))
            }
            Err(error) => (Some(Err(Error::WatchStartFailed(error))), State::Unknown),
        }
    }

    fn params(&self, send_initial_events: bool) -> WatchParams {
        WatchParams {
            label_selector: self.config.label_selector.clone(),
            field_selector: self.config.field_selector.clone(),
            timeout: Some(OPEN),
            bookmarks: true,
            send_initial_events,
        }
    }
}

/// Without the feature gate `WatchList`, which Kubernetes 1.33 does not set, the API server forbids the field. Whatever else it
/// calls invalid, it will say of a page too.
fn streams_no_lists(status: &Status) -> bool {
    status.is_invalid()
}

/// `None` at the end, and when nothing comes any more.
async fn next<K>(shown: &mut Shown<K>) -> Option<kube::Result<WatchEvent<K>>> {
    timeout(SILENCE, shown.next()).await.ok().flatten()
}

fn incomplete() -> kube::Error {
    kube::Error::ReadEvents(io::Error::new(io::ErrorKind::UnexpectedEof, "the list ended before it was complete"))
}

fn listed<K>(event: kube::Result<WatchEvent<K>>, shown: Shown<K>) -> Step<K> {
    match event {
        Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => {
            (Some(Ok(Event::InitApply(object))), State::Listing(shown))
        }
        Ok(WatchEvent::Deleted(object)) => (Some(Ok(Event::Delete(object))), State::Listing(shown)),
        Ok(WatchEvent::Bookmark(mark)) if mark.metadata.annotations.contains_key(LIST_ENDS) => {
            (Some(Ok(Event::InitDone)), State::Following(shown, mark.metadata.resource_version))
        }
        Ok(WatchEvent::Bookmark(_)) => (None, State::Listing(shown)),
        Ok(WatchEvent::Error(status)) => refused(status, State::Listing(shown)),
        Err(error) => (Some(Err(Error::WatchFailed(error))), State::Listing(shown)),
    }
}

fn followed<K: Resource>(event: kube::Result<WatchEvent<K>>, shown: Shown<K>, version: String) -> Step<K> {
    match event {
        Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => changed(object, Event::Apply, shown, version),
        Ok(WatchEvent::Deleted(object)) => changed(object, Event::Delete, shown, version),
        Ok(WatchEvent::Bookmark(mark)) => (None, State::Following(shown, mark.metadata.resource_version)),
        Ok(WatchEvent::Error(status)) => refused(status, State::Following(shown, version)),
        Err(error) => (Some(Err(Error::WatchFailed(error))), State::Following(shown, version)),
    }
}

/// What is new of an object, which is as of its own version now.
fn changed<K: Resource>(object: K, news: fn(K) -> Event<K>, shown: Shown<K>, version: String) -> Step<K> {
    let version = object.resource_version().unwrap_or(version);
    (Some(Ok(news(object))), State::Following(shown, version))
}

fn refused<K>(status: Box<Status>, state: State<K>) -> Step<K> {
    let state = unless_forgotten(&status, state);
    (Some(Err(Error::WatchError(status))), state)
}

/// What has changed since the version that is known may be forgotten by now: all is listed anew then.
fn unless_forgotten<K>(status: &Status, state: State<K>) -> State<K> {
    if status.code == 410 { State::Unknown } else { state }
}

#[cfg(test)]
mod tests;
