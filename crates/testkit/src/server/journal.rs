//! What was asked of a stand-in, in the order it came.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::request::Request;
use super::site::Seen;

/// One request and what became of it. Nothing is left out for being secret: tests look for secrets here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call<O> {
    /// 1 for the first request since the start; never used again.
    pub number: u64,
    /// When it had arrived whole.
    pub began: Timestamp,
    /// What was asked for.
    pub operation: O,
    /// Whose it is: the organization's id or the issuer's name.
    pub subject: Option<String>,
    /// Who asked: the API key's user or the client's id.
    pub user: Option<String>,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// JSON as it came, a form as an object, other text as a string, no body as null.
    pub body: Value,
    /// Whether it changed anything.
    pub effect: bool,
    /// The status answered; `None` while there is no answer, for ever if none was given.
    pub status: Option<u16>,
    /// When the answer was ready to go.
    pub ended: Option<Timestamp>,
}

/// How many requests of one kind there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// All of them.
    pub calls: u64,
    /// Those that changed something.
    pub effects: u64,
    /// Those answered with a status of 400 or more.
    pub refused: u64,
}

/// A call that was waited for did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("no such call among the {seen} that came within {waited:?}")]
pub struct Missed {
    seen: usize,
    waited: Duration,
}

pub(super) struct Journal<O> {
    pages: Mutex<Pages<O>>,
    changed: watch::Sender<()>,
}

struct Pages<O> {
    calls: VecDeque<Call<O>>,
    counts: BTreeMap<O, Count>,
    next_number: u64,
    counts_only: bool,
}

impl<O: Copy + Ord> Journal<O> {
    pub(super) fn new() -> Self {
        let pages = Pages { calls: VecDeque::new(), counts: BTreeMap::new(), next_number: 1, counts_only: false };
        Self { pages: Mutex::new(pages), changed: watch::Sender::new(()) }
    }

    /// Enters a request and gives its number.
    pub(super) fn begin(&self, seen: &Seen<O>, request: &Request) -> u64 {
        let mut pages = self.pages.lock();
        let number = pages.next_number;
        pages.next_number += 1;
        pages.counts.entry(seen.operation).or_default().calls += 1;
        if !pages.counts_only {
            pages.calls.push_back(entry(number, seen, request));
        }
        drop(pages);
        self.changed.send_replace(());
        number
    }

    pub(super) fn note_effect(&self, number: u64, operation: O) {
        self.amend(number, |counts, call| {
            counts.entry(operation).or_default().effects += 1;
            if let Some(call) = call {
                call.effect = true;
            }
        });
    }

    pub(super) fn note_answer(&self, number: u64, operation: O, status: u16) {
        self.amend(number, |counts, call| {
            counts.entry(operation).or_default().refused += u64::from(status >= 400);
            if let Some(call) = call {
                call.status = Some(status);
                call.ended = Some(Timestamp::now());
            }
        });
    }

    fn amend(&self, number: u64, change: impl FnOnce(&mut BTreeMap<O, Count>, Option<&mut Call<O>>)) {
        let mut pages = self.pages.lock();
        let Pages { calls, counts, .. } = &mut *pages;
        let place = calls.binary_search_by_key(&number, |call| call.number).ok();
        change(counts, place.and_then(|place| calls.get_mut(place)));
        drop(pages);
        self.changed.send_replace(());
    }

    pub(super) fn counts(&self) -> BTreeMap<O, Count> {
        self.pages.lock().counts.clone()
    }

    pub(super) fn keep_counts_only(&self, counts_only: bool) {
        self.pages.lock().counts_only = counts_only;
    }

    pub(super) fn clear(&self) {
        let mut pages = self.pages.lock();
        pages.calls.clear();
        pages.counts.clear();
    }
}

impl<O: Copy + Ord> Journal<O> {
    pub(super) fn calls(&self, wanted: impl Fn(&Call<O>) -> bool) -> Vec<Call<O>> {
        self.pages.lock().calls.iter().filter(|call| wanted(call)).cloned().collect()
    }

    pub(super) async fn wait_for(
        &self,
        wanted: impl Fn(&Call<O>) -> bool,
        patience: Duration,
    ) -> Result<Call<O>, Missed> {
        let mut changes = self.changed.subscribe();
        let look = async {
            loop {
                changes.mark_unchanged();
                if let Some(call) = self.pages.lock().calls.iter().find(|call| wanted(call)) {
                    return call.clone();
                }
                // The sender lives as long as this journal.
                let _ = changes.changed().await;
            }
        };
        let found = tokio::time::timeout(patience, look).await;
        found.map_err(|_| Missed { seen: self.pages.lock().calls.len(), waited: patience })
    }
}

fn entry<O: Copy>(number: u64, seen: &Seen<O>, request: &Request) -> Call<O> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    Call {
        number,
        began: Timestamp::now(),
        operation: seen.operation,
        subject: seen.subject.clone(),
        user: seen.user.clone(),
        method: request.method.to_string(),
        target: request.uri.to_string(),
        headers: headers.collect(),
        body: request.body_for_the_journal(),
        effect: false,
        status: None,
        ended: None,
    }
}
