//! The collector's client: no address is denied to it, and it trusts whom all calls trust.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry_http::HttpClient as _;
use tokio::runtime::Handle;

use super::raw_server::RawServer;
use super::{Authorities, trusting};
use crate::egress::Collector;

async fn send(server: &RawServer, authorities: &Authorities) -> Option<u16> {
    let collector = Collector::new(Duration::from_secs(10), Handle::current(), authorities).unwrap();
    let url = format!("https://127.0.0.1:{}/v1/traces", server.port);
    // As the exporter does it: from a thread that serves no runtime.
    let sending = move || {
        let request = http::Request::post(url).body(Bytes::from_static(b"spans")).unwrap();
        futures::executor::block_on(collector.send_bytes(request)).ok().map(|answer| answer.status().as_u16())
    };
    tokio::task::spawn_blocking(sending).await.unwrap()
}

#[tokio::test]
async fn a_collector_is_reached_wherever_it_is_and_only_if_it_is_trusted() {
    let elsewhere = "HTTP/1.1 307 Elsewhere\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let server = RawServer::start(|_| vec![(Duration::ZERO, elsewhere.as_bytes().to_vec())]).await;
    assert_eq!(send(&server, &Authorities::system_and(&[])).await, None);
    assert_eq!(server.requests(), Vec::<String>::new());
    assert_eq!(send(&server, &trusting(&server.pem)).await, Some(307), "and is followed nowhere");
    assert_eq!(server.requests().len(), 1);
}
