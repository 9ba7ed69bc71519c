//! 4: at most one change of an organization is on its way at a time, and from one owner: nobody changes what another resource
//! applied that is older and still there.

use std::collections::BTreeMap;

use super::Measure;
use crate::history::{History, Holding, What};

pub(super) fn judge(history: &History, _: &Measure) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut on_its_way: BTreeMap<u64, &str> = BTreeMap::new();
    let mut held: BTreeMap<&str, &Holding> = BTreeMap::new();
    let mut created: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, entry) in history.entries.iter().enumerate() {
        match &entry.what {
            What::Created(resource) => drop(created.insert(resource, number)),
            What::Gone(resource) => {
                created.remove(&**resource);
                // One that comes under the same name is another, and has applied nothing yet.
                held.retain(
                    |_, holding| !matches!(holding, Holding::Declared(edition) if edition.resource == *resource),
                );
            }
            What::Holds(organization, holding) => drop(held.insert(organization, holding)),
            What::Ended { call, .. } => drop(on_its_way.remove(call)),
            What::Sent { call, organization, resource, .. } => {
                let other = on_its_way.iter().find(|(_, to)| **to == &**organization).map(|(other, _)| *other);
                if let Some(other) = other {
                    wrong.push(format!("call {call} is sent to {organization} while call {other} is on its way"));
                }
                on_its_way.insert(*call, organization);
                let Some(Holding::Declared(edition)) = held.get(&**organization) else { continue };
                let age = |resource: &str| created.get(resource).copied();
                let is_older =
                    age(&edition.resource).is_some_and(|theirs| age(resource).is_none_or(|ours| theirs < ours));
                if edition.resource != *resource && is_older {
                    wrong.push(format!("{resource} changes what {} applied, which is older", edition.resource));
                }
            }
            _ => {}
        }
    }
    wrong
}
