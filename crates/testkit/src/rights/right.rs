//! What rules grant, one right at a time.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// Where a right holds, or where something was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breadth {
    /// In all namespaces at once, not in one.
    pub cluster_wide: bool,
    /// For objects of certain names only.
    pub by_name: bool,
}

/// A right to one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The API group; empty for the core's.
    pub group: String,
    /// The resource, with its subresource: `secrets`, `identityproviderconfigs/status`.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// Where it holds.
    pub breadth: Breadth,
}

impl Right {
    /// Does it take in all that `other` does?
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.is_alike(other)
            && (self.breadth.cluster_wide || !other.breadth.cluster_wide)
            && (!self.breadth.by_name || other.breadth.by_name)
    }

    /// Does a request like this take this right, and would a narrower one not do? Where many objects are asked for at once, a
    /// request that is narrower proves nothing.
    #[must_use]
    pub fn is_needed_for(&self, request: &Self) -> bool {
        let asks_for_many = matches!(self.verb.as_str(), "list" | "watch" | "deletecollection");
        self.is_alike(request) && (!asks_for_many || self.breadth == request.breadth)
    }

    fn is_alike(&self, other: &Self) -> bool {
        (&self.group, &self.resource, &self.verb) == (&other.group, &other.resource, &other.verb)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.breadth.cluster_wide { "all namespaces" } else { "a namespace" };
        let names = if self.breadth.by_name { ", by name" } else { "" };
        let dot = if self.group.is_empty() { "" } else { "." };
        write!(formatter, "{} {}{dot}{} in {place}{names}", self.verb, self.resource, self.group)
    }
}

/// What these objects grant to service accounts, by roles that are bound to them.
#[must_use]
pub fn granted(objects: &[Value]) -> BTreeSet<Right> {
    let bindings =
        objects.iter().filter(|object| object["subjects"].as_array().is_some_and(|all| all.iter().any(is_account)));
    let rules = bindings.flat_map(|binding| {
        let cluster_wide = binding["kind"] == "ClusterRoleBinding";
        let role = objects.iter().filter(move |role| is_role_of(role, binding));
        let rules = role.filter_map(|role| role["rules"].as_array()).flatten();
        rules.map(move |rule| (rule, cluster_wide))
    });
    rules.flat_map(|(rule, cluster_wide)| rights(rule, cluster_wide)).collect()
}

fn is_account(subject: &Value) -> bool {
    subject["kind"] == "ServiceAccount"
}

fn is_role_of(role: &Value, binding: &Value) -> bool {
    let is_same = |of_role: &str, of_binding: &str| role.pointer(of_role) == binding.pointer(of_binding);
    let is_near = role["kind"] == "ClusterRole" || is_same("/metadata/namespace", "/metadata/namespace");
    is_same("/kind", "/roleRef/kind") && is_same("/metadata/name", "/roleRef/name") && is_near
}

fn rights(rule: &Value, cluster_wide: bool) -> Vec<Right> {
    let by_name = !texts(rule, "resourceNames").is_empty();
    let mut rights = Vec::new();
    for group in texts(rule, "apiGroups") {
        for resource in texts(rule, "resources") {
            for verb in texts(rule, "verbs") {
                let [group, resource, verb] = [group, resource, verb].map(str::to_owned);
                rights.push(Right { group, resource, verb, breadth: Breadth { cluster_wide, by_name } });
            }
        }
    }
    rights
}

fn texts<'a>(rule: &'a Value, member: &str) -> Vec<&'a str> {
    rule[member].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
