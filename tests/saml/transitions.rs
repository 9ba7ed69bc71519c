//! A sample of the changes of a resource that declares SAML. The ten thousand that the API server and the core are given are of
//! resources of either kind, and run once.

#[path = "../it/transitions/contract.rs"]
mod contract;
#[path = "../it/transitions/definition.rs"]
mod definition;
#[path = "../it/transitions/operator.rs"]
mod operator;
