//! The 64 faults: what each is, how it is modelled, and as what it reaches the core. [`FAULTS`] is the table; `cargo xtask faults
//! --list` prints it.

mod provider;
mod strike;
mod table;

pub use strike::{Scene, Severity};
pub use table::{FAULTS, Fault, Kind, Reach};
