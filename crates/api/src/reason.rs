//! Every reason that a condition can give, with what it means and what a person does about it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Declares the reasons once, by what they are about: the enum, their names, their meaning and the mend.
macro_rules! reasons {
    ($($topic:literal { $($name:ident: $meaning:literal, $mend:literal;)+ })+) => {
        /// Why a condition has its status: one `CamelCase` word, as the Kubernetes API conventions ask.
        #[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[doc = $meaning] $name,)+)+
            /// A reason that another version of the operator wrote.
            #[serde(other)]
            Other,
        }

        impl Reason {
            /// Every reason that this version gives.
            pub const ALL: &'static [Self] = &[$($(Self::$name),+),+];

            /// The reasons by what they are about, in the order in which they are documented.
            pub const TOPICS: &'static [(&'static str, &'static [Self])] = &[$(($topic, &[$(Self::$name),+])),+];

            /// The word itself.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$name => stringify!($name),)+)+ Self::Other => "Other" }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $($(Self::$name => $meaning,)+)+ Self::Other => "Written by another version of the operator." }
            }

            /// What a person does about it; empty where there is nothing to do.
            #[must_use]
            pub fn mend(self) -> &'static str {
                match self { $($(Self::$name => $mend,)+)+ Self::Other => "" }
            }
        }
    };
}

reasons! {
    "It is as it should be" {
        Ready: "The declared configuration is in force and no check refutes it.", "";
        Resolved: "Every referenced key exists and holds a usable value.", "";
        Connected: "The API key belongs to an administrator of the expected organization.", "";
        Verified: "The check holds.", "";
        Configured: "The declared configuration was applied.", "";
        InSync: "Nobody else has changed the configuration since it was applied.", "";
    }
    "It is on its way" {
        Progressing: "The operator is working on it.", "";
        Retrying: "Something did not answer as it should; the operator tries again.",
            "Read the message of the condition that is Unknown; nothing else needs doing.";
        ChangePending: "The declared configuration is not applied yet.", "";
        OutcomeUnknown: "A call to Cognigy.AI was sent and its answer was lost; the operator settles it by itself.", "";
    }
    "It was asked not to act" {
        Suspended: "spec.suspend is true: nothing is checked or changed outside the cluster.",
            "Set spec.suspend to false to go on.";
        Planned: "spec.mode is Plan: the message says what would be done.", "Set spec.mode to Manage to have it done.";
        NotChecked: "This was not checked; the message says why.", "";
    }
    "The resource itself" {
        InvalidSpec: "The resource cannot be read, or a field holds what no rule allows.", "Correct the named field.";
    }
    "Secrets and ConfigMaps" {
        SecretNotFound: "A referenced Secret does not exist.", "Create it; the operator notices by itself.";
        SecretNotSelected: "A referenced Secret does not carry the labels that the operator was told to ask for (--secret-selector).",
            "Give it those labels, or refer to another Secret; the operator notices by itself.";
        NameNotListed: "A referenced Secret or ConfigMap is not among those that the operator was told to use (--secret-name, --config-map-name).",
            "Correct the reference, or have the name added: secretNames or configMapNames in the chart's values.";
        ConfigMapNotFound: "A referenced ConfigMap does not exist.", "Create it; the operator notices by itself.";
        KeyNotFound: "A referenced Secret or ConfigMap lacks the named key.", "Add the key, or correct the reference.";
        EmptyValue: "A referenced value is empty.", "Put a value in.";
        InvalidValue: "A referenced value is not usable: not UTF-8, with line breaks around it, or too long.",
            "Store the bare value, without a line break at the end (echo -n).";
        SecretTypeRefused: "A referenced Secret is of a type that belongs to another controller.",
            "Keep the value in a Secret of type Opaque.";
        InvalidCertificate: "A referenced value holds no usable certificate.", "Store the certificate, or the authority's certificates, as PEM.";
        InvalidPrivateKey: "A referenced value holds no usable private key.",
            "Store an RSA key of at least 2048 bits as PEM, without a password.";
        PrivateKeyMismatch: "The private key does not belong to the certificate in the same Secret.",
            "Store the key and the certificate that belong together.";
        AccessDenied: "The operator may not read a referenced Secret or ConfigMap.", "Grant the operator's ServiceAccount get, list and watch.";
    }
    "Cognigy.AI" {
        HostNotAllowed: "The host of spec.cognigy.apiUrl is not among those that an API key may be sent to.",
            "Correct the URL, or start the operator with --cognigy-host for this host.";
        Unauthorized: "Cognigy.AI refuses the API key (401).", "Put a valid API key into the Secret.";
        Forbidden: "Cognigy.AI refuses the call to this user (403).", "Give the API key's user the organization-wide role admin.";
        NotAdmin: "The API key's user lacks the organization-wide role admin.", "Give the user that role, or use another user's key.";
        UserDisabled: "The API key's user is disabled.", "Enable the user, or use another user's key.";
        OrganizationMismatch: "The API key belongs to another organization than spec.cognigy.organizationId.",
            "Use a key of that organization, or correct the id.";
        OrganizationChanged: "The API key now belongs to another organization than the one that was configured.",
            "Use a key of the former organization, or delete this resource and create it again.";
        ApiNotFound: "There is no Cognigy.AI API at spec.cognigy.apiUrl.", "Correct the base URL; on trial and SaaS installations it ends in /new.";
        Unreachable: "The server cannot be reached, or its certificate is not trusted.", "Check the name, the network and the CA bundle.";
        Throttled: "The server asks to be called less often, or the limit of the API key is used up; the operator waits as long as that takes.", "";
        ServerError: "The server reports a fault of its own.", "Nothing, unless it lasts; then tell its operator the trace id.";
        UnexpectedAnswer: "The server answers something else than the API is documented to.", "Check that the URL leads to the API and not to a proxy or a login page.";
        Rejected: "Cognigy.AI refuses the configuration.", "Correct what the message names.";
        AlreadyConfigured: "The organization has a configuration that this resource did not apply.",
            "Set spec.adoptionPolicy to Always to replace it, or reset it in Cognigy.AI.";
        RolledBack: "Cognigy.AI refused the declared configuration, and the former one was put back.",
            "Correct what the message names; the corrected configuration is applied as usual.";
        Conflict: "An older resource declares the same organization, and it alone acts.",
            "Delete one of the two resources.";
        Drifted: "Somebody else has changed the organization's configuration.",
            "Set spec.driftPolicy to Correct to have the declared one applied again, or delete this resource.";
        DriftLoop: "Somebody else keeps changing the configuration: it was corrected three times inside an hour.",
            "Find who changes it and stop that; then ask for a check, or change the resource.";
    }
    "The provider" {
        DiscoveryNotFound: "There is no discovery document at the issuer.", "Correct spec.oidc.issuer.";
        DiscoveryInvalid: "The discovery document is not what OpenID Connect Discovery asks for.", "Correct spec.oidc.issuer; it may lead to a login page.";
        IssuerMismatch: "The discovery document names another issuer.", "Write the issuer exactly as the message says.";
        EndpointInvalid: "The discovery document lacks an endpoint, or names one that is not https.", "Have the provider corrected.";
        NoUsableKey: "The provider publishes no key that fits the signing algorithm.", "Choose an algorithm that the provider signs with.";
        AlgorithmNotSupported: "The provider does not sign ID tokens with the chosen algorithm.", "Choose one of those that the message lists.";
        AuthMethodNotSupported: "The provider does not offer the chosen authentication method.", "Choose one of those that the message lists.";
        FlowNotSupported: "The provider does not offer the authorization code flow.", "Enable it at the provider.";
    }
    "The SAML identity provider" {
        MetadataNotFound: "There is no metadata at spec.saml.metadataUrl.", "Correct the URL.";
        MetadataInvalid: "The metadata is not what SAML 2.0 asks for.", "Correct where the metadata is taken from, or have the identity provider corrected.";
        MetadataExpired: "The metadata says that it is no longer valid.", "Have the identity provider publish its metadata anew, or store the present one.";
        SignatureInvalid: "The metadata is not signed by the certificate that is asked for.",
            "Bring spec.saml.metadataCertificate up to date, leave it out where the identity provider signs no metadata, or find out who changed it.";
        EntityNotFound: "The metadata does not describe the identity provider that is asked for.",
            "Correct spec.saml.entityId, or where the metadata is taken from.";
        EntityAmbiguous: "The metadata describes several identity providers.", "Say which in spec.saml.entityId.";
        BindingNotSupported: "The identity provider takes no requests by the HTTP-Redirect binding.", "Enable it at the identity provider.";
        CertificateNotPublished: "The metadata does not hold the signing certificate that is chosen.",
            "Put the present signing certificate into what spec.saml.certificate names, or leave that out.";
        CertificateAmbiguous: "The metadata holds several signing certificates, and Cognigy.AI takes one.",
            "Say in spec.saml.certificate which one signs at present.";
        CertificateNotYetValid: "The signing certificate is not valid yet.", "Use the one that signs at present.";
        CertificateExpired: "The signing certificate has expired.", "Renew it at the identity provider.";
    }
    "The client at the provider" {
        ClientNotFound: "The provider does not know the client id.", "Correct spec.oidc.clientId, or register the client.";
        ClientSecretRefused: "The provider knows the client and refuses its secret.", "Put the client's present secret into the Secret.";
        ClientRefused: "The provider refuses the client: its id, its secret or its authentication method is wrong.",
            "Compare all three with what is registered at the provider.";
        ClientAuthMethodRefused: "The provider accepts this client, but by another authentication method.",
            "Set spec.oidc.tokenEndpointAuthMethod as the message says, or change it at the provider.";
        ClientFlowRefused: "The client may not use the authorization code flow.", "Enable that flow for the client at the provider.";
        CallbackNotRegistered: "The provider refuses the callback URL for this client.",
            "Register the callback URL that the message names at the provider, character by character.";
        ScopeRefused: "The provider refuses the scopes for this client.",
            "Allow the scopes for the client at the provider, or take them out of spec.oidc.additionalScopes.";
        PkceDemanded: "The client must use PKCE, and whether Cognigy.AI does is not known.",
            "Try to sign in; if that fails, take the demand for PKCE off the client at the provider.";
        RawCredentials: "The provider takes the client's credentials only without the encoding that RFC 6749 asks for.",
            "Choose a secret of letters, digits, '-', '.' and '_' alone.";
        MethodNotTried: "The authentication method needs more than a secret, so the credentials cannot be tried.", "Try to sign in.";
        Inconclusive: "The provider answers in a way that proves nothing.", "Try to sign in; the message says what could not be told.";
    }
    "Deletion" {
        DeletionBlocked: "The configuration cannot be reset, so the resource stays until it can.",
            "Restore what the message names, or set spec.deletionPolicy to Retain.";
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A plain string in the schema, so that an older definition accepts the reasons of a newer operator.
impl JsonSchema for Reason {
    fn schema_name() -> Cow<'static, str> {
        "Reason".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 1024, "pattern": "^[A-Za-z]([A-Za-z0-9]*[A-Za-z0-9])?$" })
    }
}
