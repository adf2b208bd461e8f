//! Officers' and agencies' programs sign in with their own key (RFC 6749 §4.4, RFC 7523).

use access::assertion::TYPE;

use crate::clients::Client;
use crate::form::Form;
use crate::oauth::Refusal;
use crate::service::Service;
use crate::tokens::TokenAnswer;

/// The `grant_type`.
pub(crate) const GRANT: &str = "client_credentials";

impl Service {
    /// A token for the program that made the assertion.
    pub(crate) async fn client_credentials(
        &self,
        form: &Form,
        jkt: &str,
    ) -> Result<TokenAnswer, Refusal> {
        let client = self.authenticated(form).await?;
        self.throttle.program(&client.settings.client_id).await?;
        self.program_token(client, jkt)
    }

    /// The program that the form's assertion proves.
    pub(crate) async fn authenticated(&self, form: &Form) -> Result<&Client, Refusal> {
        if form.required("client_assertion_type")? != TYPE {
            let words = format!("client_assertion_type: only {TYPE}");
            return Err(Refusal::InvalidRequest(words));
        }
        let names = &self.names;
        // All three name this server; programs differ in which one they put.
        let audiences = [
            names.issuer.as_str(),
            names.token_endpoint.as_str(),
            names.revocation_endpoint.as_str(),
        ];
        let assertion = form.required("client_assertion")?;
        let client = self
            .clients
            .proven(assertion, &audiences, self.now(), &self.replay)
            .await?;
        let stated = form.optional("client_id");
        if stated.is_some_and(|name| name != client.settings.client_id) {
            return Err(Refusal::InvalidClient);
        }
        Ok(client)
    }
}
