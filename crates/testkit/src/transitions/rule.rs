//! What the rules of the definition say that the schema alone cannot. A rule is known by its message.

use serde_json::Value;

use super::field::{Presence, part};

/// A rule, as far as values can be made for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Exactly one of these members is given.
    OneOf(Vec<String>),
    /// Where the second member is, the first must be.
    Needs(String, String),
    /// A member may be there only beside one of these.
    OnlyWith(String, Vec<String>),
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
        Rule::OneOf(list(&members.replace(" and ", ", "), ", "))
    } else if let Some((member, other)) = said.strip_prefix("needs ").and_then(|said| said.split_once(" with ")) {
        Rule::Needs(member.to_owned(), other.to_owned())
    } else if let Some((member, others)) = said.strip_prefix("takes ").and_then(|said| said.split_once(" only with ")) {
        // What follows a colon is the reason.
        let others = others.split_once(':').map_or(others, |(others, _)| others);
        Rule::OnlyWith(member.to_owned(), list(others, " or "))
    } else {
        let known = [
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

fn list(text: &str, separator: &str) -> Vec<String> {
    text.split(separator).map(str::to_owned).collect()
}

/// How the rules bind this member to its siblings, if they do.
pub(super) fn binding(rules: &[Stated], member: &str) -> Option<Presence> {
    rules.iter().find_map(|Stated { rule, message }| match rule {
        Rule::OneOf(members) if members.iter().any(|one| one == member) => Some(Presence::Bound(message.clone())),
        Rule::Needs(needed, other) if needed == member => Some(Presence::NeededBy(other.clone(), message.clone())),
        Rule::OnlyWith(one, others) if one == member => Some(Presence::OnlyWith(others.clone(), message.clone())),
        _ => None,
    })
}

/// The members of which exactly one is given, and what is said when it is not so.
pub(super) fn exclusive(rules: &[Stated]) -> Option<(&[String], &str)> {
    rules.iter().find_map(|stated| match &stated.rule {
        Rule::OneOf(members) => Some((members.as_slice(), stated.message.as_str())),
        _ => None,
    })
}

/// The member that comes and goes with this one.
pub(super) fn companion<'a>(rules: &'a [Stated], member: &str) -> Option<&'a str> {
    rules.iter().find_map(|stated| match &stated.rule {
        Rule::Needs(needed, other) if other == member => Some(needed.as_str()),
        _ => None,
    })
}

/// The members that may not be there beside this one, if none of its alternatives is.
pub(super) fn foreign<'a>(rules: &'a [Stated], member: &str) -> impl Iterator<Item = &'a str> {
    rules.iter().filter_map(move |stated| match &stated.rule {
        Rule::OnlyWith(one, others) if others.iter().all(|other| other != member) => Some(one.as_str()),
        _ => None,
    })
}
