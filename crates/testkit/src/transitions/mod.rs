//! Changes of a resource, good and bad, made from the schema of its definition (in the manner of Acto, SOSP 2023).
//!
//! Every change of one field comes first, in a fixed order; after those come combinations of up to four, from states that
//! other good changes have led to. A transition is made from its number alone, so a failure can be had again by it.

mod bases;
mod draw;
mod examples;
mod field;
mod mutation;
mod rule;
mod sample;
mod values;

use std::fmt;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::Value;

pub use bases::bases;
pub use mutation::{Mutation, Refusal};

use field::Field;

/// Every transition that can be made from a schema and some good resources.
pub struct Transitions {
    fields: Vec<Field>,
    bases: Vec<Value>,
    singles: Vec<Single>,
}

/// One change of one field of a base: indexes into the bases, the fields and the field's changes.
struct Single {
    base: usize,
    field: usize,
    mutation: usize,
}

/// A good resource and what is to become of it.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What it is made from.
    pub number: usize,
    /// The resource before: a good one.
    pub former: Value,
    /// The resource after.
    pub next: Value,
    /// What differs; no two touch the same field.
    pub mutations: Vec<Arc<Mutation>>,
}

impl Transitions {
    /// From the schema of a resource (`openAPIV3Schema`) and good resources, all on one API host.
    ///
    /// # Errors
    /// When there is no good resource, or the schema has a pattern or a rule that nobody gave examples for.
    pub fn new(schema: &Value, bases: Vec<Value>) -> anyhow::Result<Self> {
        let first = bases.first().context("transitions need a good resource to begin with")?;
        let fields = field::all(schema, &mutation::origin(first))?;
        let mut singles = Vec::new();
        for (base, former) in bases.iter().enumerate() {
            for (index, field) in fields.iter().enumerate() {
                let count = field.mutations(former).len();
                singles.extend((0..count).map(|mutation| Single { base, field: index, mutation }));
            }
        }
        Ok(Self { fields, bases, singles })
    }

    /// The paths of all fields; that of an array's items ends in `[]`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.path.as_str())
    }

    /// How many transitions change one field of a base; their numbers come first.
    #[must_use]
    pub fn singles(&self) -> usize {
        self.singles.len()
    }

    /// The transition of this number; any number has one.
    #[must_use]
    pub fn nth(&self, number: usize) -> Transition {
        let (former, mutations) = self.single(number).unwrap_or_else(|| draw::combination(self, number));
        let mut next = former.clone();
        for mutation in &mutations {
            mutation.apply(&mut next);
        }
        Transition { number, former, next, mutations }
    }

    fn single(&self, number: usize) -> Option<(Value, Vec<Arc<Mutation>>)> {
        let single = self.singles.get(number)?;
        let former = self.bases.get(single.base)?;
        let mutation = self.fields.get(single.field)?.mutations(former).swap_remove(single.mutation);
        Some((former.clone(), vec![mutation]))
    }
}

impl Transition {
    /// Must the API server accept it?
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.mutations.iter().all(|mutation| mutation.refusal.is_none())
    }
}

/// The number, and what differs.
impl fmt::Display for Transition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mutations: Vec<_> = self.mutations.iter().map(ToString::to_string).collect();
        write!(formatter, "transition {}: {}", self.number, mutations.join("; "))
    }
}
