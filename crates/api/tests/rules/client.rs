//! What can be said of a resource without a cluster: the bounds of the schema by `jsonschema`, its rules by `kube-cel`.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Bound};
use kube::core::cel::{Validator, apply_defaults};
use serde_json::Value;

use crate::cases::{Case, Refusal};
use crate::schema;

/// One thing that is wrong with a resource.
#[derive(Debug)]
pub struct Finding {
    field: String,
    message: String,
    /// What found it, as [`schema::checks`] names it.
    pub check: String,
}

impl Finding {
    pub fn fits(&self, refusal: &Refusal) -> bool {
        refusal.is(&self.field, &self.message)
    }
}

/// Judges resources as the API server does, in its words.
pub struct Judge {
    schema: Value,
    bounds: jsonschema::Validator,
    rules: Validator,
}

impl Judge {
    pub fn new(schema: Value) -> Self {
        let bounds = jsonschema::draft4::new(&schema).unwrap();
        Self { schema, bounds, rules: Validator::new() }
    }

    /// All that is wrong with the resource of an example.
    pub fn judge(&self, case: &Case) -> Vec<Finding> {
        let resource = self.admitted(&case.resource);
        let before = case.before.as_ref().map(|before| self.admitted(before));
        let broken = self.rules.validate(&self.schema, &resource, before.as_ref()).err();
        let broken = broken.into_iter().flatten().map(|error| Finding {
            field: error.field_path,
            check: error.message.clone(),
            message: error.message,
        });
        self.bounds.iter_errors(&resource).map(|error| self.exceeded(&error)).chain(broken).collect()
    }

    /// The resource as the API server checks it: without nulls, with defaults.
    pub fn admitted(&self, resource: &Value) -> Value {
        let mut resource = resource.clone();
        drop_nulls(&mut resource);
        apply_defaults(&self.schema, &resource)
    }

    fn exceeded(&self, error: &ValidationError) -> Finding {
        let keyword = error.kind().keyword();
        let (holder, _) = error.schema_path().as_str().rsplit_once(&format!("/{keyword}")).unwrap();
        let holder = self.schema.pointer(holder).unwrap();
        let path = path(error.instance_path().as_str());
        let (field, check) = match error.kind() {
            Bound::Required { property } => {
                let property = property.as_str().unwrap();
                (format!("{path}.{property}"), schema::bound(&holder["properties"][property], keyword))
            }
            _ => (path, schema::bound(holder, keyword)),
        };
        Finding { field: field.trim_start_matches('.').to_owned(), message: words(error.kind()), check }
    }
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}

/// A JSON pointer as a path: `/spec/list/0` is `spec.list[0]`.
fn path(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1);
    let path = parts.fold(String::new(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}.{part}"),
    });
    path.trim_start_matches('.').to_owned()
}

fn words(bound: &Bound) -> String {
    match bound {
        Bound::Required { .. } => "Required value".into(),
        Bound::Enum { options } => format!("Unsupported value: supported values: {options}"),
        Bound::Pattern { pattern } => format!("should match '{pattern}'"),
        Bound::MinLength { limit } => format!("should be at least {limit} chars long"),
        Bound::MaxLength { limit } => format!("Too long: may not be more than {limit} bytes"),
        Bound::MaxItems { limit } => format!("Too many: must have at most {limit} items"),
        Bound::Type { kind: TypeKind::Single(kind) } => format!("must be of type {kind}"),
        other => other.keyword().to_owned(),
    }
}
