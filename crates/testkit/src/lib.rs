//! What the operator is tested against: a real Kubernetes control plane, a stand-in for Cognigy.AI and
//! OpenID providers that answer as they are told.

pub mod cognigy;
pub mod control_plane;
pub mod pki;
pub mod program;
pub mod provider;
pub mod real_provider;
pub mod server;
