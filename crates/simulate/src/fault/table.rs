//! The table of faults. Each strikes with either way of signing in; what only one way has, such as trying a client with OpenID
//! Connect, is no fault of its own here. Where SAML makes something else of a fault, its model says so.

/// A family of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The Kubernetes API.
    Kubernetes,
    /// Process and leadership.
    Process,
    /// Secrets.
    Secret,
    /// Names, connections, TLS.
    Network,
    /// The provider.
    Provider,
    /// Cognigy.AI.
    Cognigy,
}

/// As what a fault reaches the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// A write that could not be made: the visit ends, and is made again.
    Write,
    /// A write that is made again at once with the newer version.
    Conflict,
    /// A resource as a watch or a list shows it, late or again or not at all.
    Watch,
    /// A resource whose spec cannot be read.
    Unreadable,
    /// A process that begins again with nothing but what Kubernetes holds.
    Restart,
    /// A visit that is broken off before its next call.
    BrokenOff,
    /// An `InputFault`.
    Input,
    /// Other versions of Secrets, with other bytes or the same.
    Version,
    /// A `TransportFault`, at Cognigy.AI and at the provider.
    Transport,
    /// A `ProviderFault`.
    Provider,
    /// A `CallFault` of a call that did not take effect.
    Refusal,
    /// A `CallFault` of a call that took effect.
    LostAnswer,
    /// A newer audit event of somebody else, and another login URL.
    Drift,
}

macro_rules! faults {
    ($($id:ident $kind:ident $reach:ident: $name:literal, $model:literal;)+) => {
        /// A fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault { $(#[doc = $name] $id,)+ }

        /// All of them, in the order of the catalogue.
        pub const FAULTS: &[Fault] = &[$(Fault::$id),+];

        impl Fault {
            /// Its short name.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$id => stringify!($id),)+ }
            }

            /// What it is.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }

            /// How it is modelled.
            #[must_use]
            pub fn model(self) -> &'static str {
                match self { $(Self::$id => $model,)+ }
            }

            /// Its family.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$id => Kind::$kind,)+ }
            }

            /// As what it reaches the core.
            #[must_use]
            pub fn reach(self) -> Reach {
                match self { $(Self::$id => Reach::$reach,)+ }
            }
        }
    };
}

faults! {
    K1 Kubernetes Conflict: "conflict on a status or metadata write", "the next 4 writes, or 30, meet a conflict";
    K2 Kubernetes Watch: "resource version too old", "watches show nothing and list everything again after 5 s";
    K3 Kubernetes Watch: "watch cut inside an event", "the event is lost and the list after 5 s holds it";
    K4 Kubernetes Watch: "a stale list", "a process starts and its list lacks what users changed last; it hears of that 5 s later (the watcher asks for the most recent list, so that it holds all that the operator itself wrote)";
    K5 Kubernetes Watch: "an old UID or generation seen again", "after a re-creation, each news comes with all that was shown before";
    K6 Kubernetes Watch: "a lost delete event", "deletions are not shown until the next list, when faults stop";
    K7 Kubernetes Watch: "deleted and created again under one name", "users do so while the change is under way";
    K8 Kubernetes Write: "429 with Retry-After", "writes fail, as they do when the client has given up";
    K9 Kubernetes Write: "500 or 504 after the write took effect", "writes take effect and fail";
    K10 Kubernetes Write: "admission refuses the status", "writes fail";
    K11 Kubernetes Restart: "CRD missing or older at start", "the process starts and cannot list until faults stop";
    K12 Kubernetes Unreadable: "one resource that cannot be decoded among many", "a second resource has no readable spec";

    L1 Process Restart: "SIGKILL", "killed a moment after the change was asked for";
    L2 Process Restart: "SIGTERM inside a call", "no visit begins, the one in flight is finished, another process starts";
    L3 Process BrokenOff: "lease lost inside a call", "another replica is given the lease while reset or configure is on its way";
    L4 Process BrokenOff: "two leaders for a moment", "the leader freezes for 3 minutes inside a call, and goes on";
    L5 Process Restart: "out of memory", "killed four times, 2 minutes apart";
    L6 Process Restart: "rolling upgrade and back", "a status of another version (an unknown reason, a missing condition), and a replica that hands over";

    S1 Secret Input: "absent", "deleted, and there again when faults stop";
    S2 Secret Input: "key absent", "the key is taken out";
    S3 Secret Input: "empty, white space, newline at the end", "one of the three; SAML passes over the newline, so that it is another key";
    S4 Secret Input: "not UTF-8", "bytes that are none; with SAML no private key";
    S5 Secret Version: "rotated between reading and sending", "rotated just after the first two reads";
    S6 Secret Input: "deleted after success", "deleted when the change is through";
    S7 Secret Input: "reading forbidden", "every read is refused";
    S8 Secret Version: "created again under one name", "deleted and created with the same bytes";
    S9 Secret Input: "1 MiB value", "a value of 1 MiB; with SAML no private key";

    D1 Network Transport: "no such name", "Unreachable";
    D2 Network Transport: "resolver fails or hangs", "TimedOut after 30 s, 10 s at the provider";
    D3 Network Transport: "rebinding", "Unreachable: the address is refused";
    D4 Network Transport: "one address family broken", "Unreachable on every second try";
    D5 Network Transport: "reset in the handshake", "Unreachable";
    D6 Network Transport: "expired certificate", "Untrusted";
    D7 Network Transport: "wrong host", "Untrusted";
    D8 Network Transport: "private CA missing", "Untrusted";
    D9 Network Transport: "proxy asks for a password", "Unreachable: no tunnel";
    D10 Network Transport: "a dead pooled connection", "Cut, with nothing sent";

    O1 Provider Provider: "404", "Status 404";
    O2 Provider Provider: "5xx", "Status 503";
    O3 Provider Provider: "another issuer", "IssuerMismatch; SAML: EntityNotFound";
    O4 Provider Provider: "http endpoints", "Endpoint that is there; SAML: Invalid, no https URL";
    O5 Provider Provider: "redirect", "Status 302";
    O6 Provider Provider: "not JSON or XML, a login page", "Malformed; SAML: Invalid, a web page";
    O7 Provider Provider: "endless body", "TooLarge";
    O8 Provider Provider: "compressed bomb", "Malformed: codings are not asked for, so the bytes are no JSON; SAML: Invalid, no text";
    O9 Provider Provider: "one byte a second", "TimedOut after 10 s";
    O10 Provider Provider: "a required field missing", "Endpoint that is not there; SAML: Binding, HTTP-POST alone";
    O11 Provider Provider: "no usable key", "keys of another type; SAML: an expired certificate, or Invalid, none";
    O12 Provider Provider: "slash variants", "IssuerMismatch by a slash; SAML: EntityNotFound, and the similar one";
    O13 Provider Provider: "two answers in turn", "good and O3, changing each 7 s";

    C1 Cognigy Refusal: "401, 403", "all calls 401, or configure and reset 403";
    C2 Cognigy Refusal: "404", "Refused 404";
    C3 Cognigy Refusal: "conflict, already configured", "configure is answered 409, code 1004";
    C4 Cognigy Refusal: "400 with text", "configure and reset are answered 400";
    C5 Cognigy Refusal: "429 without Retry-After, with seconds, a date, ten years, a negative", "None, 30, 90, ten years or None, as the adapter parses them";
    C6 Cognigy Refusal: "5xx", "Refused 503 without effect";
    C7 Cognigy Refusal: "timeout before the change", "TimedOut after 30 s without effect";
    C8 Cognigy LostAnswer: "timeout after the change", "TimedOut after 30 s with effect";
    C9 Cognigy LostAnswer: "reset after the change", "Cut with effect";
    C10 Cognigy Refusal: "200 with an error body", "the problem's status: 400";
    C11 Cognigy LostAnswer: "200 with a proxy's HTML", "Unexpected, without effect or with it";
    C12 Cognigy LostAnswer: "delivered twice", "configure and reset take effect twice; the second answer counts";
    C13 Cognigy Drift: "changed or reset by somebody else", "somebody configures, and 5 minutes later resets";
    C14 Cognigy Refusal: "down for six hours", "all calls Unreachable";
}
