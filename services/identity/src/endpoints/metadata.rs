use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::grants::{client_credentials, refresh, registry_facts};
use crate::opened::Opened;

/// Where and how to get a token (RFC 8414 §2, RFC 9449 §5.1). 授權伺服器資訊
#[derive(Serialize, ToSchema)]
pub(crate) struct Metadata {
    /// `iss` of every token. 簽發者
    #[schema(example = "https://lifeboat.gov.tw")]
    issuer: String,
    /// Where tokens are asked for. 權杖端點
    #[schema(example = "https://lifeboat.gov.tw/identity/v1/token")]
    token_endpoint: String,
    /// Where tokens are handed back. 撤銷端點
    revocation_endpoint: String,
    /// The public keys. 公開金鑰
    jwks_uri: String,
    /// How to earn a token. 授權類型
    grant_types_supported: Vec<&'static str>,
    /// None: there is no authorization endpoint. 回應類型
    response_types_supported: Vec<&'static str>,
    /// How programs prove who they are; `none` for citizens' apps. 用戶端驗證方式
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How programs' assertions are signed. 用戶端聲明演算法
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// As at the token endpoint. 撤銷端點驗證方式
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// As at the token endpoint. 撤銷端點聲明演算法
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// How proofs of possession are signed. 持有證明演算法
    dpop_signing_alg_values_supported: Vec<&'static str>,
    /// Pages for people. 說明文件
    service_documentation: String,
}

/// Where and how to get a token. 授權伺服器資訊
#[utoipa::path(
    tag = "metadata",
    security(()),
    responses((status = 200, description = "RFC 8414. 授權伺服器資訊", body = Metadata))
)]
#[get("/.well-known/oauth-authorization-server")]
pub(crate) async fn authorization_server_metadata(service: Opened) -> HttpResponse {
    let names = &service.names;
    let methods = || vec!["none", "private_key_jwt"];
    let algorithms = || vec!["ES256", "EdDSA"];
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=300"))
        .json(Metadata {
            issuer: names.issuer.clone(),
            token_endpoint: names.token_endpoint.clone(),
            revocation_endpoint: names.revocation_endpoint.clone(),
            jwks_uri: format!("{}/.well-known/jwks.json", names.issuer),
            grant_types_supported: vec![
                registry_facts::GRANT,
                client_credentials::GRANT,
                refresh::GRANT,
            ],
            response_types_supported: Vec::new(),
            token_endpoint_auth_methods_supported: methods(),
            token_endpoint_auth_signing_alg_values_supported: algorithms(),
            revocation_endpoint_auth_methods_supported: methods(),
            revocation_endpoint_auth_signing_alg_values_supported: algorithms(),
            dpop_signing_alg_values_supported: algorithms(),
            service_documentation: format!("{}/docs", names.issuer),
        })
}
