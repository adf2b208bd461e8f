use access::caller::Caller;
use actix_web::{HttpRequest, HttpResponse, post, web};
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::form::Form;
use crate::grants::registry_facts::Origin;
use crate::grants::{client_credentials, refresh, registry_facts};
use crate::measures::{self, NO_GRANT};
use crate::oauth::{OAuthError, Refusal};
use crate::opened::Opened;
use crate::service::Service;
use crate::tokens::TokenAnswer;

/// The form of a token request; which parameters are needed depends on the grant. 權杖申請
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the form for the OpenAPI document; `Form` reads it, and refuses repetitions"
)]
pub(crate) struct TokenForm {
    /// `urn:lifeboat:grant:registry-facts`, `client_credentials` or `refresh_token`. 授權類型
    grant_type: String,
    /// The app that asks; `citizen-web` where it is not named. 用戶端代號
    client_id: Option<String>,
    /// Registry facts: 身分證統一編號
    #[schema(example = "A123456789")]
    national_id: Option<String>,
    /// Registry facts: 出生日期 (ISO 8601)
    #[schema(example = "1970-01-31")]
    birth_date: Option<String>,
    /// Registry facts: 戶號
    #[schema(example = "F0000001")]
    household_no: Option<String>,
    /// Registry facts: 國民身分證發證日期 (ISO 8601)
    #[schema(example = "2015-06-01")]
    id_card_issued_on: Option<String>,
    /// Programs: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`. 用戶端聲明類型
    client_assertion_type: Option<String>,
    /// Programs: a JWT signed by the program's key (RFC 7523). 用戶端聲明
    client_assertion: Option<String>,
    /// Refresh: the last refresh token. 更新權杖
    refresh_token: Option<String>,
}

/// Issues an access token. 申請權杖
///
/// OAuth 2 (RFC 6749) with proof of possession (RFC 9449): send `DPoP: <proof>` for `POST` of this address, with the
/// nonce of the last `DPoP-Nonce` header; without one, the answer is `use_dpop_nonce` and carries it. Whether a fact is
/// wrong, the person is unknown, or signing in this way is locked, the answer is the same; five wrong tries lock it for
/// a day, and no other way to sign in.
#[utoipa::path(
    tag = "token",
    security(()),
    params(("DPoP" = String, Header, description = "Proof of possession (RFC 9449 §4). 持有證明")),
    request_body(
        content = TokenForm,
        content_type = "application/x-www-form-urlencoded",
        example = json!({"grant_type": "urn:lifeboat:grant:registry-facts", "national_id": "A123456789",
            "birth_date": "1970-01-31", "household_no": "F0000001", "id_card_issued_on": "2015-06-01"})
    ),
    responses(
        (status = 200, description = "The token. 權杖", body = TokenAnswer,
         example = json!({"access_token": "eyJ0eXAiOiJhdCtqd3Qi…", "token_type": "DPoP", "expires_in": 600,
            "refresh_token": "Zm9v…"})),
        (status = 400, description = "`invalid_request`, `invalid_grant`, `unsupported_grant_type`, `invalid_dpop_proof` or `use_dpop_nonce`. 請求不符",
         body = OAuthError,
         example = json!({"error": "use_dpop_nonce",
            "error_description": "put the nonce of the DPoP-Nonce header into the proof and try again"})),
        (status = 401, description = "`invalid_client`. 用戶端身分不符", body = OAuthError),
        (status = 429, description = "`temporarily_unavailable`; `Retry-After` tells when to come back. 請求過於頻繁", body = OAuthError),
        (status = 503, description = "`temporarily_unavailable`; `Retry-After` tells when to come back. 服務暫時無法使用", body = OAuthError),
    )
)]
#[post("/v1/token")]
pub(crate) async fn token(
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    service: Result<Opened, Problem>,
    body: web::Bytes,
) -> HttpResponse {
    let Ok(service) = service else {
        return Refusal::Unavailable(2).answer(None);
    };
    let nonce = service.nonces.issue();
    let mut grant = NO_GRANT;
    let exchanged = exchange(&request, &caller, &service, &body, &mut grant).await;
    let outcome = exchanged
        .as_ref()
        .map_or_else(Refusal::outcome, |_| "issued");
    measures::sign_in(grant, outcome);
    match exchanged {
        Ok(token) => token.answer(&nonce),
        Err(refusal) => refusal.answer(Some(&nonce)),
    }
}

async fn exchange(
    request: &HttpRequest,
    caller: &Caller,
    service: &Service,
    body: &[u8],
    named: &mut &'static str,
) -> Result<TokenAnswer, Refusal> {
    service.throttle.anybody(caller.address).await?;
    let form = Form::read(request, body)?;
    let asked = form.required("grant_type")?;
    let grant = [
        registry_facts::GRANT,
        client_credentials::GRANT,
        refresh::GRANT,
    ]
    .into_iter()
    .find(|grant| *grant == asked)
    .ok_or(Refusal::UnsupportedGrantType)?;
    *named = grant;
    let jkt = service.proven_key(request.headers()).await?;
    match grant {
        registry_facts::GRANT => {
            let origin = Origin {
                request: runtime::request_id::of(request),
                address: caller.address,
            };
            service.registry_facts(&form, jkt, &origin).await
        }
        client_credentials::GRANT => service.client_credentials(&form, &jkt).await,
        _ => service.refresh(&form, &jkt).await,
    }
}
