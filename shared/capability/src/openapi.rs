//! The OpenAPI document of a capability: what people read, what clients are made from, and what the gateway routes by.

use runtime::operations::describe;
use runtime::problem::{FieldError, ProblemBody};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, ServerBuilder};
use utoipa::{IntoParams, IntoResponses};

use crate::declaration::Capability;
use crate::filing;

/// The problems that every operation may answer with.
#[derive(IntoResponses)]
pub enum Problems {
    /// The request cannot be read; the fields at fault are named. 請求格式錯誤
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// No token, or one that does not hold; `WWW-Authenticate: DPoP` tells why. 請先登入
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// Known, and not allowed. 無此權限
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// No such record, or none that the caller may know of. 查無資料
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// Too many requests; `Retry-After` tells when to come back. 請求過於頻繁
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(ProblemBody),
    /// Not available right now; `Retry-After` tells when to come back. 服務暫時無法使用
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// The further problems of operations that take a body.
#[derive(IntoResponses)]
pub enum BodyProblems {
    /// The body is too large. 內容過大
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON by its content type. 不支援此內容類型
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMedia(ProblemBody),
    /// Fields that do not pass are named. 欄位內容不符規定
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(ProblemBody),
}

const SCHEME: &str = "dpop";

/// Collects the routes' descriptions and adds what the declaration knows.
pub(crate) fn document(capability: &Capability) -> OpenApi {
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(capability.name)
                .description(Some(capability.summary))
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .servers(Some([ServerBuilder::new()
            .url(format!("/{}", capability.name))
            .build()]))
        .components(Some(
            ComponentsBuilder::new()
                .schema_from::<ProblemBody>()
                .schema_from::<FieldError>()
                .security_scheme(SCHEME, scheme())
                .build(),
        ))
        .security(Some([SecurityRequirement::new(
            SCHEME,
            Vec::<String>::new(),
        )]))
        .build();
    describe(&mut document, |all| capability.operations(all));
    let policy = format!(
        "{}{}",
        capability.policy,
        filing::permits(capability.name, &capability.kinds())
    );
    document.extensions = Some(
        Extensions::builder()
            .add(
                "x-lifeboat",
                serde_json::json!({
                    "service": capability.name,
                    "system_name": capability.system_name,
                    "recovery_tier": capability.recovery_tier,
                    "policy": policy,
                }),
            )
            .build(),
    );
    document
}

fn scheme() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "Authorization",
        "`DPoP <access token>`; the header `DPoP` carries a fresh proof of possession for this method and address \
         (RFC 9449).",
    )))
}

/// Why an officer or an agency's system asks; required of them on every call.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "the gateway reads these headers; here they are only described"
)]
pub struct ReasonHeaders {
    /// 查詢目的: `identity-verification`, `family-tracing`, `disaster-relief`, `property-proof`, `benefit-claim`,
    /// `tax-relief`, `law-enforcement`, `medical-emergency`, `mobilisation`, `audit`.
    #[param(rename = "Lookup-Purpose", example = "family-tracing")]
    lookup_purpose: Option<String>,
    /// 案號: 1 to 64 letters, digits, `-` or `/`.
    #[param(
        rename = "Case-Number",
        example = "R-113/42",
        pattern = "^[A-Za-z0-9/-]{1,64}$"
    )]
    case_number: Option<String>,
}
