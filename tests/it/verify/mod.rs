//! `verify`: what is wrong is found before anything is applied, and said with the mend.

mod cluster;
pub mod desk;
mod files;
mod mistakes;
mod workflow;
