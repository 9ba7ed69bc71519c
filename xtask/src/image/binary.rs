//! The operator's binary as it is given away: one file that needs nothing beside it, the same bytes from the same commit, and with
//! the list of what it is made of inside.

use std::env;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use cognigy_sso_testkit::control_plane::cache::Entry;
use cognigy_sso_testkit::control_plane::{progress, service};
use sha2::{Digest as _, Sha256};

use super::{commit, dist};
use crate::cargo::{self, cargo};

/// The operator's binary.
pub const NAME: &str = "cognigy-sso-operator";
/// Puts the list of dependencies into the binary, where scanners find it. Another version might write it in another way.
const AUDITABLE: &str = "0.7.7";

/// The second: a static program cannot look whether its C library has `getrandom`, and would read a device instead. The third:
/// the list of addresses in it, which is gone through at each start, takes a hundredth of its room. The fourth: names of functions
/// that tell for which types each was made. The fifth: the order of functions, by these names.
const FLAGS: [&str; 5] = [
    "-Ctarget-feature=+crt-static",
    "--cfg=getrandom_backend=\"linux_getrandom\"",
    "-Clink-arg=-Wl,-z,pack-relative-relocs",
    "-Csymbol-mangling-version=v0",
    "-Clink-arg=-Wl,-T,xtask/src/image/cold.ld",
];

/// What the operator is built for, by the names that images use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Architecture {
    Amd64,
    Arm64,
}

/// A binary that was built.
pub struct Binary {
    path: PathBuf,
    bytes: u64,
    sha256: String,
}

impl Architecture {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// This machine's.
    ///
    /// # Errors
    /// When nothing is given away for it.
    pub fn here() -> anyhow::Result<Self> {
        match (env::consts::OS, env::consts::ARCH) {
            ("linux", "x86_64") => Ok(Self::Amd64),
            ("linux", "aarch64") => Ok(Self::Arm64),
            (system, machine) => {
                bail!("binaries for images are built on Linux, x86_64 or aarch64; this is {system} {machine}")
            }
        }
    }

    /// As images name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// As Rust names it.
    fn target(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Where its binary is put.
    pub fn binary(self) -> PathBuf {
        dist().join("linux").join(self.name()).join(NAME)
    }
}

impl Binary {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({} bytes, sha256 {})", self.path.display(), self.bytes, self.sha256)
    }
}

/// Builds the binary for this machine's architecture.
pub async fn build() -> anyhow::Result<Binary> {
    let architecture = Architecture::here()?;
    let mut build = cargo::command(auditable().await?.join("bin/cargo-auditable"));
    configure(&mut build, architecture)?;
    build.args(["auditable", "build", "--release", "--locked", "--package", NAME, "--bin", NAME]);
    build.args(["--target", architecture.target()]);
    let status = tokio::process::Command::from(build).kill_on_drop(true).status().await?;
    ensure!(status.success(), "cargo auditable build: {status}");
    collect(architecture)
}

/// Copies the binary to where it is given away from.
fn collect(architecture: Architecture) -> anyhow::Result<Binary> {
    let built = cargo::target().join(architecture.target()).join("release").join(NAME);
    let path = architecture.binary();
    fs::create_dir_all(path.parent().context("a binary is in a folder")?)?;
    fs::copy(&built, &path).with_context(|| format!("copying {}", built.display()))?;
    let content = fs::read(&path)?;
    Ok(Binary { bytes: content.len() as u64, sha256: sha256(&content), path })
}

/// Hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Links the C library in, and lets no path of this machine into the binary.
fn configure(build: &mut Command, architecture: Architecture) -> anyhow::Result<()> {
    let (root, home) = (cargo::root(), cargo_home()?);
    let paths = [(root.as_path(), "/operator"), (home.as_path(), "/cargo")];
    let mut rust = FLAGS.map(str::to_owned).to_vec();
    rust.extend(paths.map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display())));
    let c = paths.map(|(path, name)| format!("-ffile-prefix-map={}={name}", path.display()));
    build.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}"));
    build.env("CFLAGS", c.join(" ")).env("SOURCE_DATE_EPOCH", commit::time()?).env("CARGO_INCREMENTAL", "0");
    if architecture == Architecture::Arm64 {
        // The allocator takes this machine's page size for every machine's, and does not start where pages are larger.
        build.env("JEMALLOC_SYS_WITH_LG_PAGE", "16");
    }
    Ok(())
}

fn cargo_home() -> anyhow::Result<PathBuf> {
    let configured = env::var_os("CARGO_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    configured.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).context("there is no home folder: set HOME")
}

/// The folder that cargo-auditable is installed in; it is built first where it is missing.
async fn auditable() -> anyhow::Result<PathBuf> {
    let entry = Entry::new("cargo-auditable", AUDITABLE, &[])?;
    let log = entry.log();
    let install = async |folder: PathBuf| {
        let target = folder.join("target");
        let mut install = cargo();
        install.args(["install", "cargo-auditable", "--locked", "--version", AUDITABLE]);
        install.arg("--root").arg(&folder).env("CARGO_TARGET_DIR", &target);
        let doing = format!("installing cargo-auditable {AUDITABLE}");
        progress::shown(&doing, "about a minute, once", service::complete(&install, &log)).await?;
        Ok(fs::remove_dir_all(target)?)
    };
    entry.obtain(install).await
}
