//! What the NetworkPolicy lets through, worked out as a network plugin would.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use crate::helm::{render, with};

/// Does this peer stand for the address? Peers that select pods stand for none outside.
fn is_peer(peer: &Value, address: IpAddr) -> bool {
    let within = |network: &Value| network.as_str().unwrap().parse::<IpNet>().unwrap().contains(&address);
    let Some(block) = peer.get("ipBlock") else { return false };
    let excepted = block.get("except").and_then(Value::as_array).is_some_and(|except| except.iter().any(within));
    within(&block["cidr"]) && !excepted
}

fn lets_out(policy: &Value, protocol: &str, address: &str, port: u16) -> bool {
    let address: IpAddr = address.parse().unwrap();
    policy["spec"]["egress"].as_array().unwrap().iter().any(|rule| {
        let mut ports = rule["ports"].as_array().unwrap().iter();
        let is_port = ports.any(|open| open["port"] == port && open["protocol"] == protocol);
        let to = rule.get("to").and_then(Value::as_array);
        is_port && to.is_none_or(|peers| peers.iter().any(|peer| is_peer(peer, address)))
    })
}

async fn policy(values: Value) -> Value {
    render(&with(values)).await.unwrap().get("NetworkPolicy").clone()
}

/// Where clouds serve the credentials of their machines; the program refuses them all.
const METADATA: [&str; 5] = ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe"];

#[tokio::test]
async fn what_the_operator_needs_is_let_out_and_metadata_of_machines_is_not() {
    let policy = policy(json!({})).await;
    for (protocol, address, port) in [
        ("UDP", "10.96.0.10", 53),
        ("TCP", "169.254.20.10", 53),
        ("TCP", "10.0.0.1", 6443),
        ("TCP", "203.0.113.7", 443),
        ("TCP", "10.1.2.3", 443),
        ("TCP", "2001:db8::1", 443),
    ] {
        assert!(lets_out(&policy, protocol, address, port), "{protocol} {address} {port}");
    }
    for (protocol, address, port) in [
        ("TCP", "169.254.169.254", 80),
        ("TCP", "203.0.113.7", 80),
        ("TCP", "203.0.113.7", 22),
        ("UDP", "203.0.113.7", 443),
    ] {
        assert!(!lets_out(&policy, protocol, address, port), "{protocol} {address} {port}");
    }
    assert_eq!(METADATA.map(|address| lets_out(&policy, "TCP", address, 443)), [false; 5]);
    let peers = policy["spec"]["egress"][2]["to"].as_array().unwrap();
    assert!(
        peers.contains(&json!({ "namespaceSelector": {} })),
        "some network plugins know pods by no address: {peers:?}"
    );
}

#[tokio::test]
async fn the_ports_of_the_proxy_and_of_the_collector_are_let_out() {
    for (url, port) in [
        ("http://proxy:3128", 3128),
        ("http://proxy", 80),
        ("https://proxy/", 443),
        ("https://collector:4318/v1/traces", 4318),
        ("http://[2001:db8::1]:8080", 8080),
        ("http://[2001:db8::1]", 80),
    ] {
        for values in [json!({ "proxy": { "https": url } }), json!({ "otlp": { "endpoint": url } })] {
            let policy = policy(values).await;
            assert!(lets_out(&policy, "TCP", "192.0.2.1", port), "{url}");
            assert_eq!(METADATA.map(|address| lets_out(&policy, "TCP", address, port)), [false; 5], "{url}");
        }
    }
}

#[tokio::test]
async fn nobody_comes_in_but_for_health_and_metrics() {
    let policy = policy(json!({})).await;
    let ports: Vec<_> = policy["spec"]["ingress"].as_array().unwrap().iter().map(|rule| &rule["ports"]).collect();
    let port = |number| json!([{ "port": number, "protocol": "TCP" }]);
    assert_eq!(ports, [&port(8081), &port(8080)]);
    assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
}
