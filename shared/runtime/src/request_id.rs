//! The request's id: made at the gateway, carried through every call in `X-Request-Id`, shown in answers and logs.

use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

/// The header that carries the id.
pub const HEADER: &str = "x-request-id";

#[derive(Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

/// The id of this request; a nil UUID where [`crate::http::bounded`] does not wrap the application.
#[must_use]
pub fn of(request: &HttpRequest) -> Uuid {
    request
        .extensions()
        .get::<RequestId>()
        .map_or(Uuid::nil(), |id| id.0)
}
