//! What is found of a client, in words: which part is wrong, and what to change where.

use cognigy_sso_api::{Oidc, Reason};

use super::{Callback, Credentials, NoAnswer, Proof, Refusal};
use crate::fault::{Class, TransportFault};
use crate::finding::Finding;

/// The client as it is registered, or shall be.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    /// What is declared of it.
    pub oidc: &'a Oidc,
    /// The redirect URI.
    pub callback: &'a str,
    /// Does form encoding change its id or secret?
    pub encoding_matters: bool,
}

fn refuted(reason: Reason, message: String) -> Finding {
    Finding::refuted(reason, message, Class::Input)
}

/// Nothing waits for it: what is not known holds nothing back.
fn unknown(reason: Reason, message: impl Into<String>) -> Finding {
    Finding { reason, ..Finding::not_checked(message) }
}

fn no_answer(none: NoAnswer, endpoint: &str) -> Finding {
    const LATER: &str = "It is tried again at the next check.";
    match none {
        NoAnswer::Status(status) => {
            let reason = if status == 429 { Reason::Throttled } else { Reason::ServerError };
            unknown(reason, format!("The provider's {endpoint} answers {status}. {LATER}"))
        }
        NoAnswer::Transport(fault) => {
            let what = match fault {
                TransportFault::Unreachable => "cannot be reached",
                TransportFault::Untrusted => "has a certificate that is not trusted (spec.oidc.caBundle)",
                TransportFault::TimedOut => "does not answer in time",
                TransportFault::Cut => "ends the connection inside its answer",
                TransportFault::TooLarge => "sends an answer that is larger than allowed",
            };
            unknown(Reason::Unreachable, format!("The provider's {endpoint} {what}. {LATER}"))
        }
    }
}

impl Registration<'_> {
    /// The client by name, unless its id comes from a Secret.
    fn name(&self) -> String {
        match (&self.oidc.client_id_secret_ref, &self.oidc.client_id) {
            (None, Some(id)) => format!("client {id}"),
            _ => "the client of spec.oidc.clientIdSecretRef".to_owned(),
        }
    }

    fn secret(&self) -> String {
        let key = &self.oidc.client_secret_ref;
        format!("key {} of Secret {}", key.key, key.name)
    }

    fn id_field(&self) -> &'static str {
        if self.oidc.client_id_secret_ref.is_some() { "spec.oidc.clientIdSecretRef" } else { "spec.oidc.clientId" }
    }

    pub(super) fn id_refused(&self, refusal: Option<&Refusal>) -> Finding {
        let answered = refusal.map_or_else(String::new, |refusal| format!(" ({refusal})"));
        let message = format!(
            "The provider does not know {}{answered}. Correct {}, or register the client at {}.",
            self.name(),
            self.id_field(),
            self.oidc.issuer
        );
        refuted(Reason::ClientNotFound, message)
    }

    /// Pages are read by their words: those of the token endpoint weigh more.
    pub(super) fn id_doubtful(&self) -> Finding {
        let message = format!(
            "The provider's authorization endpoint refuses the request and speaks of the client id, while its token endpoint \
             accepts {}. Check at {} that the client is enabled and may be used to sign in, and try to sign in.",
            self.name(),
            self.oidc.issuer
        );
        unknown(Reason::Inconclusive, message)
    }

    pub(super) fn secret_refused(&self, refusal: &Refusal) -> Finding {
        let message = format!(
            "The provider knows {} and refuses its secret ({refusal}): wrong, expired or rotated. Put the present secret of \
             this client at {} into {}{}",
            self.name(),
            self.oidc.issuer,
            self.secret(),
            self.method_hint()
        );
        refuted(Reason::ClientSecretRefused, message)
    }

    pub(super) fn refused(&self, refusal: &Refusal) -> Finding {
        let message = format!(
            "The provider refuses {} ({refusal}): its id or its secret is wrong. Compare {} and {} with what is registered \
             at {}{}",
            self.name(),
            self.id_field(),
            self.secret(),
            self.oidc.issuer,
            self.method_hint()
        );
        refuted(Reason::ClientRefused, message)
    }

    fn method_hint(&self) -> String {
        let method = self.oidc.token_endpoint_auth_method.as_str();
        format!("; if both are right, the client may be registered for another method than {method}.")
    }

    pub(super) fn credentials(&self, found: &Credentials) -> Finding {
        let (name, method) = (self.name(), self.oidc.token_endpoint_auth_method.as_str());
        match found {
            Credentials::Accepted => self.accepted(),
            Credentials::Refused(refusal) => self.refused(refusal),
            Credentials::OtherMethod(other) => refuted(
                Reason::ClientAuthMethodRefused,
                format!(
                    "The provider accepts {name} by {} and not by {method}. Set spec.oidc.tokenEndpointAuthMethod to {}, or \
                     have the client registered for {method}.",
                    other.as_str(),
                    other.as_str()
                ),
            ),
            Credentials::FlowRefused => self.flow_refused(),
            Credentials::OnlyRaw => unknown(
                Reason::RawCredentials,
                format!(
                    "The provider accepts {name} only when id and secret are sent without form encoding, against RFC 6749 \
                     section 2.3.1; which of the two Cognigy.AI sends is not known. Give the client a secret of letters, \
                     digits, '-', '.' and '_' alone, and put it into {}.",
                    self.secret()
                ),
            ),
            Credentials::Indistinct => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider answers a random secret like that of {name}, so the secret cannot be checked; at a public \
                     client any secret is accepted. Try to sign in."
                ),
            ),
            Credentials::Unclear(refusal) => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider's token endpoint refuses to say whether {name} is right ({refusal}). Try to sign in."
                ),
            ),
            Credentials::Uncontrolled => unknown(
                Reason::Retrying,
                "The provider answers a random secret in a way that proves nothing, so the secret cannot be checked. It is \
                 tried again at the next check.",
            ),
            Credentials::Issued => unknown(
                Reason::UnexpectedAnswer,
                "The provider's token endpoint answers with success to an authorization code that does not exist. What it sent \
                 was not kept. Have the provider examined: if it issues tokens for any code, it lets anybody in.",
            ),
            Credentials::NoSecret => {
                unknown(Reason::NotChecked, "The credentials are not checked, since the client secret cannot be read.")
            }
            Credentials::NotTried(_) => unknown(
                Reason::MethodNotTried,
                format!(
                    "{method} cannot be tried without the client's key: whether the credentials are right, a sign-in will tell."
                ),
            ),
            Credentials::Wordless { status } => unknown(
                Reason::Retrying,
                format!(
                    "The provider's token endpoint answers {status} without an OAuth error. It is tried again at the next check."
                ),
            ),
            Credentials::None(none) => no_answer(*none, "token endpoint"),
        }
    }

    fn accepted(&self) -> Finding {
        let warning = if self.encoding_matters {
            " They hold characters that form encoding changes (RFC 6749 section 2.3.1), and the provider accepts them \
             encoded; should a sign-in fail all the same, give the client a secret of letters, digits, '-', '.' and '_' alone."
        } else {
            ""
        };
        Finding::verified(Reason::Verified, format!("The provider accepts the client's credentials.{warning}"))
    }

    fn flow_refused(&self) -> Finding {
        let message = format!(
            "The provider accepts {} and does not let it use the authorization code flow. Enable that flow for the client at \
             {}.",
            self.name(),
            self.oidc.issuer
        );
        refuted(Reason::ClientFlowRefused, message)
    }

    pub(super) fn callback(&self, found: &Callback) -> Finding {
        let (name, callback, issuer) = (self.name(), self.callback, &self.oidc.issuer);
        match found {
            Callback::Accepted(proof) => Finding::verified(Reason::Verified, accepted_by(*proof, callback)),
            Callback::ScopesRefused => self.scopes_refused(),
            Callback::FlowRefused => self.flow_refused(),
            Callback::NotRegistered => refuted(
                Reason::CallbackNotRegistered,
                format!("Register {callback} as redirect URI of {name} at {issuer}: the provider refuses it."),
            ),
            Callback::ClientUnknown => self.id_refused(None),
            Callback::PkceDemanded => unknown(
                Reason::PkceDemanded,
                format!(
                    "The provider accepts {callback} and demands PKCE of {name}; whether Cognigy.AI uses it is not known. Try \
                     to sign in; if that fails, take the demand off the client at {issuer}."
                ),
            ),
            Callback::RestUnclear(error) => {
                let is_passing = matches!(&**error, "server_error" | "temporarily_unavailable");
                let (reason, then) = if is_passing {
                    (Reason::Retrying, "It is tried again at the next check.")
                } else {
                    (Reason::Inconclusive, "Try to sign in.")
                };
                let told = "whether flow and scopes are right cannot be told";
                unknown(reason, format!("The provider accepts {callback} and answers {error}: {told}. {then}"))
            }
            Callback::AnyRedirect => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider also sends people of {name} back to an address that nobody has registered, so the callback \
                     cannot be checked. Take wildcards out of the client's redirect URIs at {issuer}: they let others steal \
                     sign-ins."
                ),
            ),
            Callback::Code => unknown(
                Reason::UnexpectedAnswer,
                "The provider sends a code although nobody is signed in. Have the provider examined: it may let anybody in.",
            ),
            Callback::Unproven => unknown(
                Reason::UnexpectedAnswer,
                format!(
                    "What comes back to {callback} does not answer the request that was made (state or iss differ). Try to sign in."
                ),
            ),
            Callback::ScopesDoubtful => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider's authorization endpoint refuses the request and speaks of scopes ({}): Cognigy.AI always \
                     requests offline_access, which some providers do not know. Check which of them {name} may have at \
                     {issuer}, and try to sign in.",
                    self.oidc.requested_scopes()
                ),
            ),
            Callback::Unclear { status } => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider's authorization endpoint answers {status} and does not say why. Check that {callback} is \
                     registered as redirect URI of {name} at {issuer}, and try to sign in."
                ),
            ),
            Callback::Indistinct => unknown(
                Reason::Inconclusive,
                format!(
                    "The provider shows the same page for the callback and for an address that nobody has registered, so the \
                     callback cannot be checked. Check that {callback} is registered as redirect URI of {name} at {issuer}, and \
                     try to sign in."
                ),
            ),
            Callback::NotTried => unknown(
                Reason::NotChecked,
                "The callback is not checked while the organization is not known: it needs the API key, or spec.cognigy.organizationId.",
            ),
            Callback::None(none) => no_answer(*none, "authorization endpoint"),
        }
    }

    fn scopes_refused(&self) -> Finding {
        let additional = self.oidc.additional_scopes.join(" ");
        let mend = if additional.is_empty() {
            "Allow them for the client"
        } else {
            "Allow them for the client, or correct spec.oidc.additionalScopes,"
        };
        let scopes = self.oidc.requested_scopes();
        let message = format!(
            "The provider accepts the callback and refuses the scopes ({scopes}) for {}. {mend} at {}.",
            self.name(),
            self.oidc.issuer
        );
        refuted(Reason::ScopeRefused, message)
    }
}

fn accepted_by(proof: Proof, callback: &str) -> String {
    match proof {
        Proof::Returned => format!("It sends people back to {callback}."),
        Proof::Contrast => format!("It shows a page for {callback} and refuses an address that nobody has registered."),
        Proof::Pushed => {
            format!(
                "It takes a pushed request for {callback} and refuses one for an address that nobody has registered."
            )
        }
    }
}
