//! Which hosts an API key may be sent to.

use std::str::FromStr;

/// A host name, or `*.` and the domain that it must be under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    /// Does it allow this host?
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        match self.0.strip_prefix('*') {
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == self.0,
        }
    }
}

impl FromStr for HostPattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        if name.is_empty() || name.contains(['*', '/', '@', ' ']) || name.starts_with('.') {
            return Err("give a host name such as api.example.com, or a wildcard such as *.example.com");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(pattern: &str, host: &str) -> bool {
        pattern.parse::<HostPattern>().unwrap().allows(host)
    }

    #[test]
    fn a_wildcard_stands_for_at_least_one_label() {
        assert!(allows("*.cognigy.ai", "api-trial.cognigy.ai"));
        assert!(allows("*.cognigy.ai", "API-TRIAL.COGNIGY.AI"));
        assert!(!allows("*.cognigy.ai", "cognigy.ai"));
        assert!(!allows("*.cognigy.ai", "evilcognigy.ai"));
        assert!(!allows("*.cognigy.ai", "api.cognigy.ai.evil.example"));
    }

    #[test]
    fn a_name_stands_for_itself() {
        assert!(allows("cognigy.corp.example", "cognigy.corp.example"));
        assert!(!allows("cognigy.corp.example", "api.cognigy.corp.example"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "*", "*.", "https://api.example.com", "a*b.example", "*.*.example"] {
            assert!(text.parse::<HostPattern>().is_err(), "{text}");
        }
    }
}
