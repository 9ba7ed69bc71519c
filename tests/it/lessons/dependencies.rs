//! What the project is built from.

use std::path::Path;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn field<'a>(package: &'a str, name: &str) -> Option<&'a str> {
    let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))?;
    Some(line.trim_matches('"'))
}

/// What is wrong with the packages of a lock file.
fn faults(lock: &str) -> Vec<String> {
    let packages = lock.split("[[package]]").skip(1).filter(|package| field(package, "source").is_some());
    let is_sound = |package: &&str| {
        field(package, "source") == Some(REGISTRY) && field(package, "checksum").is_some_and(|sum| sum.len() == 64)
    };
    packages.filter(|package| !is_sound(package)).map(|package| field(package, "name").unwrap().to_owned()).collect()
}

#[test]
fn every_dependency_has_a_checksum_and_comes_from_the_registry() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert!(lock.matches("[[package]]").count() > 100);
    assert_eq!(faults(&lock), Vec::<String>::new());
    for name in ["openssl", "native-tls", "aws-lc-rs"] {
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name}");
    }
    let planted = |rest: &str| faults(&format!("[[package]]\nname = \"planted\"\nversion = \"1.0.0\"\n{rest}"));
    assert_eq!(planted("source = \"git+https://example.com/planted#0\""), ["planted"]);
    assert_eq!(planted(&format!("source = \"{REGISTRY}\"")), ["planted"]);
    assert!(planted("dependencies = [\n]").is_empty(), "our own have no source");
}
