//! The changes of one field.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::field::{Field, Presence, at, part, pointer, property, required, split};
use super::rule::{companion, exclusive, foreign};
use super::sample::sample;
use super::values::{Candidate, candidates};

/// How much of a value is shown.
const SHOWN: usize = 80;

/// A change of a resource that is about one field.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// Path of the field; that of an array's items ends in `[]`.
    pub field: String,
    /// What becomes of it.
    pub what: String,
    /// Why the API server must refuse it, if it must.
    pub refusal: Option<Refusal>,
    /// The path below which no other change may be made beside this one.
    area: String,
    edits: Vec<Edit>,
}

/// What is said of a bad change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Path of the field that is named.
    pub field: String,
    /// Part of the message.
    pub says: String,
}

/// Another value for one path; none takes it out.
#[derive(Clone, Debug)]
struct Edit {
    path: String,
    value: Option<Value>,
}

impl Refusal {
    pub(super) fn new(field: impl Into<String>, says: impl Into<String>) -> Self {
        Self { field: field.into(), says: says.into() }
    }
}

impl Mutation {
    /// Makes the change.
    pub(super) fn apply(&self, resource: &mut Value) {
        for Edit { path, value } in &self.edits {
            let (parent, name) = split(path);
            let Some(Value::Object(parent)) = resource.pointer_mut(&pointer(parent)) else { continue };
            match value {
                Some(value) => drop(parent.insert(name.to_owned(), value.clone())),
                None => drop(parent.remove(name)),
            }
        }
    }

    /// Could the two get in each other's way?
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let covers = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        covers(&self.area, &other.area) || covers(&other.area, &self.area)
    }

    fn refused(self, refusal: Option<Refusal>) -> Self {
        Self { refusal, ..self }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.refusal.as_ref().map_or("good", |refusal| refusal.says.as_str());
        write!(formatter, "{} {} ({expected})", self.field, self.what)
    }
}

impl Field {
    /// Every change that can be made of this field in this resource.
    pub(super) fn mutations(&self, former: &Value) -> Vec<Arc<Mutation>> {
        let parent = split(self.list().unwrap_or(&self.path)).0;
        if !parent.is_empty() && at(former, parent).is_none() {
            return Vec::new();
        }
        let is_present = at(former, &self.path).is_some();
        if let (Some(refusal), false) = (self.refused_if_added(former), is_present) {
            let added = Some(sample(&self.schema, &self.origin));
            return vec![Arc::new(self.presence_change("is added", added, Some(refusal)))];
        }
        let mut mutations = self.replacements.clone();
        if is_present {
            let changes = self.removals(former).into_iter().chain(self.strangers()).chain(self.choices(former));
            mutations.extend(changes.map(Arc::new));
        }
        mutations
    }

    /// Every change that gives it another value.
    pub(super) fn replace(&self) -> Vec<Arc<Mutation>> {
        let change = |candidate| match self.list() {
            Some(list) => self.item(list, candidate),
            None => self.value(candidate),
        };
        candidates(self).into_iter().map(change).map(Arc::new).collect()
    }

    /// The path of the list, if the field is its items.
    fn list(&self) -> Option<&str> {
        self.path.strip_suffix("[]")
    }

    fn change(&self, what: impl Into<String>, edits: Vec<Edit>) -> Mutation {
        Mutation { field: self.path.clone(), what: what.into(), refusal: None, area: self.path.clone(), edits }
    }

    fn value(&self, candidate: Candidate) -> Mutation {
        let what = format!("is {}", shown(&candidate.value));
        let edit = Edit { path: self.path.clone(), value: Some(candidate.value) };
        self.change(what, vec![edit]).refused(candidate.refusal)
    }

    /// A value for an item: the list has it in the second place.
    fn item(&self, list: &str, candidate: Candidate) -> Mutation {
        let what = format!("is {}", shown(&candidate.value));
        let edit = Edit { path: list.to_owned(), value: Some(json!(["first", candidate.value])) };
        let named = |refusal: Refusal| Refusal::new(refusal.field.replace("[]", "[1]"), refusal.says);
        Mutation { area: list.to_owned(), ..self.change(what, vec![edit]).refused(candidate.refusal.map(named)) }
    }

    /// Why it cannot be put into this resource, which is without it.
    fn refused_if_added(&self, former: &Value) -> Option<Refusal> {
        let parent = split(&self.path).0;
        match &self.presence {
            Presence::Bound(says) => Some(Refusal::new(parent, says)),
            Presence::OnlyWith(others, says) if !others.iter().any(|other| self.has_sibling(former, other)) => {
                Some(Refusal::new(parent, says))
            }
            _ => None,
        }
    }

    fn refused_if_removed(&self, former: &Value) -> Option<Refusal> {
        match &self.presence {
            Presence::Required => Some(Refusal::new(&self.path, "Required value")),
            Presence::Bound(says) => Some(Refusal::new(split(&self.path).0, says)),
            Presence::NeededBy(other, says) if self.has_sibling(former, other) => {
                Some(Refusal::new(split(&self.path).0, says))
            }
            _ => None,
        }
    }

    fn has_sibling(&self, former: &Value, name: &str) -> bool {
        at(former, &format!("{}.{name}", split(&self.path).0)).is_some()
    }

    fn removals(&self, former: &Value) -> [Mutation; 2] {
        let refusal = self.refused_if_removed(former);
        // Null is no value of any field: the API server takes it for nothing.
        [
            self.presence_change("is taken out", None, refusal.clone()),
            self.presence_change("is null", Some(Value::Null), refusal),
        ]
    }

    /// Whether a bound field is there concerns its siblings.
    fn presence_change(&self, what: &str, value: Option<Value>, refusal: Option<Refusal>) -> Mutation {
        let mutation = self.change(what, vec![Edit { path: self.path.clone(), value }]).refused(refusal);
        let area = match &self.presence {
            Presence::Bound(_) | Presence::NeededBy(..) => split(&self.path).0.to_owned(),
            _ => self.path.clone(),
        };
        Mutation { area, ..mutation }
    }

    /// Members that the schema does not know: another one, and a known one misspelt.
    fn strangers(&self) -> Vec<Mutation> {
        let known = part(&self.schema, "properties").as_object().and_then(|known| known.keys().next());
        let Some(known) = known else { return Vec::new() };
        let stranger = |name: String| {
            let path = format!("{}.{name}", self.path);
            let refusal = Refusal::new(&path, format!("unknown field \"{path}\""));
            let edit = Edit { path: path.clone(), value: Some(json!("stranger")) };
            let what = format!("has a member {name}");
            Mutation { area: path, ..self.change(what, vec![edit]).refused(Some(refusal)) }
        };
        vec![stranger("stranger".to_owned()), stranger(format!("{known}s"))]
    }

    /// Members of which exactly one is given: none, all, and each of the others instead.
    fn choices(&self, former: &Value) -> Vec<Mutation> {
        let Some((members, says)) = exclusive(&self.rules) else { return Vec::new() };
        let refusal = || Some(Refusal::new(&self.path, says));
        let without = || members.iter().flat_map(|member| self.member(member, false));
        let with = |member: &String| self.member(member, true);
        let mut choices = vec![
            self.change("has none of its choices", without().collect()).refused(refusal()),
            self.change("has all of its choices", members.iter().flat_map(with).collect()).refused(refusal()),
        ];
        let others = members.iter().filter(|member| at(former, &format!("{}.{member}", self.path)).is_none());
        choices.extend(others.map(|member| {
            let foreign = foreign(&self.rules, member).flat_map(|foreign| self.member(foreign, false));
            self.change(format!("has {member} instead"), without().chain(foreign).chain(with(member)).collect())
        }));
        choices
    }

    /// A member, and what comes and goes with it, put in or taken out.
    fn member(&self, name: &str, put_in: bool) -> Vec<Edit> {
        let names = [Some(name), companion(&self.rules, name)];
        let edit = |name: &str| {
            let path = format!("{}.{name}", self.path);
            let value = put_in.then(|| sample(property(&self.schema, name), &self.origin));
            Edit { path, value }
        };
        names.into_iter().flatten().map(edit).collect()
    }
}

/// Why an object without members is refused, if it is.
pub(super) fn emptiness(field: &Field) -> Option<Refusal> {
    if let Some(member) = required(&field.schema).next() {
        return Some(Refusal::new(format!("{}.{member}", field.path), "Required value"));
    }
    exclusive(&field.rules).map(|(_, says)| Refusal::new(&field.path, says))
}

/// Scheme and host of the API.
pub(super) fn origin(resource: &Value) -> Arc<str> {
    let url = at(resource, "spec.cognigy.apiUrl").and_then(Value::as_str).unwrap_or_default();
    let path = url.match_indices('/').nth(2).map_or(url.len(), |(index, _)| index);
    url.split_at(path).0.into()
}

/// The value, or its beginning and its length.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    let length = text.chars().count();
    if length <= SHOWN {
        return text;
    }
    format!("{}... ({length} characters)", text.chars().take(SHOWN).collect::<String>())
}
