//! What spans and lines of the log said, for tests.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Looks at nobody's thread, and keeps all that can be said worth asking about. Were a test's the only one, whether something
/// is ever said would be settled by the thread that comes to it first: by another test's, to which nobody listens.
static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// Has all be asked about from now on, in whatever thread it is said.
pub(crate) fn listen() {
    LazyLock::force(&LISTENER);
}

/// Which span, or the level of which line; a field; and its value.
type Said = (&'static str, &'static str, String);

/// All that was said while it was looked at.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Said>>>);

impl Seen {
    /// Looks at what this thread says until the guard is dropped.
    pub(crate) fn look(&self) -> DefaultGuard {
        listen();
        tracing_subscriber::registry().with(self.clone()).set_default()
    }

    /// What was said in this field, by each span of this name or each line of this level.
    pub(crate) fn said(&self, whose: &str, field: &str) -> Vec<String> {
        let said = self.0.lock();
        let wanted = said.iter().filter(|(of, name, _)| (*of, *name) == (whose, field));
        wanted.map(|(_, _, value)| value.clone()).collect()
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Seen {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut Note { of: attributes.metadata().name(), seen: self });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let of = context.metadata(id).map_or("", |metadata| metadata.name());
        values.record(&mut Note { of, seen: self });
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Note { of: event.metadata().level().as_str(), seen: self });
    }
}

struct Note<'a> {
    of: &'static str,
    seen: &'a Seen,
}

impl Visit for Note<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.seen.0.lock().push((self.of, field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.seen.0.lock().push((self.of, field.name(), format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_thread_came_to_first_is_seen_all_the_same() {
        let seen = Seen::default();
        let _looking = seen.look();
        let say = || tracing::info!(what = "this");
        std::thread::spawn(say).join().unwrap();
        say();
        assert_eq!(seen.said("INFO", "what"), ["this"]);
    }
}
