use access::caller::{Caller, CallerKind};
use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::{DateTime, TimeDelta};
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::form::Form;
use crate::oauth::{OAuthError, Refusal, uncached};
use crate::opened::Opened;
use crate::random;
use crate::service::Service;

/// The token to be handed back. 撤銷申請
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the form for the OpenAPI document; `Form` reads it, and refuses repetitions"
)]
pub(crate) struct RevocationForm {
    /// A refresh or access token. 權杖
    token: String,
    /// Not needed. 權杖類型提示
    token_type_hint: Option<String>,
    /// Programs: as for a token. 用戶端聲明類型
    client_assertion_type: Option<String>,
    /// Programs: as for a token. 用戶端聲明
    client_assertion: Option<String>,
}

/// Hands a token back. 撤銷權杖
///
/// RFC 7009. Either token of a citizen ends the session with all its tokens; a program's ends that token alone, and the
/// program proves who it is. What is not a token of ours, or no longer one, is answered alike: it does not work any more.
#[utoipa::path(
    tag = "token",
    security(()),
    request_body(
        content = RevocationForm,
        content_type = "application/x-www-form-urlencoded",
        example = json!({"token": "Zm9v…"})
    ),
    responses(
        (status = 200, description = "It does not work any more. 已失效"),
        (status = 400, description = "`invalid_request`. 請求不符", body = OAuthError,
         example = json!({"error": "invalid_request", "error_description": "token: missing"})),
        (status = 401, description = "`invalid_client`. 用戶端身分不符", body = OAuthError),
        (status = 429, description = "`temporarily_unavailable`; `Retry-After` tells when to come back. 請求過於頻繁", body = OAuthError),
        (status = 503, description = "`temporarily_unavailable`; `Retry-After` tells when to come back. 服務暫時無法使用", body = OAuthError),
    )
)]
#[post("/v1/revoke")]
pub(crate) async fn revoke(
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    service: Result<Opened, Problem>,
    body: web::Bytes,
) -> HttpResponse {
    let Ok(service) = service else {
        return Refusal::Unavailable(2).answer(None);
    };
    match revoked(&request, &caller, &service, &body).await {
        Ok(()) => {
            let mut answer = HttpResponse::Ok();
            uncached(&mut answer, None);
            answer.finish()
        }
        Err(refusal) => refusal.answer(None),
    }
}

async fn revoked(
    request: &HttpRequest,
    caller: &Caller,
    service: &Service,
    body: &[u8],
) -> Result<(), Refusal> {
    service.throttle.anybody(caller.address).await?;
    let form = Form::read(request, body)?;
    let token = form.required("token")?;
    let now = service.now();
    let session = service.store.session_of(&random::token_hash(token)).await?;
    if let Some(session) = session {
        let ends = service.all_expired_by(now);
        return Ok(service.store.revoke_session(&session.id, now, ends).await?);
    }
    let published = service.keys.ring().published.clone();
    service.own_tokens.set_keys(published);
    let Ok(claims) = service.own_tokens.verify(token) else {
        return Ok(());
    };
    match &claims.sid {
        Some(sid) if claims.kind == CallerKind::Citizen => {
            let ends = service.all_expired_by(now);
            service.store.revoke_session(sid, now, ends).await?;
        }
        _ => {
            let client = service.authenticated(&form).await?;
            if client.settings.client_id != claims.client_id {
                return Err(Refusal::InvalidClient);
            }
            let expires = DateTime::from_timestamp(claims.exp, 0).unwrap_or(now);
            let ends = expires + TimeDelta::seconds(60);
            service.store.revoke_token(&claims.jti, ends).await?;
        }
    }
    Ok(())
}
