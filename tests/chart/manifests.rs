//! What a chart renders to.

use cognigy_sso_testkit::manifests;
use serde_json::Value;

#[derive(Debug)]
pub struct Manifests(pub Vec<Value>);

impl Manifests {
    pub fn parse(text: &str) -> Self {
        Self(manifests::parse(text).unwrap())
    }

    /// All of this kind.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    /// The object of this kind, or where there are several, the one whose name ends so: `ClusterRole/-view`.
    pub fn find(&self, what: &str) -> Option<&Value> {
        let (kind, ending) = what.split_once('/').unwrap_or((what, ""));
        self.of(kind).find(|object| object["metadata"]["name"].as_str().unwrap().ends_with(ending))
    }

    /// The same, where it must be there.
    pub fn get(&self, what: &str) -> &Value {
        self.find(what).unwrap_or_else(|| panic!("there is no {what}"))
    }

    pub fn container(&self) -> &Value {
        &self.get("Deployment")["spec"]["template"]["spec"]["containers"][0]
    }

    /// The arguments of the operator.
    pub fn arguments(&self) -> Vec<&str> {
        texts(&self.container()["args"])
    }
}

/// The texts of a list.
pub fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}
