//! A proxy behind which every name leads to this machine: so pages name the servers that their readers would name.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use cognigy_sso_testkit::pki::{Authority, Leaf, client_config};
use parking_lot::Mutex;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Where a name leads: a certificate for it, and the port of the server that answers.
type Routes = Arc<Mutex<HashMap<String, (Arc<rustls::ServerConfig>, u16)>>>;

/// It ends with the value.
pub struct Proxy {
    url: String,
    routes: Routes,
    _listening: JoinSet<()>,
}

impl Proxy {
    pub async fn open(authority: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connector = TlsConnector::from(Arc::new(client_config(&[authority.pem()]).unwrap()));
        let routes = Routes::default();
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&routes), connector));
        Self { url, routes, _listening: listening }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on this name leads to that port of this machine.
    pub fn lead(&self, authority: &Authority, host: &str, port: u16) {
        let certificate = authority.issue(&[host], Leaf::Good).unwrap();
        self.routes.lock().insert(host.to_owned(), (certificate, port));
    }
}

async fn listen(listener: TcpListener, routes: Routes, connector: TlsConnector) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        // Who calls finds out what went wrong.
        tokio::spawn(lead_on(socket, Arc::clone(&routes), connector.clone()));
    }
}

async fn lead_on(mut socket: TcpStream, routes: Routes, connector: TlsConnector) -> Result<()> {
    let host = asked_for(&mut socket).await?;
    let Some((certificate, port)) = routes.lock().get(&host).cloned() else {
        socket.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await?;
        return Ok(());
    };
    socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let mut caller = TlsAcceptor::from(certificate).accept(socket).await?;
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut server = connector.connect(ServerName::try_from("localhost")?, server).await?;
    copy_bidirectional(&mut caller, &mut server).await?;
    Ok(())
}

/// The host of `CONNECT host:443` (RFC 9110 section 9.3.6).
async fn asked_for(socket: &mut TcpStream) -> Result<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(socket.read_u8().await?);
    }
    let request = String::from_utf8(request)?;
    let target = request.strip_prefix("CONNECT ").and_then(|rest| rest.split_once(':')).context("CONNECT host:port")?;
    Ok(target.0.to_owned())
}
