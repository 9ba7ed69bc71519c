//! What hostile answers cost: this binary counts what it allocates. The server is a process of its own, so that what it takes does
//! not count.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::Fault as _;
use cognigy_sso_operator::egress::{AddressPolicy, Authorities, CaBundle, Egress};
use cognigy_sso_operator::openid::Providers;
use cognigy_sso_testkit::pki::Authority;
use cognigy_sso_testkit::provider::{Operation, Provider, Style};
use cognigy_sso_testkit::server::{Fault, Plan, Reply};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const SERVER: &str = "MEMORY_TEST_SERVER";
const MEBIBYTE: usize = 1 << 20;

/// What is answered, for which document, and what is said of it.
fn cases() -> Vec<(&'static str, Operation, Reply, &'static str)> {
    let says = |body: String| match Fault::says(200, &body).reply {
        Reply::Says(says) => Reply::Says(says),
        other => panic!("{other:?}"),
    };
    let large_head = || {
        let headers = (0..90).map(|number| (format!("x-{number}"), "x".repeat(4000)));
        let Reply::Says(mut says) = says("{}".to_owned()) else { panic!() };
        says.headers.extend(headers);
        Reply::Says(says)
    };
    let discovery = [
        ("ten-gigabytes", Reply::Announced(10_000_000_000), "larger than allowed"),
        ("endless", Reply::Endless, "larger than allowed"),
        ("bomb", Reply::GzipBomb(10_000), "larger than allowed"),
        ("small-bomb", Reply::GzipBomb(16), "not a JSON object"),
        ("drip", Reply::Drip, "does not answer in time"),
        ("deep", says("[".repeat(64 * 1024)), "nested deeper"),
        ("crowded", says(format!("{{\"a\":[{}7]}}", "7,".repeat(9_990))), "names no issuer"),
        ("too-crowded", says(format!("[{}7]", "[],".repeat(21_000))), "more than"),
        ("long", says(format!("{{\"issuer\":\"{}\"}}", "\\u0041".repeat(10_000))), "says that its issuer is"),
        ("large-head", large_head(), "names no issuer"),
    ];
    let keys = [
        ("keys-of-ten-gigabytes", Reply::Announced(10_000_000_000), "larger than allowed"),
        ("keys-endless", Reply::Endless, "larger than allowed"),
        ("keys-bomb", Reply::GzipBomb(10_000), "larger than allowed"),
        ("keys-deep", says("[".repeat(256 * 1024)), "nested deeper"),
        ("keys-crowded", says(format!("{{\"keys\":[{}7]}}", "[],".repeat(4_990))), ""),
        ("keys-too-crowded", says(format!("{{\"keys\":[{}7]}}", "{},".repeat(80_000))), "more than"),
        ("keys-long", says(format!("{{\"keys\":[{{\"kty\":\"{}\"}}]}}", "A".repeat(250_000))), ""),
        (
            "keys-many",
            says(format!("{{\"keys\":[{}7]}}", format!("{{\"kty\":\"{}\"}},", "A".repeat(1200)).repeat(200))),
            "",
        ),
    ];
    let of = |operation| move |(name, reply, says): (&'static str, Reply, &'static str)| (name, operation, reply, says);
    discovery.into_iter().map(of(Operation::Discovery)).chain(keys.into_iter().map(of(Operation::Keys))).collect()
}

/// Lesson: Content-Length trusted by guards (several, 2026).
#[tokio::test]
async fn hostile_answers_cost_at_most_a_mebibyte() {
    let server = Server::start();
    let trusted = CaBundle::parse(server.pem.as_bytes()).unwrap();
    let policy = AddressPolicy { allowed: vec!["127.0.0.0/8".parse().unwrap()], ..AddressPolicy::default() };
    let egress = Egress::new(policy, Authorities::system_and(&[trusted]));
    let providers = Providers::default();
    let read = async |name: &str| {
        let issuer = Issuer::parse(&format!("{}/{name}", server.origin)).unwrap();
        let (found, _) = providers.get(&egress, &issuer, None, Duration::from_hours(1), true).await;
        let keys = (*found).as_ref().map_err(cognigy_sso_decide::Fault::message).map(|provider| provider.keys.clone());
        keys.and_then(|keys| keys.map_err(|fault| fault.message()).map(|keys| keys.len()))
    };
    // The first call makes what all others share.
    assert!(read("good").await.is_ok_and(|keys| keys > 0));
    for (name, _, _, says) in cases() {
        let (before, began) = (ALLOCATOR.current_usage(), Instant::now());
        ALLOCATOR.reset_peak_usage();
        let report = read(name).await;
        let cost = ALLOCATOR.peak_usage().saturating_sub(before);
        println!("{name:24} {:>5} KiB, {:>5} ms", cost / 1024, began.elapsed().as_millis());
        // Heads are read by hyper up to 408 KiB, in a buffer that grows by doubling, and reqwest does not let one say less.
        let bound = if name == "large-head" { MEBIBYTE * 3 / 2 } else { MEBIBYTE };
        assert!(cost <= bound, "{name}: {cost} bytes");
        match report {
            Ok(_) => assert_eq!(says, "", "{name}"),
            Err(message) => assert!(!says.is_empty() && message.contains(says), "{name}: {message}"),
        }
        assert!(began.elapsed() < Duration::from_secs(15), "{name}: {:?}", began.elapsed());
    }
}

/// The other process, which ends with this value.
struct Server {
    process: Child,
    origin: String,
    pem: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serves_hostile_answers", "--ignored", "--nocapture"])
            .env(SERVER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.map(Result::unwrap).find(|line| line.starts_with('{')).unwrap();
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let text = |member: &str| ready.get(member).and_then(Value::as_str).unwrap().to_owned();
        Self { process, origin: text("origin"), pem: text("pem") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
#[ignore = "the other test starts it, in a process of its own"]
async fn serves_hostile_answers() {
    if std::env::var_os(SERVER).is_none() {
        return;
    }
    let authority = Authority::new("hostile").unwrap();
    let provider = Provider::start(&authority).await.unwrap();
    provider.keep_counts_only(true);
    provider.add("good", Style::OidcProvider, Vec::new());
    for (name, operation, reply, _) in cases() {
        provider.add(name, Style::OidcProvider, Vec::new());
        provider.install(Plan::on(operation, [Fault::reply(reply)]).of(name).forever());
    }
    println!("\n{}", json!({ "origin": provider.origin(), "pem": authority.pem() }));
    // Whoever started it is gone when its standard input ends.
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
}
