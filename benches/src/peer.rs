//! The peer: the same job, on Go's controller-runtime.

use cognigy_sso_testkit::go_program::GoProgram;

use crate::subject::Subject;

const PROGRAM: GoProgram = GoProgram {
    name: "bench-peer",
    folder: "benches/peer",
    library: "sigs.k8s.io/controller-runtime",
    what: "the peer",
    usual_time: "about 2 minutes",
};
const FLAGS: [&str; 4] =
    ["--health-address={health}", "--metrics-address=0", "--leader-elect={leader-elect}", "--lease-namespace=bench"];

/// Builds it where it is not in the cache, and says how it is started.
///
/// # Errors
/// When Go is missing or the build fails.
pub async fn subject() -> anyhow::Result<Subject> {
    Ok(Subject::new("peer", &PROGRAM.obtain().await?, &FLAGS))
}
