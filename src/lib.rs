//! The operator: the only place that does I/O. Each visit to a resource goes one way: observe, plan, act, conclude, report.

pub mod cli;
pub mod cognigy;
pub mod egress;
pub mod lease;
pub mod metrics;
pub mod openid;

mod admin;
mod author;
mod causes;
mod clock;
mod controller;
mod json;
mod kept;
mod observe;
mod organizations;
mod permitted;
mod report;
mod saml;
mod secret;
mod selector;
mod shards;
mod shelf;
mod telemetry;
mod traces;
mod visit;
mod watched;
