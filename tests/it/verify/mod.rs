//! `verify`: what is wrong is found before anything is applied, and said with the mend.

mod client;
mod cluster;
pub mod desk;
mod files;
mod mistakes;
mod workflow;
