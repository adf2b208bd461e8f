//! The OpenAPI document of a capability: what people read, what clients are made from, and what the gateway routes by.

use actix_web::App;
use runtime::problem::ProblemBody;
use utoipa::IntoResponses;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, ServerBuilder};
use utoipa_actix_web::AppExt;

use crate::declaration::Capability;

/// The problems that every operation may answer with.
#[derive(IntoResponses)]
pub enum Problems {
    /// The request cannot be read; the fields at fault are named. 請求格式錯誤
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] ProblemBody),
    /// No token, or one that does not hold; `WWW-Authenticate: DPoP` tells why. 請先登入
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] ProblemBody),
    /// Known, and not allowed. 無此權限
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] ProblemBody),
    /// No such record, or none that the caller may know of. 查無資料
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] ProblemBody),
    /// Too many requests; `Retry-After` tells when to come back. 請求過於頻繁
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(#[to_schema] ProblemBody),
    /// Not available right now; `Retry-After` tells when to come back. 服務暫時無法使用
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] ProblemBody),
}

const SCHEME: &str = "dpop";

/// Collects the routes' descriptions and adds what the declaration knows.
pub(crate) fn document(capability: &Capability) -> OpenApi {
    let base = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(format!("{} {}", capability.system_name, capability.name))
                .description(Some(capability.summary))
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .servers(Some([ServerBuilder::new()
            .url(format!("/{}", capability.name))
            .build()]))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme(SCHEME, scheme())
                .build(),
        ))
        .security(Some([SecurityRequirement::new(
            SCHEME,
            Vec::<String>::new(),
        )]))
        .build();
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(base)
        .configure(capability.routes)
        .split_for_parts();
    document.extensions = Some(
        Extensions::builder()
            .add(
                "x-lifeboat",
                serde_json::json!({
                    "service": capability.name,
                    "system_name": capability.system_name,
                    "recovery_tier": capability.recovery_tier,
                    "policy": capability.policy,
                }),
            )
            .build(),
    );
    document
}

fn scheme() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Basic);
    http.description = Some("Access token bound to a key (RFC 9449): `Authorization: DPoP <token>` and `DPoP: <proof>`.".into());
    // The enumeration of schemes knows no DPoP; the extension says which one is meant.
    http.extensions = Some(Extensions::builder().add("x-scheme", "DPoP").build());
    SecurityScheme::Http(http)
}
