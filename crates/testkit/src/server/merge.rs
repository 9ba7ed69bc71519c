//! Changing some members of something (RFC 7396).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The same value with `changes` merged into its JSON form: objects member by member, `null` removes.
///
/// # Errors
/// When the outcome is no longer such a value.
pub fn merged<T: Serialize + DeserializeOwned>(value: &T, changes: &Value) -> serde_json::Result<T> {
    let mut whole = serde_json::to_value(value)?;
    merge(&mut whole, changes);
    serde_json::from_value(whole)
}

fn merge(target: &mut Value, changes: &Value) {
    let Value::Object(changes) = changes else {
        *target = changes.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.as_str()).or_insert(Value::Null), change);
        }
    }
}
