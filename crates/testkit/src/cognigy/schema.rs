//! The two shapes that `configure` takes, checked as strictly as published.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::Url;

use super::problem::Problem;

struct Property {
    name: &'static str,
    shape: Shape,
    required: bool,
}

/// Lengths are in characters, from and to.
enum Shape {
    Text(usize, usize),
    NullableText(usize),
    Url(usize),
    NullableUrl,
    Base64(usize),
    OneOf(&'static [&'static str]),
    Boolean,
}

const fn required(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: true }
}

const fn optional(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: false }
}

const OIDC: &[Property] = &[
    required("idpType", Shape::OneOf(&["oidc"])),
    required("idpIssuer", Shape::Url(5000)),
    required("idpClientId", Shape::Text(1, 5000)),
    required("idpClientSecret", Shape::Text(1, 5000)),
    optional("idpAdditionalScope", Shape::NullableText(5000)),
    optional("idpFrontChannelLogoutUrl", Shape::NullableUrl),
    optional("idpIdTokenSignedResponseAlg", Shape::OneOf(&["RS256", "RS384", "RS512", "HS256", "HS384", "HS512"])),
    optional(
        "idpTokenEndpointAuthMethod",
        Shape::OneOf(&[
            "client_secret_basic",
            "client_secret_post",
            "client_secret_jwt",
            "private_key_jwt",
            "tls_client_auth",
            "self_signed_tls_client_auth",
            "none",
        ]),
    ),
];

const SAML: &[Property] = &[
    required("idpType", Shape::OneOf(&["saml"])),
    required("idpIssuer", Shape::Text(1, 5000)),
    required("idpLoginEndpoint", Shape::Text(1, 5000)),
    optional("idpLogoutEndpoint", Shape::Text(1, 5000)),
    required("idpCertificate", Shape::Base64(15000)),
    optional("decryptionPrivateKey", Shape::Base64(15000)),
    optional("idpDisableRequestedAuthnContext", Shape::Boolean),
    optional(WANT_AUTHN_RESPONSE_SIGNED, Shape::Boolean),
];

const WANT_AUTHN_RESPONSE_SIGNED: &str = "wantAuthnResponseSigned";

/// `knows_want_authn_response_signed` is what newer versions do.
pub(super) fn check(body: &Value, knows_want_authn_response_signed: bool) -> Result<(), Problem> {
    let members = body.as_object().ok_or_else(|| Problem::invalid("The body must be a JSON object."))?;
    let properties = match members.get("idpType") {
        None => return Err(Problem::missing("idpType")),
        Some(Value::String(kind)) if kind == "oidc" => OIDC,
        Some(Value::String(kind)) if kind == "saml" => SAML,
        Some(_) => return Err(Problem::invalid("'idpType' must be 'oidc' or 'saml'.")),
    };
    let known = |property: &Property| knows_want_authn_response_signed || property.name != WANT_AUTHN_RESPONSE_SIGNED;
    refuse_unknown(members, |name| properties.iter().any(|property| property.name == name && known(property)))?;
    properties.iter().try_for_each(|property| property.check(members.get(property.name)))
}

fn refuse_unknown(members: &Map<String, Value>, known: impl Fn(&str) -> bool) -> Result<(), Problem> {
    match members.keys().find(|name| !known(name)) {
        Some(name) => Err(Problem::invalid(format!("The property '{name}' is not allowed."))),
        None => Ok(()),
    }
}

impl Property {
    fn check(&self, value: Option<&Value>) -> Result<(), Problem> {
        match value {
            None if self.required => Err(Problem::missing(self.name)),
            Some(value) if !self.shape.fits(value) => {
                Err(Problem::invalid(format!("'{}' {}.", self.name, self.shape.demand())))
            }
            _ => Ok(()),
        }
    }
}

impl Shape {
    fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::NullableText(_) | Self::NullableUrl, Value::Null) | (Self::Boolean, Value::Bool(_)) => true,
            (Self::Text(least, most), Value::String(text)) => (*least..=*most).contains(&text.chars().count()),
            (Self::NullableText(most), Value::String(text)) => text.chars().count() <= *most,
            (Self::Url(most), Value::String(text)) => text.chars().count() <= *most && is_url(text),
            (Self::NullableUrl, Value::String(text)) => is_url(text),
            (Self::Base64(most), Value::String(text)) => (1..=*most).contains(&text.chars().count()) && is_base64(text),
            (Self::OneOf(words), Value::String(text)) => words.contains(&text.as_str()),
            _ => false,
        }
    }

    fn demand(&self) -> String {
        match self {
            Self::Text(least, most) => format!("must be a string of {least} to {most} characters"),
            Self::NullableText(most) => format!("must be null or a string of at most {most} characters"),
            Self::Url(most) => format!("must be a URL of at most {most} characters"),
            Self::NullableUrl => "must be null or a URL".to_owned(),
            Self::Base64(most) => format!("must be base64 of at most {most} characters"),
            Self::OneOf(words) => format!("must be one of {}", words.join(", ")),
            Self::Boolean => "must be a boolean".to_owned(),
        }
    }
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_base64(text: &str) -> bool {
    let without_line_ends: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(without_line_ends).is_ok()
}
