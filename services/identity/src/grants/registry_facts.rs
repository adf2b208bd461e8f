//! Citizens sign in by four facts of the household registry (戶政資料).
//!
//! Whether a fact is wrong, the person is unknown, or this way is locked, the answer is the same and the same work was
//! done for it: a try is counted, household is asked, the look is logged.

use std::net::IpAddr;

use access::purpose::Purpose;
use audit::Entry;
use chrono::TimeDelta;
use identifiers::{DateForm, HouseholdNo, Invalid, NationalId};
use uuid::Uuid;

use crate::form::Form;
use crate::household::Facts;
use crate::oauth::Refusal;
use crate::random;
use crate::service::Service;
use crate::store::micros;
use crate::store::tables::session;
use crate::store::tries::Try;
use crate::tokens::TokenAnswer;

/// The `grant_type`.
pub(crate) const GRANT: &str = "urn:lifeboat:grant:registry-facts";

/// The app that citizens use unless another is named.
const CITIZEN_APP: &str = "citizen-web";

/// Longer than any app's name.
const MAX_CLIENT_ID: usize = 64;

/// Where a sign-in comes from.
pub(crate) struct Origin {
    pub(crate) request: Uuid,
    pub(crate) address: Option<IpAddr>,
}

impl Service {
    /// Signs a citizen in.
    pub(crate) async fn registry_facts(
        &self,
        form: &Form,
        jkt: String,
        origin: &Origin,
    ) -> Result<TokenAnswer, Refusal> {
        let facts = facts(form)?;
        let client_id = citizen_app(self, form)?;
        let person = facts.national_id.clone();
        let counted = self.store.count_try(&person, self.now()).await?;
        let right = match self.checked(&facts, origin).await {
            Ok(right) => right,
            Err(refusal) => {
                if counted == Try::Open {
                    self.store.give_try_back(&person).await?;
                }
                return Err(refusal);
            }
        };
        if counted == Try::Locked || !right {
            return Err(Refusal::InvalidGrant);
        }
        self.store.clear_tries(&person).await?;
        self.begin(person, client_id, jkt).await
    }

    /// Asks household, and logs that a look was taken before anything is answered.
    async fn checked(&self, facts: &Facts, origin: &Origin) -> Result<bool, Refusal> {
        let right = self
            .household
            .matches(facts, origin.request)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "household did not answer an identity check");
                Refusal::Unavailable(5)
            })?;
        let entry = self.look(&facts.national_id, origin);
        self.audit
            .append(vec![entry])
            .await
            .map_err(|_| Refusal::Unavailable(2))?;
        Ok(right)
    }

    fn look(&self, person: &str, origin: &Origin) -> Entry {
        Entry {
            id: Uuid::now_v7(),
            at: self.now(),
            request_id: origin.request,
            subject: person.to_owned(),
            caller_kind: "service".to_owned(),
            caller: "identity".to_owned(),
            agency: None,
            post: None,
            purpose: Some(Purpose::IdentityVerification.to_string()),
            case_number: None,
            service: "household".to_owned(),
            action: "check_identity".to_owned(),
            fields: Facts::CHECKED.map(str::to_owned).to_vec(),
            status: 200,
            address: origin.address,
        }
    }

    async fn begin(
        &self,
        subject: String,
        client_id: String,
        jkt: String,
    ) -> Result<TokenAnswer, Refusal> {
        let now = self.now();
        let ends = now + TimeDelta::minutes(i64::from(self.lifetimes.session_min));
        let begun = session::Model {
            id: random::text()?,
            subject,
            client_id,
            jkt,
            started_us: micros(now),
            ends_us: micros(ends),
            revoked_us: None,
        };
        let refresh_token = random::text()?;
        self.store
            .begin_session(begun.clone(), &random::token_hash(&refresh_token))
            .await?;
        self.citizen_token(&begun, refresh_token)
    }
}

/// The app that asks; the name of a registered program is not free to use.
pub(super) fn citizen_app(service: &Service, form: &Form) -> Result<String, Refusal> {
    let name = form.optional("client_id").unwrap_or(CITIZEN_APP);
    let sound = name.len() <= MAX_CLIENT_ID
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if !sound {
        return Err(Refusal::InvalidRequest(
            "client_id: 1 to 64 of letters, digits, - . _".to_owned(),
        ));
    }
    if service.clients.knows(name) {
        return Err(Refusal::InvalidClient);
    }
    Ok(name.to_owned())
}

fn facts(form: &Form) -> Result<Facts, Refusal> {
    let day = |name: &str| {
        DateForm::Iso
            .parse(form.required(name)?)
            .map_err(|_| Refusal::InvalidRequest(format!("{name}: not a day written YYYY-MM-DD")))
    };
    Ok(Facts {
        national_id: parsed(form, "national_id", str::parse::<NationalId>)?.to_string(),
        birth_date: day("birth_date")?.to_string(),
        household_no: parsed(form, "household_no", str::parse::<HouseholdNo>)?.to_string(),
        id_card_issued_on: day("id_card_issued_on")?.to_string(),
    })
}

fn parsed<T>(
    form: &Form,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<T, Refusal> {
    parse(form.required(name)?)
        .map_err(|invalid| Refusal::InvalidRequest(format!("{name}: {}", invalid.english())))
}
