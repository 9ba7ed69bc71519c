//! What an image has to be like before it is given away.

use anyhow::ensure;
use object::elf::{EM_AARCH64, EM_X86_64};
use object::read::elf::{ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _};
use serde_json::{Value, json};

use super::Architecture;
use super::binary::NAME;
use super::layout::Image;
use super::parts;
use super::rootfs::{self, Entry};

/// In bytes, unpacked.
const LARGEST: usize = 15 * 1024 * 1024;
/// All that is in it, with its permissions: no shell, no package manager, no library.
const CONTENT: [(&str, u32); 8] = [
    (NAME, 0o755),
    ("etc", 0o755),
    ("etc/ssl", 0o755),
    ("etc/ssl/certs", 0o755),
    ("etc/ssl/certs/ca-certificates.crt", 0o644),
    ("licenses", 0o755),
    ("licenses/LICENSE", 0o644),
    ("licenses/THIRD-PARTY.txt", 0o644),
];
/// Below `org.opencontainers.image`.
const LABELS: [&str; 5] = ["title", "description", "licenses", "version", "revision"];

/// Says how large it is.
///
/// # Errors
/// Names all that is not as it has to be.
pub fn pass(image: &Image, architecture: Architecture) -> anyhow::Result<String> {
    let entries = rootfs::entries(image)?;
    let size = entries.iter().map(|entry| entry.content.len()).sum::<usize>();
    let mut faults = settings(&image.config, architecture);
    faults.extend(content(&entries));
    faults.extend(
        entries.iter().filter(|entry| entry.path.ends_with(NAME)).flat_map(|entry| binary(entry, architecture)),
    );
    if size > LARGEST {
        faults.push(format!("it is {size} bytes large, and may be {LARGEST}"));
    }
    ensure!(faults.is_empty(), "the image for {}: {}", architecture.name(), faults.join("; "));
    Ok(format!("image for {}: {:.1} MiB unpacked", architecture.name(), mebibytes(size)))
}

#[expect(clippy::cast_precision_loss, reason = "images are far smaller than where it starts")]
fn mebibytes(size: usize) -> f64 {
    size as f64 / 1024.0 / 1024.0
}

/// Who runs what, and on what.
fn settings(config: &Value, architecture: Architecture) -> Vec<String> {
    let wanted = [
        ("/os", json!("linux")),
        ("/architecture", json!(architecture.name())),
        ("/config/User", json!("65532:65532")),
        ("/config/Entrypoint", json!([format!("/{NAME}")])),
        ("/config/Cmd", json!(["run"])),
    ];
    let found = |path: &str| config.pointer(path).cloned().unwrap_or_default();
    let wrong = wanted.into_iter().filter(|(path, value)| found(path) != *value);
    let mut faults: Vec<_> = wrong.map(|(path, value)| format!("{path} is {} and not {value}", found(path))).collect();
    let unlabelled = LABELS.map(|name| format!("org.opencontainers.image.{name}")).into_iter().filter(|label| {
        let labels = config.pointer("/config/Labels");
        labels.and_then(|labels| labels.get(label)?.as_str()).is_none_or(str::is_empty)
    });
    faults.extend(unlabelled.map(|label| format!("it has no label {label}")));
    faults
}

fn content(entries: &[Entry]) -> Vec<String> {
    let expected = |path: &str| CONTENT.iter().find(|(name, _)| *name == path);
    let mut faults = Vec::new();
    for entry in entries {
        let path = entry.path.to_string_lossy();
        match expected(path.trim_end_matches('/')) {
            None => faults.push(format!("{path} does not belong there")),
            Some((_, mode)) if *mode != entry.mode => faults.push(format!("{path} has the mode {:o}", entry.mode)),
            Some(_) if entry.owner != (0, 0) => faults.push(format!("{path} belongs to {:?}", entry.owner)),
            Some(_) => {}
        }
    }
    let is_missing = |name: &str| !entries.iter().any(|entry| entry.path.as_path() == std::path::Path::new(name));
    faults.extend(CONTENT.iter().filter(|(name, _)| is_missing(name)).map(|(name, _)| format!("{name} is missing")));
    faults
}

/// For this machine, without a loader, and with the list of what it is made of.
fn binary(entry: &Entry, architecture: Architecture) -> Vec<String> {
    let Ok(file) = ElfFile64::<Endianness>::parse(entry.content.as_slice()) else {
        return vec!["the binary is no ELF file of 64 bits".to_owned()];
    };
    let (endian, machine) = (
        file.endian(),
        match architecture {
            Architecture::Amd64 => EM_X86_64,
            Architecture::Arm64 => EM_AARCH64,
        },
    );
    let mut faults = Vec::new();
    if file.elf_header().e_machine(endian) != machine {
        faults.push("the binary is for another machine".to_owned());
    }
    if file.elf_program_headers().iter().any(|header| header.p_type(endian) == object::elf::PT_INTERP) {
        faults.push("the binary is not static".to_owned());
    }
    if file.section_by_name(parts::SECTION).is_none() {
        faults.push("the binary does not list what it is made of".to_owned());
    }
    faults
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn config() -> Value {
        let labels = LABELS.map(|name| (format!("org.opencontainers.image.{name}"), json!("said")));
        json!({
            "os": "linux",
            "architecture": "arm64",
            "config": {
                "User": "65532:65532",
                "Entrypoint": ["/cognigy-sso-operator"],
                "Cmd": ["run"],
                "Labels": labels.into_iter().collect::<serde_json::Map<_, _>>(),
            },
        })
    }

    fn entries() -> Vec<Entry> {
        let entry = |(path, mode)| Entry { path: PathBuf::from(path), owner: (0, 0), mode, content: Vec::new() };
        CONTENT.map(entry).into()
    }

    #[test]
    fn an_image_that_is_run_by_root_or_runs_something_else_is_refused() {
        assert_eq!(settings(&config(), Architecture::Arm64), Vec::<String>::new());
        assert_eq!(settings(&config(), Architecture::Amd64).len(), 1);
        for (path, value) in [
            ("/config/User", json!("0:0")),
            ("/config/User", json!("")),
            ("/config/Entrypoint", json!(["/bin/sh"])),
            ("/config/Labels/org.opencontainers.image.revision", json!("")),
            ("/config/Labels/org.opencontainers.image.licenses", Value::Null),
        ] {
            let mut wrong = config();
            *wrong.pointer_mut(path).unwrap() = value;
            assert_eq!(settings(&wrong, Architecture::Arm64).len(), 1, "{path}");
        }
    }

    #[test]
    fn an_image_with_a_file_too_many_or_one_that_others_may_change_is_refused() {
        assert_eq!(content(&entries()), Vec::<String>::new());
        let mut shell = entries();
        shell.push(Entry { path: "bin/sh".into(), owner: (0, 0), mode: 0o755, content: Vec::new() });
        assert_eq!(content(&shell), ["bin/sh does not belong there"]);
        let mut open = entries();
        open[0].mode = 0o4755;
        open[4].owner = (65532, 65532);
        assert_eq!(content(&open).len(), 2);
        assert_eq!(content(&entries()[1..]), ["cognigy-sso-operator is missing"]);
    }

    /// The tests' own binary: it has a loader, and no list of what it is made of.
    #[test]
    fn a_binary_that_needs_a_loader_is_refused() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let entry = Entry { path: NAME.into(), owner: (0, 0), mode: 0o755, content: program };
        let (here, other) = match Architecture::here().unwrap() {
            Architecture::Amd64 => (Architecture::Amd64, Architecture::Arm64),
            Architecture::Arm64 => (Architecture::Arm64, Architecture::Amd64),
        };
        assert_eq!(binary(&entry, here), ["the binary is not static", "the binary does not list what it is made of"]);
        assert_eq!(binary(&entry, other)[0], "the binary is for another machine");
        let garbage = Entry { content: b"#!/bin/sh".to_vec(), ..entry };
        assert_eq!(binary(&garbage, here), ["the binary is no ELF file of 64 bits"]);
    }
}
