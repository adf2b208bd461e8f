//! Filing one application.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::SubsecRound;
use identifiers::PersonId;
use identifiers::mask::citizen;
use journal::receipt::Receipt;
use journal::{Application, IdempotencyKey, Kind, NewApplication, NotFiled};
use runtime::problem::{self, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::answers::{Accepted, fingerprint};
use super::deadline::Deadline;
use super::desk::{Desk, OrUnreachable, unreachable};
use super::examination::Examination;
use crate::body::Body;
use crate::lookup::Lookup;

/// The header that makes filing again harmless.
const KEY: &str = "Idempotency-Key";

/// What is filled in for one kind of application. Shapes and ranges are checked by its types and by `validator`; what
/// needs the time or the records is asked here.
pub trait Form: DeserializeOwned + Serialize + Validate + ToSchema + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;

    /// What the rules say of an application: an amount, its reason, the law's term.
    type Finding: Serialize + ToSchema;

    /// Until when it can be filed; `None` for always.
    fn deadline(&self) -> Option<Deadline> {
        None
    }

    /// The attachments it names.
    fn attachments(&self) -> &[Uuid] {
        &[]
    }

    /// Applies the rules.
    ///
    /// # Errors
    /// 422 with the field at fault; 503 where the records cannot be reached.
    fn examine(
        &self,
        asked: &Examination<'_>,
    ) -> impl Future<Output = Result<Self::Finding, Problem>>;
}

/// An application as it came in: its key, its form, and who files it.
pub struct Filing<F> {
    desk: web::Data<Desk>,
    lookup: Lookup,
    applicant: PersonId,
    key: IdempotencyKey,
    form: F,
}

impl<F: Form> FromRequest for Filing<F> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let desk = Desk::of(request);
        let key = key(request);
        let lookup = Lookup::extract(request);
        let body = Body::<F>::from_request(request, payload);
        Box::pin(async move {
            let (desk, lookup, key) = (desk?, lookup.await?, key?);
            let applicant = lookup.own_id()?;
            let Body(form) = body.await?;
            Ok(Self {
                desk,
                lookup,
                applicant,
                key,
                form,
            })
        })
    }
}

/// The one key of a request.
fn key(request: &HttpRequest) -> Result<IdempotencyKey, Problem> {
    let mut values = request.headers().get_all(KEY);
    let only = values.next().filter(|_| values.next().is_none());
    let key = only.and_then(|value| value.to_str().ok()?.parse().ok());
    key.ok_or_else(|| {
        Problem::new(problem::Kind::Malformed).field(
            KEY,
            "send one, of 1 to 128 visible ASCII characters, such as a UUID; the same again when you repeat the request",
            "請提供一個 1 至 128 字元的識別碼（例如 UUID）；重送時使用同一個。",
        )
    })
}

impl<F: Form> Filing<F> {
    /// Applies the rules and files the application: when this returns it is on disk. Sent again with the same key, the
    /// first receipt is given again, whatever the rules say by now.
    ///
    /// # Errors
    /// 422 with the fields at fault, and nothing is stored; 503 where the journal or the records cannot be reached.
    pub async fn file(self) -> Result<Accepted, Problem> {
        let person = self.applicant.to_string();
        let form =
            serde_json::to_value(&self.form).map_err(|_| Problem::new(problem::Kind::Internal))?;
        let fingerprint = fingerprint(&[F::KIND.name, &form.to_string()]);
        let journal = self.desk.journal()?;
        let known = journal
            .with_key(&self.key, &person, &fingerprint)
            .await
            .or_unreachable()?;
        let filed = if let Some(again) = known {
            again
        } else {
            let new = self.examined(person, form, fingerprint).await?;
            journal.file(new).await
        };
        Ok(self.accepted(filed.map_err(refused)?))
    }

    /// The application once every rule was applied.
    async fn examined(
        &self,
        person_id: String,
        form: serde_json::Value,
        fingerprint: [u8; 32],
    ) -> Result<NewApplication, Problem> {
        let now = self.desk.clock.now().trunc_subsecs(6);
        if let Some(deadline) = self.form.deadline() {
            deadline.check(now)?;
        }
        let attachments = self.attachments()?;
        let asked = Examination {
            lookup: &self.lookup,
            applicant: self.applicant,
            now,
        };
        let finding = self.form.examine(&asked).await?;
        let internal = |_| Problem::new(problem::Kind::Internal);
        let finding = serde_json::to_value(finding).map_err(internal)?;
        let id = Uuid::now_v7();
        let receipt = Receipt::of(
            self.desk.capability,
            id,
            F::KIND.name,
            citizen::id(&self.applicant).to_string(),
            &form.to_string(),
            now,
        );
        let receipt = receipt
            .sign(&self.desk.key)
            .map_err(|_| Problem::new(problem::Kind::Internal))?;
        Ok(NewApplication {
            id,
            kind: F::KIND.name,
            person_id,
            key: self.key.clone(),
            fingerprint,
            form,
            finding,
            receipt,
            filed_at: now,
            snapshot_id: self.lookup.snapshot().id,
            attachments,
        })
    }

    /// The attachments that the form names, each once and not too many.
    fn attachments(&self) -> Result<Vec<Uuid>, Problem> {
        let mut named = self.form.attachments().to_vec();
        named.sort_unstable();
        named.dedup();
        let most = F::KIND.attachments;
        if named.len() == self.form.attachments().len() && named.len() <= most {
            return Ok(named);
        }
        Err(Problem::new(problem::Kind::Unprocessable).field(
            "attachments",
            format!("at most {most}, each named once"),
            format!("附件至多 {most} 件，且不得重複。"),
        ))
    }

    fn accepted(self, application: Application) -> Accepted {
        Accepted {
            capability: self.desk.capability,
            application,
            snapshot: self.lookup.snapshot().clone(),
        }
    }
}

fn refused(reason: NotFiled) -> Problem {
    let unprocessable = Problem::new(problem::Kind::Unprocessable);
    match reason {
        NotFiled::KeyTaken => unprocessable.field(
            KEY,
            "belongs to another application of yours; choose a new one",
            "此識別碼已用於您的其他案件，請另行產生。",
        ),
        NotFiled::Attachment => unprocessable.field(
            "attachments",
            "upload each first, and name it in one application only",
            "附件須先上傳，且僅能用於一案。",
        ),
        NotFiled::Unavailable => unreachable(),
    }
}
