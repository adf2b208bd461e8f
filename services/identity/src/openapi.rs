//! The OpenAPI document, and in its extension what the gateway routes and decides by.

use runtime::operations::describe;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

use crate::endpoints;
use crate::gate::SERVICE;

/// Who may ask what, as Cedar policies.
const POLICY: &str = include_str!("access.cedar");

/// The OpenAPI document of identity's public operations.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("身分與登入 identity")
                .description(Some(
                    "Signs people and programs in, issues and revokes their tokens, and shows people who looked at their records.",
                ))
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .servers(Some([ServerBuilder::new()
            .url(format!("/{SERVICE}"))
            .build()]))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("dpop", scheme())
                .build(),
        ))
        .security(Some([SecurityRequirement::new("dpop", Vec::<String>::new())]))
        .build();
    describe(&mut document, endpoints::public);
    document.extensions = Some(
        Extensions::builder()
            .add(
                "x-lifeboat",
                serde_json::json!({
                    "service": SERVICE,
                    "system_name": "身分與登入",
                    "recovery_tier": 0,
                    "policy": POLICY,
                }),
            )
            .build(),
    );
    document
}

fn scheme() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Basic);
    http.description = Some(
        "Access token bound to a key (RFC 9449): `Authorization: DPoP <token>` and `DPoP: <proof>`."
            .into(),
    );
    // The enumeration of schemes knows no DPoP; the extension says which one is meant.
    http.extensions = Some(Extensions::builder().add("x-scheme", "DPoP").build());
    SecurityScheme::Http(http)
}
