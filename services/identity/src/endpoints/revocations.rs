use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use runtime::problem::{Kind, Problem};
use serde::Serialize;

use crate::opened::Opened;
use crate::store::tables::revocation;

/// Everything that is refused although it has not expired. For the gateway, which reads it every second.
#[derive(Serialize)]
struct Revocations {
    /// Changes when the list does; also the `ETag`.
    version: String,
    /// The list, in the order of the identifiers.
    revoked: Vec<Entry>,
}

/// One session or token.
#[derive(Serialize)]
struct Entry {
    /// `session` (`id` is a `sid`) or `token` (`id` is a `jti`).
    kind: String,
    /// The identifier.
    id: String,
    /// When it may be forgotten, in seconds since 1970.
    expires: i64,
}

pub(super) async fn revocations(
    request: HttpRequest,
    service: Opened,
) -> Result<HttpResponse, Problem> {
    let listed = service
        .store
        .revocations(service.now())
        .await
        .map_err(|_| Problem::new(Kind::Unavailable).retry_after(1))?;
    let version = version(&listed);
    let tag = format!("\"{version}\"");
    let known = request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == tag.as_bytes());
    if known {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .finish());
    }
    let revoked = listed.into_iter().map(Entry::from).collect();
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Revocations { version, revoked }))
}

impl From<revocation::Model> for Entry {
    fn from(row: revocation::Model) -> Self {
        Self {
            kind: row.kind,
            id: row.id,
            // Rounded up: forgetting early is the only mistake that can be made here.
            expires: row.ends_us.div_euclid(1_000_000) + 1,
        }
    }
}

fn version(listed: &[revocation::Model]) -> String {
    let mut digest = Context::new(&SHA256);
    for row in listed {
        digest.update(&row.ends_us.to_be_bytes());
        digest.update(row.kind.as_bytes());
        digest.update(row.id.as_bytes());
        digest.update(b"\n");
    }
    URL_SAFE_NO_PAD.encode(&digest.finish().as_ref()[..16])
}
