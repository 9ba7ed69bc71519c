//! Which Secrets and ConfigMaps each world has: an operator that may use named ones only is told all names when it starts.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use cognigy_sso_decide::ObjectKind;
use parking_lot::Mutex;

#[derive(Default)]
struct Names {
    known: BTreeSet<(ObjectKind, String)>,
    /// Has an operator been started?
    settled: bool,
}

static NAMES: LazyLock<Mutex<HashMap<String, Names>>> = LazyLock::new(Mutex::default);

/// Notes the name of an object in a namespace.
pub fn note(namespace: &str, kind: ObjectKind, name: &str) {
    let mut all = NAMES.lock();
    let names = all.entry(namespace.to_owned()).or_default();
    let is_new = names.known.insert((kind, name.to_owned()));
    let late = is_new && names.settled;
    drop(all);
    assert!(
        !late,
        "announce {kind} {name} before the operator starts (World::will_have): rights may be granted by name"
    );
}

/// The Secrets and ConfigMaps of a namespace. From now on there may be no others.
pub fn settled(namespace: &str) -> (Vec<String>, Vec<String>) {
    let mut all = NAMES.lock();
    let names = all.entry(namespace.to_owned()).or_default();
    names.settled = true;
    let of = |kind| names.known.iter().filter(|(known, _)| *known == kind).map(|(_, name)| name.clone()).collect();
    (of(ObjectKind::Secret), of(ObjectKind::ConfigMap))
}
