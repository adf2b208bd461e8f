//! Access tokens (RFC 9068), bound to the caller's key (RFC 9449 §6), and the answer that carries them.

use std::collections::BTreeSet;

use access::caller::{Assurance, CallerKind};
use access::token::{AUDIENCE, AccessClaims, Confirmation, TYPE};
use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clients::Client;
use crate::oauth::{Refusal, uncached};
use crate::service::Service;
use crate::store::tables::session;

/// A token, and what to do with it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// The token; send it as `Authorization: DPoP …` with a proof by the same key. 存取權杖
    pub(crate) access_token: String,
    /// Always `DPoP`. 權杖類型
    #[schema(example = "DPoP")]
    pub(crate) token_type: String,
    /// Seconds it is good for. 有效秒數
    #[schema(example = 600)]
    pub(crate) expires_in: u32,
    /// Citizens only: buys the next access token, once, by the same key. 更新權杖
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
}

impl TokenAnswer {
    /// The response, which nobody on the way may keep.
    pub(crate) fn answer(&self, nonce: &str) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        uncached(&mut answer, Some(nonce));
        answer.json(self)
    }
}

/// RFC 9068 §2.2 and when the person proved who they are (§2.2.1).
#[derive(Serialize)]
struct Claims {
    #[serde(flatten)]
    access: AccessClaims,
    auth_time: i64,
}

impl Service {
    /// A token for the citizen of this session.
    pub(crate) fn citizen_token(
        &self,
        session: &session::Model,
        refresh_token: String,
    ) -> Result<TokenAnswer, Refusal> {
        let mut claims = self.blank(&session.subject, &session.client_id, &session.jkt);
        claims.sid = Some(session.id.clone());
        let began = DateTime::from_timestamp_micros(session.started_us).unwrap_or_default();
        // Never beyond the session's own end.
        claims.exp = claims.exp.min(session.ends_us / 1_000_000);
        self.signed(claims, began, Some(refresh_token))
    }

    /// A token for a program that has proved who it is.
    pub(crate) fn program_token(&self, client: &Client, jkt: &str) -> Result<TokenAnswer, Refusal> {
        let program = &client.settings;
        let mut claims = self.blank(&program.client_id, &program.client_id, jkt);
        claims.acr = Assurance::Strong;
        claims.kind = program.kind;
        claims.agency = Some(program.agency.clone());
        claims.post.clone_from(&program.post);
        claims.functions.clone_from(&program.functions);
        claims.clearances.clone_from(&program.clearances);
        self.signed(claims, self.now(), None)
    }

    fn blank(&self, subject: &str, client_id: &str, jkt: &str) -> AccessClaims {
        let now = self.now().timestamp();
        AccessClaims {
            iss: self.names.issuer.clone(),
            sub: subject.to_owned(),
            aud: AUDIENCE.to_owned(),
            exp: now + i64::from(self.lifetimes.access_token_s),
            iat: now,
            nbf: None,
            jti: Uuid::new_v4().to_string(),
            client_id: client_id.to_owned(),
            cnf: Confirmation {
                jkt: jkt.to_owned(),
            },
            acr: Assurance::Basic,
            sid: None,
            kind: CallerKind::Citizen,
            agency: None,
            post: None,
            functions: BTreeSet::new(),
            clearances: BTreeSet::new(),
        }
    }

    fn signed(
        &self,
        access: AccessClaims,
        proved: DateTime<Utc>,
        refresh_token: Option<String>,
    ) -> Result<TokenAnswer, Refusal> {
        let expires_in = u32::try_from(access.exp - access.iat).unwrap_or_default();
        let claims = Claims {
            access,
            auth_time: proved.timestamp(),
        };
        let access_token = self
            .keys
            .ring()
            .signing()
            .sign(TYPE, &claims)
            .map_err(|error| {
                tracing::error!(%error, "no token could be signed");
                Refusal::Unavailable(5)
            })?;
        Ok(TokenAnswer {
            access_token,
            token_type: "DPoP".to_owned(),
            expires_in,
            refresh_token,
        })
    }
}
