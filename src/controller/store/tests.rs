use cognigy_sso_decide::Action;
use serde_json::json;

use super::*;
use crate::visit::End;
use crate::watched::Watched;

const SECRET: ObjectKind = ObjectKind::Secret;

fn key(name: &str) -> Key {
    Key::new("sso", name)
}

fn watch(subject: Subject) -> Watch {
    Watch { subject, namespace: None, name: None }
}

/// A resource that refers to the Secrets `a` and `b`.
fn resource(version: u64) -> Resource {
    referring_to("b", version, 1)
}

/// A resource that refers to the Secrets `a` and this one.
fn referring_to(secret: &str, version: u64, generation: i64) -> Resource {
    let spec = json!({
        "cognigy": { "apiUrl": "https://api.example", "apiKeySecretRef": { "name": "a", "key": "k" } },
        "oidc": { "issuer": "https://i.example", "clientId": "c", "clientSecretRef": { "name": secret, "key": "k" } },
    });
    let metadata = json!({
        "namespace": "sso", "name": "acme", "uid": "1",
        "resourceVersion": version.to_string(), "generation": generation,
    });
    serde_json::from_value::<Watched>(json!({ "metadata": metadata, "spec": spec })).unwrap().into()
}

fn show(store: &mut Store, name: &str, version: Option<u64>) {
    let version = version.map(|version| ("uid".into(), version.to_string().into_boxed_str()));
    let object = Object { key: key(name), version };
    store.note_seen(&watch(Subject::Objects(SECRET)), &object);
    store.note_object(SECRET, object, true);
}

/// A list of Secrets that shows these.
fn list(store: &mut Store, shown: &[(&str, u64)]) {
    let secrets = watch(Subject::Objects(SECRET));
    store.begin_list(&secrets);
    for (name, version) in shown {
        show(store, name, Some(*version));
    }
    for key in store.missing(&secrets) {
        store.note_object(SECRET, Object { key, version: None }, true);
    }
}

/// A store that knows the resource, and then these Secrets.
fn knowing(shown: &[(&str, u64)]) -> Store {
    let mut store = Store::new(Arc::default());
    store.begin_list(&watch(Subject::Resources));
    store.apply(resource(50));
    assert!(store.missing(&watch(Subject::Resources)).is_empty());
    list(&mut store, shown);
    store
}

/// What the Secrets must not be older than, as the resource is visited.
fn floors(store: &Store) -> Vec<(String, u64)> {
    let (resource, memory) = store.get(&key("acme")).unwrap();
    let Floors(floors) = store.floors(&key("acme"), &resource, &memory);
    floors.into_iter().map(|((_, name), floor)| (name.into(), floor)).collect()
}

fn of(floors: &[(&str, u64)]) -> Vec<(String, u64)> {
    floors.iter().map(|(name, floor)| ((*name).to_owned(), *floor)).collect()
}

#[test]
fn what_was_listed_after_the_resource_is_not_older_than_the_newest_that_was_shown() {
    let mut store = knowing(&[("a", 7), ("b", 5), ("of nobody", 9)]);
    assert_eq!(floors(&store), of(&[("a", 9), ("b", 9)]));
    show(&mut store, "b", Some(12));
    assert_eq!(floors(&store), of(&[("a", 12), ("b", 12)]));
}

#[test]
fn what_is_not_there_as_far_as_is_known_is_read_anew() {
    let mut store = knowing(&[("a", 7)]);
    assert_eq!(floors(&store), of(&[("a", 7)]), "b was never shown");
    show(&mut store, "a", None);
    assert_eq!(floors(&store), of(&[]), "a is gone");
    show(&mut store, "a", Some(12));
    assert_eq!(floors(&store), of(&[("a", 12)]), "a is another");
    list(&mut store, &[("b", 3)]);
    assert_eq!(floors(&store), of(&[("b", 3)]), "a went unseen, and the versions went back");
}

#[test]
fn what_an_edited_resource_goes_on_referring_to_stays_known() {
    let mut store = knowing(&[("a", 7), ("b", 7), ("c", 7)]);
    store.apply(referring_to("c", 60, 2));
    let known = |name: &str| store.referred.is_there(&(SECRET, key(name)));
    assert!(known("a"), "it is referred to still");
    assert!(!known("b"), "nobody refers to it");
    assert!(!known("c"), "no watch has shown it since somebody refers to it");
    let gone = Object { key: key("a"), version: None };
    assert_eq!(store.note_object(SECRET, gone, true), [key("acme")], "who refers to it still is told of it");
}

#[test]
fn nothing_is_known_before_a_list_is_complete() {
    assert_eq!(floors(&knowing(&[])), of(&[]));
    let mut store = knowing(&[("a", 7)]);
    store.begin_list(&watch(Subject::Objects(SECRET)));
    show(&mut store, "b", Some(5));
    assert_eq!(floors(&store), of(&[]), "less was shown than before");
    store.missing(&watch(Subject::Objects(SECRET)));
    assert_eq!(floors(&store), of(&[("a", 5), ("b", 5)]));
}

/// Whoever changes a Secret and then the resource wants that Secret.
#[test]
fn for_a_resource_that_was_touched_or_visited_since_the_newest_state_counts_until_it_goes() {
    let mut store = knowing(&[("a", 7)]);
    store.entries.get_mut(&key("acme")).unwrap().memory.core.visited = true;
    assert_eq!(floors(&store), of(&[]), "it was visited");
    store.note_rest(&key("acme"), Duration::from_hours(1));
    assert_eq!(floors(&store), of(&[("a", 7)]), "it rests after a restart");
    store.apply(Resource { generation: 2, ..resource(60) });
    assert_eq!(floors(&store), of(&[]), "it was edited");
    store.apply(Resource { generation: 3, deleting: true, ..resource(70) });
    assert_eq!(floors(&store), of(&[("a", 7)]), "it goes");

    let mut store = knowing(&[]);
    store.remove(&key("acme"), None);
    list(&mut store, &[("a", 7)]);
    store.apply(resource(80));
    show(&mut store, "a", Some(8));
    assert_eq!(floors(&store), of(&[]), "it is new");
}

#[test]
fn each_object_is_read_as_the_watch_has_come_that_shows_it() {
    let mut store = knowing(&[]);
    let named = |name: &str| Watch { name: Some(name.into()), ..watch(Subject::Objects(SECRET)) };
    store.horizons = Horizons::default();
    for (name, version) in [("a", 7_u64), ("b", 9)] {
        store.begin_list(&named(name));
        let object = Object { key: key(name), version: Some(("uid".into(), version.to_string().into())) };
        store.note_seen(&named(name), &object);
        store.note_object(SECRET, object, false);
        store.missing(&named(name));
    }
    assert_eq!(floors(&store), of(&[("a", 7), ("b", 9)]));
}

/// A resource that is Ready.
fn ready() -> Resource {
    serde_json::from_str(include_str!("../models.jsonl").lines().last().unwrap()).unwrap()
}

/// A store that shows this resource, and then the Secrets that `ready` was configured from.
fn after_a_restart(resource: Resource) -> Store {
    let mut store = Store::new(Arc::default());
    store.apply(resource);
    for SecretVersion { name, uid, resource_version } in ready().settled_with().unwrap() {
        let version = Some((uid.clone(), resource_version.clone()));
        store.note_object(SECRET, Object { key: key(name), version }, false);
    }
    store
}

fn edited() -> Resource {
    Resource { generation: 2, resource_version: 2000, ..ready() }
}

#[test]
fn a_resource_that_stands_as_it_was_left_rests_once() {
    let mut store = after_a_restart(ready());
    assert_eq!(store.rests(&key("acme")), Some(Duration::from_mins(10)));
    assert_eq!(store.rests(&key("acme")), None);
}

#[test]
fn a_resource_that_was_touched_before_its_turn_does_not_rest() {
    assert_eq!(after_a_restart(edited()).rests(&key("acme")), None, "it was edited before it was listed");
    let mut store = after_a_restart(ready());
    store.apply(edited());
    assert_eq!(store.rests(&key("acme")), None, "it was edited after that");
    let mut store = after_a_restart(ready());
    show(&mut store, "acme-oidc", Some(7));
    assert_eq!(store.rests(&key("acme")), None, "a Secret has another version");
    let mut store = after_a_restart(ready());
    show(&mut store, "acme-oidc", None);
    assert_eq!(store.rests(&key("acme")), None, "a Secret is gone");
}

/// A watch may show what a visit has written before the visit ends.
#[test]
fn a_resource_that_was_visited_does_not_rest() {
    let mut store = after_a_restart(edited());
    let written = Resource { resource_version: 3000, ..ready() };
    store.apply(written.clone());
    assert!(store.entries[&key("acme")].left.is_some());
    let mut memory = Memory::default();
    memory.core.visited = true;
    let outcome =
        Outcome { resource: Some(written), memory, next: Duration::ZERO, action: Action::None, end: End::Settled };
    store.conclude(&key("acme"), outcome);
    assert_eq!(store.rests(&key("acme")), None);
    store.apply(Resource { resource_version: 4000, ..ready() });
    assert_eq!(store.rests(&key("acme")), None, "what a later visit writes is no restart");
}
