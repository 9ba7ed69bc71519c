//! What the rules of the definition say that the schema alone cannot. A rule is known by its message.

use serde_json::Value;

use super::field::part;

/// A rule, as far as values can be made for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Exactly one of these members is given.
    OneOf(Vec<String>),
    /// A SAML endpoint and its certificate are given together.
    EndpointWithCertificate,
    /// An https URL, with a query or without.
    HttpsUrl { query: bool },
    /// The host stays what it is.
    SameHost,
    /// No address of a discovery document.
    NoWellKnownPath,
    /// A duration from a minute to a day.
    Interval,
}

/// A rule with the message that is given when it is broken.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub rule: Rule,
    pub message: String,
}

/// The rules of one field.
pub(super) fn of(schema: &Value) -> anyhow::Result<Vec<Stated>> {
    let rules = part(schema, "x-kubernetes-validations").as_array().into_iter().flatten();
    rules.map(|rule| state(part(rule, "message").as_str().unwrap_or_default())).collect()
}

fn state(message: &str) -> anyhow::Result<Stated> {
    // The first word is the path of the field.
    let said = message.split_once(' ').map_or("", |(_, said)| said);
    let rule = if let Some(members) = said.strip_prefix("needs exactly one of ") {
        Rule::OneOf(members.replace(" and ", ", ").split(", ").map(str::to_owned).collect())
    } else {
        let known = [
            ("needs certificate with loginEndpoint", Rule::EndpointWithCertificate),
            ("must be an https URL without user name, query or fragment", Rule::HttpsUrl { query: false }),
            ("must be an https URL without user name or fragment", Rule::HttpsUrl { query: true }),
            ("cannot change its host", Rule::SameHost),
            ("must be the part before /.well-known", Rule::NoWellKnownPath),
            ("must be from 1m to 24h", Rule::Interval),
        ];
        let known = known.into_iter().find(|(start, _)| said.starts_with(start));
        known.map(|(_, rule)| rule).ok_or_else(|| anyhow::anyhow!("there are no examples for the rule: {message}"))?
    };
    Ok(Stated { rule, message: message.to_owned() })
}

/// The message of the rule that binds this member to its siblings, if one does.
pub(super) fn binding<'a>(rules: &'a [Stated], member: &str) -> Option<&'a str> {
    let binds = |stated: &&Stated| match &stated.rule {
        Rule::OneOf(members) => members.iter().any(|one| one == member),
        Rule::EndpointWithCertificate => member == "certificate",
        _ => false,
    };
    rules.iter().find(binds).map(|stated| stated.message.as_str())
}

/// The members of which exactly one is given, and what is said when it is not so.
pub(super) fn exclusive(rules: &[Stated]) -> Option<(&[String], &str)> {
    rules.iter().find_map(|stated| match &stated.rule {
        Rule::OneOf(members) => Some((members.as_slice(), stated.message.as_str())),
        _ => None,
    })
}

/// The member that comes and goes with this one.
pub(super) fn companion(rules: &[Stated], member: &str) -> Option<&'static str> {
    let is_bound = rules.iter().any(|stated| stated.rule == Rule::EndpointWithCertificate);
    (is_bound && member == "loginEndpoint").then_some("certificate")
}
