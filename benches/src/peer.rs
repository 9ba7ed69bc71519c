//! The peer: the same job, on Go's controller-runtime.

use std::path::{Path, PathBuf};

use cognigy_sso_testkit::control_plane::cache::Entry;
use cognigy_sso_testkit::control_plane::{golang, progress};

use crate::subject::Subject;

const FLAGS: &str =
    "--health-address={health} --metrics-address=0 --leader-elect={leader-elect} --lease-namespace=bench";

/// Builds it where it is not in the cache, and says how it is started.
///
/// # Errors
/// When Go is missing or the build fails.
pub async fn subject() -> anyhow::Result<Subject> {
    let program = obtain().await?;
    format!("peer={} {FLAGS}", shlex::try_quote(&program.to_string_lossy())?).parse()
}

async fn obtain() -> anyhow::Result<PathBuf> {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer");
    let mut inputs: Vec<PathBuf> =
        std::fs::read_dir(&module)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    inputs.retain(|path| path.is_file());
    inputs.sort();
    let entry = Entry::new("bench-peer", "v0", &inputs)?;
    let log = entry.log();
    let build = |folder: PathBuf| async move {
        let build = golang::Build {
            module,
            package: ".".to_owned(),
            tags: "",
            flags: "-s -w".to_owned(),
            output: folder.join("peer"),
        };
        progress::shown("building the peer", "it is not in the cache; about 2 minutes, once", build.run(&log)).await
    };
    Ok(entry.obtain(build).await?.join("peer"))
}
