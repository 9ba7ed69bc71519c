//! Rights granted and rights used, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Request, Right};

/// What everybody who is known to the API server may ask: what they may do themselves.
const EVERYBODYS: [&str; 2] = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"];

/// What was granted, how often it was used, and what was asked for beyond it.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison {
    used: BTreeMap<Right, usize>,
    missing: BTreeMap<Right, usize>,
}

impl Comparison {
    /// Compares what was granted with what was asked for.
    #[must_use]
    pub fn of(granted: BTreeSet<Right>, requests: &[Request]) -> Self {
        let mut used: BTreeMap<Right, usize> = granted.into_iter().map(|right| (right, 0)).collect();
        let mut missing = BTreeMap::new();
        for Request { right, allowed } in requests {
            if EVERYBODYS.contains(&right.resource.as_str()) {
                continue;
            }
            if !allowed || !used.keys().any(|granted| granted.covers(right)) {
                *missing.entry(right.clone()).or_default() += 1;
            }
            let needed = used.iter_mut().filter(|(granted, _)| granted.is_needed_for(right));
            needed.for_each(|(_, count)| *count += 1);
        }
        Self { used, missing }
    }

    /// Rights that were granted, and that nothing needed.
    #[must_use]
    pub fn unused(&self) -> Vec<&Right> {
        self.used.iter().filter(|(_, count)| **count == 0).map(|(right, _)| right).collect()
    }

    /// What was asked for, and not granted.
    #[must_use]
    pub fn missing(&self) -> Vec<&Right> {
        self.missing.keys().collect()
    }

    /// Is what was granted what was used?
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.unused().is_empty() && self.missing.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (right, count) in &self.used {
            let told = if *count == 0 { "UNUSED".to_owned() } else { count.to_string() };
            writeln!(formatter, "{told:>9}  {right}")?;
        }
        for (right, count) in &self.missing {
            writeln!(formatter, "{:>9}  {right} ({count})", "MISSING")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{granted, requests};
    use super::*;

    fn role(kind: &str, rules: &Value) -> Vec<Value> {
        let binding = format!("{kind}Binding");
        let metadata = json!({ "name": "operator", "namespace": "sso" });
        let reference = json!({ "kind": kind, "name": "operator" });
        vec![
            json!({ "kind": kind, "metadata": metadata, "rules": rules }),
            json!({ "kind": binding, "metadata": metadata, "roleRef": reference, "subjects": [{ "kind": "ServiceAccount" }] }),
            // Nobody is bound to it.
            json!({ "kind": "ClusterRole", "metadata": { "name": "view" }, "rules": [rule("", "pods", &["get"])] }),
        ]
    }

    fn rule(group: &str, resource: &str, verbs: &[&str]) -> Value {
        json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs })
    }

    fn named(group: &str, resource: &str, verbs: &[&str]) -> Value {
        let mut rule = rule(group, resource, verbs);
        rule["resourceNames"] = json!(["acme-oidc"]);
        rule
    }

    fn line(verb: &str, object: &Value, decision: &str) -> String {
        line_at("ResponseComplete", verb, object, decision)
    }

    fn line_at(stage: &str, verb: &str, object: &Value, decision: &str) -> String {
        let annotations = json!({ "authorization.k8s.io/decision": decision, "authorization.k8s.io/reason": "RBAC" });
        json!({ "stage": stage, "verb": verb, "objectRef": object, "annotations": annotations }).to_string() + "\n"
    }

    fn secrets(namespace: &str, name: &str) -> Value {
        json!({ "resource": "secrets", "namespace": namespace, "name": name, "apiVersion": "v1" })
    }

    fn compared(objects: &[Value], lines: &[String]) -> (Vec<String>, Vec<String>) {
        let comparison = Comparison::of(granted(objects), &requests(&lines.concat()));
        let told = |rights: Vec<&Right>| rights.into_iter().map(ToString::to_string).collect::<Vec<_>>();
        let (unused, missing) = (told(comparison.unused()), told(comparison.missing()));
        assert_eq!(comparison.is_equal(), unused.is_empty() && missing.is_empty());
        let table = comparison.to_string();
        assert!(unused.iter().all(|right| table.contains(&format!("UNUSED  {right}\n"))), "{table}");
        assert!(missing.iter().all(|right| table.contains(&format!("MISSING  {right} ("))), "{table}");
        (unused, missing)
    }

    fn nothing() -> (Vec<String>, Vec<String>) {
        (Vec::new(), Vec::new())
    }

    #[test]
    fn what_is_granted_and_used_is_no_finding() {
        let status = json!({ "apiGroup": "sso.cognigy.ai", "resource": "identityproviderconfigs", "subresource": "status",
            "namespace": "sso", "name": "acme" });
        let review = json!({ "apiGroup": "authorization.k8s.io", "resource": "selfsubjectaccessreviews" });
        let rules = json!([
            rule("sso.cognigy.ai", "identityproviderconfigs/status", &["patch"]),
            named("", "secrets", &["get", "list", "watch"]),
        ]);
        let lines = [
            line("patch", &status, "allow"),
            line("get", &secrets("sso", "acme-oidc"), "allow"),
            line("list", &secrets("sso", "acme-oidc"), "allow"),
            line_at("ResponseStarted", "watch", &secrets("sso", "acme-oidc"), "allow"),
            line("create", &review, "allow"),
            // No object at all, and a line that was cut off.
            json!({ "stage": "ResponseComplete", "verb": "get" }).to_string() + "\n",
            line("delete", &secrets("sso", "acme-oidc"), "forbid").trim_end().to_owned(),
        ];
        assert_eq!(compared(&role("Role", &rules), &lines), nothing());
    }

    #[test]
    fn what_nobody_used_is_found() {
        let rules = json!([rule("", "secrets", &["get", "delete"])]);
        let lines = [line("get", &secrets("sso", "acme-oidc"), "allow")];
        let (unused, missing) = compared(&role("Role", &rules), &lines);
        assert_eq!((unused, missing), (vec!["delete secrets in a namespace".to_owned()], Vec::new()));
    }

    #[test]
    fn what_was_refused_is_found_and_so_is_what_something_else_allowed() {
        let rules = json!([rule("", "secrets", &["get"])]);
        let get = line("get", &secrets("sso", "acme-oidc"), "allow");
        for decision in ["forbid", "allow"] {
            let lines = [get.clone(), line("update", &secrets("sso", "acme-oidc"), decision)];
            let (unused, missing) = compared(&role("Role", &rules), &lines);
            assert_eq!((unused, missing), (Vec::new(), vec!["update secrets in a namespace, by name".to_owned()]));
        }
        // What was granted by name does for other names too little.
        let lines = [get, line("get", &secrets("sso", "another"), "forbid")];
        assert_eq!(compared(&role("Role", &rules), &lines).1, ["get secrets in a namespace, by name"]);
    }

    #[test]
    fn a_list_proves_no_wider_right_than_it_takes() {
        let list = |namespace: &str, name: &str| line("list", &secrets(namespace, name), "allow");
        let (wide, by_name) = (json!([rule("", "secrets", &["list"])]), json!([named("", "secrets", &["list"])]));
        for (kind, rules, used, not_used) in [
            ("ClusterRole", &wide, list("", ""), list("sso", "")),
            ("ClusterRole", &by_name, list("", "acme-oidc"), list("sso", "acme-oidc")),
            ("Role", &wide, list("sso", ""), list("sso", "acme-oidc")),
        ] {
            assert_eq!(compared(&role(kind, rules), &[used.clone(), not_used.clone()]), nothing());
            assert_eq!(compared(&role(kind, rules), &[not_used]).0.len(), 1, "{kind} {rules}");
        }
        assert_eq!(
            compared(&role("Role", &wide), &[list("", ""), list("sso", "")]).1,
            ["list secrets in all namespaces"]
        );
        assert_eq!(
            compared(&role("Role", &by_name), &[list("sso", ""), list("sso", "x")]).1,
            ["list secrets in a namespace"]
        );
    }
}
