//! Which Secrets and ConfigMaps the operator may use.

use std::str::FromStr;

use cognigy_sso_decide::{InputProblem, ObjectKind};

use crate::selector::LabelSelector;

/// The longest name of an object, in bytes.
const LONGEST_NAME: usize = 253;

/// Which Secrets and ConfigMaps resources may refer to. Where nothing is said, all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permitted {
    /// The labels of the Secrets; any where there is no selector.
    pub(crate) secret_selector: Option<LabelSelector>,
    /// The names of the Secrets; any where none is named.
    pub(crate) secret_names: Vec<ObjectName>,
    /// The names of the ConfigMaps; any where none is named.
    pub(crate) config_map_names: Vec<ObjectName>,
}

impl Permitted {
    /// The names of this kind; any where none is named.
    pub(crate) fn names(&self, kind: ObjectKind) -> &[ObjectName] {
        match kind {
            ObjectKind::Secret => &self.secret_names,
            ObjectKind::ConfigMap => &self.config_map_names,
        }
    }

    /// The labels that objects of this kind need.
    pub(crate) fn labels(&self, kind: ObjectKind) -> Option<&LabelSelector> {
        self.secret_selector.as_ref().filter(|_| kind == ObjectKind::Secret)
    }

    /// Refuses what is not among the names.
    pub(crate) fn check(&self, kind: ObjectKind, name: &str) -> Result<(), InputProblem> {
        let names = self.names(kind);
        let is_listed = names.is_empty() || names.iter().any(|listed| listed.as_str() == name);
        if is_listed { Ok(()) } else { Err(InputProblem::NotListed) }
    }
}

/// The name of a Secret or ConfigMap, as Kubernetes allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectName(Box<str>);

impl ObjectName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("a name is empty: leave the flag out to use all".to_owned());
        }
        let is_inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let is_part = |part: &str| {
            !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(is_inner)
        };
        if text.len() <= LONGEST_NAME && text.split('.').all(is_part) {
            Ok(Self(text.into()))
        } else {
            Err(format!("`{text}` is no name: small letters, digits, `-` and `.` make one"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_kubernetes_takes_them() {
        for text in ["a", "acme-oidc", "0.acme.example", &"x".repeat(LONGEST_NAME)] {
            assert_eq!(text.parse::<ObjectName>().unwrap().as_str(), text);
        }
        assert_eq!(" acme ".parse::<ObjectName>().unwrap().as_str(), "acme");
        let long = "x".repeat(LONGEST_NAME + 1);
        for text in ["", " ", "Acme", "-a", "a-", "a..b", ".a", "a_b", "a=b", "a,metadata.namespace=b", "*", &long] {
            text.parse::<ObjectName>().unwrap_err();
        }
    }

    #[test]
    fn each_kind_has_its_own_names_and_labels_and_any_where_none_is_named() {
        let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
        let permitted = Permitted {
            secret_selector: Some("use=yes".parse().unwrap()),
            secret_names: names(&["one", "two"]),
            config_map_names: Vec::new(),
        };
        for name in ["one", "two"] {
            assert_eq!(permitted.check(ObjectKind::Secret, name), Ok(()));
        }
        for name in ["three", "on", "one.two", ""] {
            assert_eq!(permitted.check(ObjectKind::Secret, name), Err(InputProblem::NotListed));
            assert_eq!(permitted.check(ObjectKind::ConfigMap, name), Ok(()));
        }
        assert!(permitted.labels(ObjectKind::Secret).is_some() && permitted.labels(ObjectKind::ConfigMap).is_none());
    }
}
