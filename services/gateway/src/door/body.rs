//! Reads a request's body whole, within bounds of size, memory and time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING,
};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use runtime::problem::{Kind, Problem};

use super::load::{Budget, Share};
use crate::catalogue::Operation;
use crate::settings::Limits;

/// A body and the memory it is charged with.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    _share: Option<Share>,
}

/// Reads the body of a request for `operation`.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    operation: &Operation,
    limits: &Limits,
    budget: &Budget,
) -> Result<Body, Problem> {
    let Some(declared) = declared_length(request) else {
        return Ok(Body::default());
    };
    if operation.media_types.is_empty() {
        return Err(Problem::new(Kind::Malformed)
            .detail("This operation takes no body.", "此作業不接受內容。"));
    }
    let coding = request.headers().get(CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        // RFC 9110 §12.5.3 and §15.5.16: the answer says which codings would be taken.
        return Err(Problem::new(Kind::UnsupportedMedia)
            .detail(
                "Send it as it is, without Content-Encoding.",
                "請勿壓縮內容（Content-Encoding）。",
            )
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !operation.takes(content_type) {
        let taken = operation.media_types.join(", ");
        return Err(Problem::new(Kind::UnsupportedMedia)
            .detail(format!("Send {taken}."), format!("請使用 {taken}。")));
    }
    let most = operation.body_bytes.unwrap_or(limits.body_bytes);
    if declared > most as u64 {
        return Err(too_large(most));
    }
    let share = budget.take(0).map_err(|_| overloaded())?;
    let patience = Duration::from_millis(limits.body_timeout_ms) + on_the_way(declared, limits);
    tokio::time::timeout(patience, collect(payload, most, share))
        .await
        .unwrap_or_else(|_| Err(Problem::new(Kind::Timeout)))
}

/// What the body of a request may take on top of the time for everything else: a photograph over a weak network needs
/// minutes, and says beforehand how long it is.
pub(crate) fn allowance(request: &HttpRequest, limits: &Limits) -> Duration {
    let most = limits.all_bodies_bytes as u64;
    on_the_way(
        declared_length(request).unwrap_or_default().min(most),
        limits,
    )
}

fn on_the_way(bytes: u64, limits: &Limits) -> Duration {
    Duration::from_millis(bytes * 1_000 / limits.slowest_body_bytes_per_s.get())
}

/// The declared length; 0 for a body in chunks, whose length is not known; `None` without a body.
fn declared_length(request: &HttpRequest) -> Option<u64> {
    if request.headers().contains_key(TRANSFER_ENCODING) {
        return Some(0);
    }
    let length: u64 = request
        .headers()
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    (length > 0).then_some(length)
}

async fn collect(payload: &mut Payload, most: usize, mut share: Share) -> Result<Body, Problem> {
    let mut body = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| {
            Problem::new(Kind::Malformed).detail("The body broke off.", "內容傳送中斷。")
        })?;
        if body.len() + part.len() > most {
            return Err(too_large(most));
        }
        share.grow(part.len()).map_err(|_| overloaded())?;
        body.extend_from_slice(&part);
    }
    Ok(Body {
        bytes: body.freeze(),
        _share: Some(share),
    })
}

fn too_large(most: usize) -> Problem {
    Problem::new(Kind::TooLarge).detail(
        format!("At most {most} bytes are taken."),
        format!("內容不得超過 {most} 位元組。"),
    )
}

/// Too much is under way.
pub(crate) fn overloaded() -> Problem {
    Problem::new(Kind::Unavailable)
        .detail(
            "Too many requests are under way. Try again.",
            "系統忙碌中，請稍後再試。",
        )
        .retry_after(1)
}
