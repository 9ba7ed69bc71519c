//! The operator under faults, in virtual time: Kubernetes, Cognigy.AI, OpenID and SAML providers, networks, processes and leases
//! are simulated, and the decisions are the real ones.
//!
//! # What is the same code, and what is modelled
//!
//! | part | here |
//! |---|---|
//! | `Visit`, `Memory`, `Claims`, `in_progress`, `Resource::settled_with` and all behind them | the real `cognigy-sso-decide` |
//! | types of the resource, its status, reasons | the real `cognigy-sso-api` |
//! | one visit (`src/visit.rs`), what is observed and when (`src/observe`), the writer (`src/report.rs`) | `operator`, written after it, call by call |
//! | queue, store, dispatch, rests after a restart (`src/controller`), turns (`src/organizations.rs`), the cache of providers | `operator`, written after them; a deadline is virtual |
//! | adapters: what an answer or a broken connection becomes | modelled by what they give to the core: see [`fault`] |
//! | Kubernetes | [`kubernetes`]: versions, conflicts, uids, generations, finalizers, a log that watches are told from |
//! | Cognigy.AI | [`cognigy`]: one configuration for each organization, audit events, the login URL, what a second `configure` answers |
//! | leadership | `world`: a lease that expires; a change begins only if it outlives the call's timeout |
//!
//! What only `src/` does is not tested here: parsing (certificates and private keys are names of them), TLS, addresses, limits
//! of calls, publishing of events, metrics.
//! A process never freezes between looking at its lease and sending: no lease can help there.
//! What the driver takes care of beyond the steps of a visit is listed in [`world::Precaution`]; a test shows for each that it goes
//! wrong without.
//!
//! # What is tested
//!
//! [`plan`] is one plan of the matrix of 64 faults by 16 crash points, [`seeds`] are random worlds, [`outage`] is six hours
//! without Cognigy.AI for 1,000 resources, each with OpenID Connect and with SAML ([`strategy`]). The [`oracles`] judge the
//! [`history`] of each. All is decided by a seed: a run is the same each time.

pub mod cognigy;
pub mod crash;
pub mod dice;
pub mod executor;
pub mod fault;
pub mod history;
pub mod kubernetes;
pub mod openid;
mod operator;
pub mod oracles;
pub mod outage;
pub mod plan;
pub mod saml;
pub mod seeds;
pub mod strategy;
pub mod time;
pub mod weather;
pub mod world;
