//! A citizen's next token without the facts (RFC 6749 §6): once for each refresh token, by the same key.

use super::registry_facts::citizen_app;
use crate::form::Form;
use crate::measures;
use crate::oauth::Refusal;
use crate::random;
use crate::service::Service;
use crate::store::refresh::{Presented, Rotation};
use crate::tokens::TokenAnswer;

/// The `grant_type`.
pub(crate) const GRANT: &str = "refresh_token";

impl Service {
    /// Replaces the refresh token and issues the next access token. A token used before ends the session with all its
    /// tokens: two parties hold it, and one of them stole it.
    pub(crate) async fn refresh(&self, form: &Form, jkt: &str) -> Result<TokenAnswer, Refusal> {
        let hash = random::token_hash(form.required("refresh_token")?);
        let client_id = citizen_app(self, form)?;
        let presented = Presented {
            hash: &hash,
            client_id: &client_id,
            jkt,
        };
        let next = random::text()?;
        let now = self.now();
        let rotation = self
            .store
            .rotate(&presented, &random::token_hash(&next), now)
            .await?;
        match rotation {
            Rotation::Done(session) => self.citizen_token(&session, next),
            Rotation::Reused(session) => {
                tracing::warn!("a refresh token was used twice; its session is ended");
                measures::refresh_reuse(1);
                self.store
                    .revoke_session(&session.id, now, self.all_expired_by(now))
                    .await?;
                Err(Refusal::InvalidGrant)
            }
            Rotation::Refused => Err(Refusal::InvalidGrant),
        }
    }
}
