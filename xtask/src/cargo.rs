//! Cargo, called from a program that Cargo itself has started.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What Cargo tells the program that it runs. Handed on to another Cargo it would make build scripts run anew.
const TOLD_BY_CARGO: [&str; 6] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];

/// Cargo, in the root of the workspace.
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program that runs Cargo, in the root of the workspace.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os().filter(|(name, _)| is_told_by_cargo(name)) {
        command.env_remove(name);
    }
    command.current_dir(root());
    command
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where Cargo puts what it builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

fn is_told_by_cargo(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    TOLD_BY_CARGO.iter().any(|told| name.starts_with(told))
}
