//! What the kernel tells of a process (proc(5)).

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// Memory of a process, in MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// In memory now, shared pages of files too.
    pub resident: f64,
    /// What would be free if it ended.
    pub private: f64,
    /// The most that was ever resident.
    pub peak: f64,
}

/// Reads the memory of a process.
///
/// # Errors
/// When there is no such process.
pub fn memory(pid: i32) -> anyhow::Result<Memory> {
    let status = read(pid, "status")?;
    let rollup = read(pid, "smaps_rollup")?;
    Ok(Memory {
        resident: mib(&status, "VmRSS:")?,
        peak: mib(&status, "VmHWM:")?,
        private: mib(&rollup, "Private_Clean:")? + mib(&rollup, "Private_Dirty:")?,
    })
}

/// User and system time of a process in seconds, of threads that have ended too: its CPU-time clock (POSIX, `clock_getcpuclockid`).
///
/// # Errors
/// When there is no such process.
pub fn cpu(pid: i32) -> anyhow::Result<f64> {
    let clock = clock_getcpuclockid(Pid::from_raw(pid)).with_context(|| ended(pid))?;
    Ok(Duration::from(clock.now().with_context(|| ended(pid))?).as_secs_f64())
}

fn read(pid: i32, file: &str) -> anyhow::Result<String> {
    fs::read_to_string(format!("/proc/{pid}/{file}")).with_context(|| ended(pid))
}

fn ended(pid: i32) -> String {
    format!("process {pid} has ended")
}

fn mib(text: &str, name: &str) -> anyhow::Result<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    Ok(value.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn own() -> i32 {
        i32::try_from(std::process::id()).unwrap()
    }

    #[test]
    fn memory_that_is_touched_is_counted() {
        let before = memory(own()).unwrap();
        let held = vec![1_u8; 32 << 20];
        let after = memory(own()).unwrap();
        assert!(held.iter().all(|byte| *byte == 1));
        assert!(after.resident - before.resident > 30.0, "{before:?} {after:?}");
        assert!(after.private - before.private > 30.0, "{before:?} {after:?}");
        assert!(after.peak >= after.resident - 1.0, "{after:?}");
    }

    #[test]
    fn work_takes_processor_time() {
        let before = cpu(own()).unwrap();
        let sum = (0..5_000_000_u64).fold(0, |sum: u64, number| std::hint::black_box(sum ^ number));
        assert!(cpu(own()).unwrap() > before, "{sum}");
    }
}
