//! On what it is measured.

use std::fs;

use anyhow::Context as _;
use cognigy_sso_testkit::control_plane::Program;

use crate::report::Machine;

/// This machine, today.
pub fn this() -> anyhow::Result<Machine> {
    let processors = fs::read_to_string("/proc/cpuinfo").context("the processor is not known")?;
    let name = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").context("the kernel is not known")?;
    Ok(Machine {
        date: jiff::Zoned::now().date().to_string(),
        processor: name.map_or("unknown", |(_, name)| name).to_owned(),
        cores: std::thread::available_parallelism()?.get(),
        system: format!("Linux {}", release.trim()),
        kubernetes: Program::KubeApiserver.version()?,
    })
}
