//! One watch: a list in pages that shows what there is, and then what changes.
//!
//! While a page is being worked off, the API server makes the next one. A streamed list (`sendInitialEvents`) would take one request, but
//! costs the API server twice as much.

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{BoxStream, Stream, unfold};
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::{Request, Status};
use kube::runtime::watcher::{self, Error, Event};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

mod page;

use page::Page;

/// Objects in one page of a list, as many as `kubectl` asks for: two megabytes of resources. Fewer cost the API server more, since
/// each page has its price.
const PAGE_SIZE: u32 = 500;
/// How long the API server keeps a watch open, in seconds.
const OPEN: u32 = 290;
/// How long nothing may come: the connection is dead if the API server has not even ended the watch by then.
const SILENCE: Duration = Duration::from_secs(OPEN as u64 + 5);
/// How long a page may take. The API server gives up after a minute.
const PATIENCE: Duration = Duration::from_secs(65);

type Shown<K> = BoxStream<'static, kube::Result<WatchEvent<K>>>;
type Step<K> = (Option<watcher::Result<Event<K>>>, State<K>);
/// A page that is being asked for, until it is dropped.
type Asked = AbortOnDropHandle<kube::Result<Page>>;

/// How far a watch is.
enum State<K> {
    /// Nothing is known.
    Unknown,
    /// A list is begun, and its first page is to be asked for.
    Asking,
    /// A page of the list is being shown, and the next one is asked for if there is one.
    Listing(Page, Option<Asked>),
    /// All is known, and changes since this version are being shown.
    Following(Shown<K>, String),
    /// All is known as of this version, and nothing is being shown.
    Known(String),
}

/// What there is, and then what changes, without an end. After an error it goes on where it was, as soon as it is asked. `Init` comes
/// before a list is asked for: whatever was shown before it, the list is newer.
pub(super) fn events<K>(
    api: Api<K>,
    selection: Selection,
) -> impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    unfold((Asker { api, selection }, State::Unknown), |(asker, mut state)| async move {
        loop {
            let (event, next) = asker.step(state).await;
            state = next;
            if let Some(event) = event {
                return Some((event, (asker, state)));
            }
        }
    })
}

/// Which objects.
pub(super) struct Selection {
    pub(super) labels: Option<String>,
    pub(super) fields: Option<String>,
}

/// Who asks, and for what.
struct Asker<K> {
    api: Api<K>,
    selection: Selection,
}

impl<K> Asker<K>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    async fn step(&self, state: State<K>) -> Step<K> {
        match state {
            State::Unknown => (Some(Ok(Event::Init)), State::Asking),
            // Begun once, however often it is asked for: `Init` would end the pauses that grow from error to error.
            State::Asking => self.shown(received(self.ask(None)).await, State::Asking),
            State::Listing(mut page, next) => match (page.next(), next) {
                (Some(object), next) => {
                    // What else there is to do gets its turn, above all what sends and receives the next page.
                    tokio::task::yield_now().await;
                    let event = object.map(Event::InitApply).map_err(Error::InitialListFailed);
                    (Some(event), State::Listing(page, next))
                }
                (None, Some(next)) => self.shown(received(next).await, State::Unknown),
                (None, None) => (Some(Ok(Event::InitDone)), State::Known(page.version())),
            },
            State::Following(mut shown, version) => match next(&mut shown).await {
                Some(event) => followed(event, shown, version),
                None => (None, State::Known(version)),
            },
            State::Known(version) => match self.api.watch(&self.changes(), &version).await {
                Ok(shown) => (None, State::Following(shown.boxed(), version)),
                Err(error) => {
                    let state = match &error {
                        kube::Error::Api(status) => unless_forgotten(status, State::Known(version)),
                        _ => State::Known(version),
                    };
                    (Some(Err(Error::WatchStartFailed(error))), state)
                }
            },
        }
    }

    /// Shows this page, and asks for the next one meanwhile. After an error it goes on from `otherwise`.
    fn shown(&self, page: kube::Result<Page>, otherwise: State<K>) -> Step<K> {
        match page {
            Ok(page) => {
                let next = page.more().map(|more| self.ask(Some(more.to_owned())));
                (None, State::Listing(page, next))
            }
            Err(error) => (Some(Err(Error::InitialListFailed(error))), otherwise),
        }
    }

    /// Asks for a page. The first one is as new as the request, since no version is named: who takes over as leader must know what
    /// was put on record by whoever led before. The others are of the same version.
    fn ask(&self, more: Option<String>) -> Asked {
        let params = ListParams {
            label_selector: self.selection.labels.clone(),
            field_selector: self.selection.fields.clone(),
            limit: Some(PAGE_SIZE),
            continue_token: more,
            ..ListParams::default()
        };
        let request = Request::new(self.api.resource_url());
        let request = if K::metadata_api() { request.list_metadata(&params) } else { request.list(&params) };
        let client = self.api.clone().into_client();
        AbortOnDropHandle::new(tokio::spawn(async move {
            Page::read(&client, request.map_err(kube::Error::BuildRequest)?).await
        }))
    }

    fn changes(&self) -> WatchParams {
        WatchParams {
            label_selector: self.selection.labels.clone(),
            field_selector: self.selection.fields.clone(),
            timeout: Some(OPEN),
            bookmarks: true,
            send_initial_events: false,
        }
    }
}

/// The page that was asked for.
async fn received(asked: Asked) -> kube::Result<Page> {
    let broken = |kind, problem: String| kube::Error::ReadEvents(io::Error::new(kind, problem));
    match timeout(PATIENCE, asked).await {
        Ok(Ok(page)) => page,
        Ok(Err(ended)) => Err(broken(io::ErrorKind::Other, ended.to_string())),
        Err(_) => Err(broken(io::ErrorKind::TimedOut, "the API server does not answer".to_owned())),
    }
}

/// `None` at the end, and when nothing comes any more.
async fn next<K>(shown: &mut Shown<K>) -> Option<kube::Result<WatchEvent<K>>> {
    timeout(SILENCE, shown.next()).await.ok().flatten()
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
