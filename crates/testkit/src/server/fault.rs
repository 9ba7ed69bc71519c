//! The words in which a server is told how to misbehave.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One misbehaviour in answering a request: how long it takes, whether the request is carried out, what is answered.
/// The default is to behave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Milliseconds to wait before the request is carried out. It is carried out even if the caller has gone by then.
    pub before_millis: u64,
    /// How often it is carried out; left out, it is once if the true answer is given and never otherwise.
    pub effect: Option<Effect>,
    /// Milliseconds to wait between carrying it out and answering.
    pub after_millis: u64,
    /// What the caller gets to see.
    pub reply: Reply,
}

/// How often a request is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// It is only answered. Where the true answer is asked for, it is `200 {}`.
    Never,
    /// As it should be.
    Once,
    /// As behind a proxy that repeats what it thinks was lost; the second answer is the true one.
    Twice,
}

/// What the caller gets to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// The true answer.
    #[default]
    Truth,
    /// This instead of it.
    Says(Says),
    /// The connection is reset without an answer.
    Cut,
    /// The connection stays open and nothing comes.
    Silence,
    /// The true answer's head and the first half of its body, then the connection is reset.
    Half,
    /// The true answer, one byte a second.
    Drip,
    /// 200 and JSON text that never ends.
    Endless,
    /// The same, but the head says that it ends after this many bytes.
    Announced(u64),
    /// 200 and a gzip-coded body, asked for or not, that unpacks to this many MiB.
    GzipBomb(u32),
    /// 200, said to be JSON, and bytes that are no text.
    Garbage,
}

/// An answer made up by the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Says {
    /// The HTTP status; one outside 100..=999 becomes 500.
    pub status: u16,
    /// Headers; JSON is the content type unless said here.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: String,
}

impl Fault {
    /// No fault: fills a gap between others that come in turn.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A reply in place of the true one.
    #[must_use]
    pub fn reply(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    /// A status with an empty JSON object.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::says(status, "{}")
    }

    /// A status with a body that is said to be JSON.
    #[must_use]
    pub fn says(status: u16, body: &str) -> Self {
        Self::reply(Reply::Says(Says { status, headers: BTreeMap::new(), body: body.to_owned() }))
    }

    /// A proxy's HTML page.
    #[must_use]
    pub fn page(status: u16) -> Self {
        Self::says(status, "<!doctype html><html><body><h1>Please sign in</h1></body></html>")
            .header("content-type", "text/html; charset=utf-8")
    }

    /// A temporary redirection (302).
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::says(302, "").header("location", location)
    }

    /// The connection is reset before anything happened.
    #[must_use]
    pub fn cut() -> Self {
        Self::reply(Reply::Cut)
    }

    /// Nothing happens and nothing comes back.
    #[must_use]
    pub fn silence() -> Self {
        Self::reply(Reply::Silence)
    }

    /// All is done and answered, but only after `wait`.
    #[must_use]
    pub fn late(wait: Duration) -> Self {
        Self { before_millis: millis(wait), ..Self::default() }
    }

    /// All is done at once and answered after `wait`.
    #[must_use]
    pub fn late_answer(wait: Duration) -> Self {
        Self { after_millis: millis(wait), ..Self::default() }
    }

    /// The same, but the request is carried out first.
    #[must_use]
    pub fn after_effect(self) -> Self {
        Self { effect: Some(Effect::Once), ..self }
    }

    /// The same, but the request is carried out twice.
    #[must_use]
    pub fn twice(self) -> Self {
        Self { effect: Some(Effect::Twice), ..self }
    }

    /// The same, but nothing is carried out.
    #[must_use]
    pub fn without_effect(self) -> Self {
        Self { effect: Some(Effect::Never), ..self }
    }

    /// A made-up answer with one header more; other replies have no headers to add to.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Reply::Says(says) = &mut self.reply {
            says.headers.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    pub(super) fn effect(&self) -> Effect {
        let natural = match self.reply {
            Reply::Truth | Reply::Drip | Reply::Half => Effect::Once,
            _ => Effect::Never,
        };
        self.effect.unwrap_or(natural)
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}
