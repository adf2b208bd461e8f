//! The operations; one file each, with its text for the OpenAPI document.

mod access_log;
mod health;
mod jwks;
mod metadata;
mod revocations;
mod revoke;
mod token;

use actix_web::web;
use runtime::operations::Operations;

pub(crate) use health::Readiness;

/// The operations that the gateway offers to the world; they make the OpenAPI document.
pub(crate) fn public(operations: &mut Operations<'_>) {
    operations
        .service(token::token)
        .service(revoke::revoke)
        .service(access_log::own_access_log)
        .service(metadata::authorization_server_metadata)
        .service(jwks::jwks);
}

/// What only the gateway and the platform ask.
pub(crate) fn private(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/internal/v1/revocations").get(revocations::revocations))
        .service(web::resource("/livez").get(health::live))
        .service(web::resource("/readyz").get(health::ready));
}
