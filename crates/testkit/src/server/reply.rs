//! How a reply is given, true or not.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::io::{self, Write as _};
use std::iter;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use futures::stream::{self, Stream, StreamExt as _};
use hyper::Response;
use serde_json::json;

use super::answer::{self, Answer};
use super::fault::{Reply, Says};

const MEBIBYTE: usize = 1 << 20;
/// Magic number, deflate, no flags, no time, unknown system (RFC 1952, 2.3).
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// An empty last block with fixed codes (RFC 1951, 3.2.3).
const DEFLATE_END: [u8; 2] = [3, 0];

/// The connection shall be reset.
#[derive(Debug)]
pub(super) struct Severed;

impl fmt::Display for Severed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("reset as told")
    }
}

impl std::error::Error for Severed {}

/// `truth` is the true answer.
pub(super) async fn give(reply: Reply, truth: Answer) -> Result<Response<Body>, Severed> {
    Ok(match reply {
        Reply::Truth => truth.map(Body::from),
        Reply::Says(says) => made_up(says),
        Reply::Cut => return Err(Severed),
        Reply::Silence => pending().await,
        Reply::Half => half(truth),
        Reply::Drip => truth.map(|body| Body::from_stream(drip(body))),
        Reply::Endless => json_headed(Body::from_stream(endless())),
        Reply::Announced(length) => {
            let mut announced = json_headed(Body::from_stream(endless()));
            answer::set(announced.headers_mut(), "content-length", &length.to_string());
            announced
        }
        Reply::GzipBomb(mebibytes) => {
            let mut bomb = json_headed(Body::from_stream(gzip_bomb(mebibytes).map_err(|_| Severed)?));
            answer::set(bomb.headers_mut(), "content-encoding", "gzip");
            bomb
        }
        Reply::Garbage => json_headed(Body::from([0xff, 0x00, 0xfe, 0x7b].repeat(64))),
    })
}

fn json_headed(body: Body) -> Response<Body> {
    answer::json(200, &json!({})).map(|_| body)
}

fn made_up(says: Says) -> Response<Body> {
    let mut response = json_headed(Body::from(says.body));
    *response.status_mut() = answer::status_code(says.status);
    for (name, value) in &says.headers {
        answer::set(response.headers_mut(), name, value);
    }
    response
}

fn half(truth: Answer) -> Response<Body> {
    let length = truth.body().len().to_string();
    let mut response = truth.map(|body| {
        let first_half = body.slice(..body.len() / 2);
        // What waits to be written goes out while the stream has nothing more to give.
        let reset = stream::once(async {
            tokio::task::yield_now().await;
            Err(Severed)
        });
        Body::from_stream(stream::iter([Ok(first_half)]).chain(reset))
    });
    answer::set(response.headers_mut(), "content-length", &length);
    response
}

fn drip(body: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(0..body.len()).then(move |place| {
        let byte = body.slice(place..=place);
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(byte)
        }
    })
}

fn endless() -> impl Stream<Item = Result<Bytes, Infallible>> {
    let padding = Bytes::from(vec![b' '; 16 * 1024]);
    stream::iter([Bytes::from_static(b"{")]).chain(stream::repeat(padding)).map(Ok)
}

/// One MiB of blanks is compressed once. It was the first of its stream, so it refers to nothing before it and can be
/// repeated; the flush ends it on a whole byte.
fn gzip_bomb(mebibytes: u32) -> io::Result<impl Stream<Item = Result<Bytes, Infallible>>> {
    let blanks = vec![b' '; MEBIBYTE];
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&blanks)?;
    encoder.flush()?;
    let block = Bytes::copy_from_slice(encoder.get_ref());

    let mut one = Crc::new();
    one.update(&blanks);
    let mut all = Crc::new();
    (0..mebibytes).for_each(|_| all.combine(&one));
    let end = [&DEFLATE_END[..], &all.sum().to_le_bytes(), &all.amount().to_le_bytes()].concat();

    let head = iter::once(Bytes::from_static(&GZIP_HEAD));
    let parts = head.chain(iter::repeat_n(block, mebibytes as usize)).chain([Bytes::from(end)]);
    Ok(stream::iter(parts.map(Ok)))
}
