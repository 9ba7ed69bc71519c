//! The rules that the API server checks beyond plain bounds. A message has no subject: the definition puts the path of
//! the field before it.

use kube::core::{Message, Rule};

/// Two optional fields of which one is given.
pub(crate) fn exactly_one_of(one: &str, other: &str) -> Rule {
    rule(&format!("has(self.{one}) != has(self.{other})"), format!("needs exactly one of {one} and {other}"))
}

/// An https URL and nothing around it. The API server's own parser lets spaces and an empty host pass, hence the pattern.
pub(crate) fn https_url(example: &str) -> Rule {
    rule(
        "isURL(self) && self.matches('^https://[^/?#@: ][^/?#@ ]*(/[^?# ]*)?$')",
        format!("must be an https URL without user name, query or fragment, for example {example}"),
    )
}

/// The same where addresses may have a query.
pub(crate) fn https_url_with_query(example: &str) -> Rule {
    rule(
        "isURL(self) && self.matches('^https://[^/?#@: ][^/?#@ ]*([/?][^# ]*)?$')",
        format!("must be an https URL without user name or fragment, for example {example}"),
    )
}

/// A resource belongs to one installation for good. Comparing parsed URLs would exceed what the API server lets a rule cost.
pub(crate) fn same_host() -> Rule {
    rule(
        "self.find('//[^/]*') == oldSelf.find('//[^/]*')",
        "cannot change its host: delete this resource and create one for the other installation",
    )
}

/// An issuer identifier is what precedes the well-known path (OpenID Connect Discovery section 4).
pub(crate) fn no_well_known_path() -> Rule {
    rule(
        "!self.contains('/.well-known/openid-configuration')",
        "must be the part before /.well-known/openid-configuration: leave that off",
    )
}

/// A duration from a minute to a day.
pub(crate) fn interval() -> Rule {
    rule(
        "self.matches('^([0-9]{1,5}[hms])+$') && duration(self) >= duration('1m') && duration(self) <= duration('24h')",
        "must be from 1m to 24h, for example 10m or 1h30m",
    )
}

/// A SAML provider is described once.
pub(crate) fn one_saml_source() -> Rule {
    rule(
        "[has(self.loginEndpoint), has(self.metadataUrl), has(self.metadataRef)].filter(given, given).size() == 1",
        "needs exactly one of loginEndpoint, metadataUrl and metadataRef",
    )
}

/// An endpoint says nothing of the certificate.
pub(crate) fn certificate_with_endpoint() -> Rule {
    rule("!has(self.loginEndpoint) || has(self.certificate)", "needs certificate with loginEndpoint")
}

/// A field that means nothing without another one.
pub(crate) fn only_with(field: &str, other: &str, why: &str) -> Rule {
    rule(&format!("!has(self.{field}) || has(self.{other})"), format!("takes {field} only with {other}: {why}"))
}

/// A field that means nothing without metadata.
pub(crate) fn only_with_metadata(field: &str) -> Rule {
    rule(
        &format!("!has(self.{field}) || !has(self.loginEndpoint)"),
        format!("takes {field} only with metadataUrl or metadataRef"),
    )
}

fn rule(expression: &str, message: impl Into<String>) -> Rule {
    Rule::new(expression).message(Message::Message(message.into()))
}
