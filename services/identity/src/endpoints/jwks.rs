use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::opened::Opened;

/// A set of public keys (RFC 7517 §5). 公開金鑰集
// It describes the document; its text is made once for each rotation.
#[derive(Serialize, ToSchema)]
pub(crate) struct JwkSet {
    /// The current key, the next one, and those retired whose tokens may still live. 金鑰
    keys: Vec<Jwk>,
}

/// One public key. 公開金鑰
#[derive(Serialize, ToSchema)]
pub(crate) struct Jwk {
    /// Its name in tokens. 金鑰代號
    kid: String,
    /// `EC`. 金鑰類型
    kty: String,
    /// `P-256`. 曲線
    crv: String,
    /// `ES256`. 演算法
    alg: String,
    /// `sig`. 用途
    r#use: String,
    /// 座標
    x: String,
    /// 座標
    y: String,
}

/// The keys that verify access tokens. 公開金鑰
///
/// Two keys at least: the one that signs and the one that will sign next, so that everybody knows a key before it is
/// used.
#[utoipa::path(
    tag = "metadata",
    security(()),
    responses((status = 200, description = "RFC 7517. 公開金鑰集", body = JwkSet, content_type = "application/jwk-set+json"))
)]
#[get("/.well-known/jwks.json")]
pub(crate) async fn jwks(service: Opened) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=60"))
        .content_type("application/jwk-set+json")
        .body(service.keys.ring().jwks.clone())
}
