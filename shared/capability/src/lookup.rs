//! One lookup: who asks, which snapshot answers, and whose records it is about.

use std::future::{Ready, ready};
use std::sync::Arc;

use access::caller::Caller;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::{DateTime, NaiveDate, Utc};
use identifiers::PersonId;
use runtime::clock::Clock;
use runtime::problem::{Kind, Problem};
use runtime::taipei;

use crate::answer::{Answer, Answered, List, Listed, SnapshotInfo};
use crate::failure::no_such_record;
use crate::page::{self, Cursor, PageQuery, Pageable};
use crate::serving::{Records, Serving};
use crate::tables::Tables;

/// The response header that tells the gateway whose records an answer is about, for the access log.
pub(crate) const SUBJECTS: &str = "lifeboat-subjects";

/// The persons an answer is about; the gate writes them into [`SUBJECTS`].
#[derive(Default)]
pub(crate) struct Subjects(pub(crate) Vec<String>);

/// What every handler of a lookup takes first.
#[derive(Debug)]
pub struct Lookup {
    caller: Caller,
    serving: Arc<Serving>,
    now: DateTime<Utc>,
    request: HttpRequest,
}

impl Lookup {
    /// Who asks, as the gateway established it for this very request.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The tables of the snapshot in service.
    #[must_use]
    pub fn db(&self) -> &Tables {
        &self.serving.tables
    }

    /// Which snapshot that is.
    pub(crate) fn snapshot(&self) -> &SnapshotInfo {
        &self.serving.info
    }

    /// Names a person whose record is looked at or looked for. Call it before looking, so that misses count too.
    pub fn about(&self, person: &impl ToString) {
        let mut extensions = self.request.extensions_mut();
        let named = person.to_string();
        match extensions.get_mut::<Subjects>() {
            Some(subjects) if subjects.0.contains(&named) => (),
            Some(subjects) => subjects.0.push(named),
            None => {
                extensions.insert(Subjects(vec![named]));
            }
        }
    }

    /// The day it is in Taiwan.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        taipei::day(self.now)
    }

    /// The citizen who asks; the answer is about them.
    ///
    /// # Errors
    /// 404 where the caller is nobody whom a register knows.
    pub fn own_id(&self) -> Result<PersonId, Problem> {
        let id = self.caller.subject.parse().map_err(|_| no_such_record())?;
        self.about(&id);
        Ok(id)
    }

    /// One page of rows, in the order of their table's key, and where the next one starts.
    ///
    /// # Errors
    /// 400 on a cursor that this list did not hand out; as [`crate::OrProblem`] when the database fails.
    pub async fn page<R: Pageable>(
        &self,
        rows: R,
        page: &PageQuery,
    ) -> Result<(Vec<R::Row>, Option<Cursor>), Problem> {
        page::fetch(self.db(), rows, page).await
    }

    /// Answers with one page of rows, each as `record` shows it.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub async fn records<R: Pageable, T>(
        &self,
        rows: R,
        page: &PageQuery,
        record: impl FnMut(R::Row) -> T,
    ) -> Result<List<T>, Problem> {
        let (rows, next) = self.page(rows, page).await?;
        Ok(self.list(rows.into_iter().map(record).collect(), next))
    }

    /// Answers with one record.
    #[must_use]
    pub fn answer<T>(&self, data: T) -> Answer<T> {
        Answer(Answered {
            data,
            snapshot: self.serving.info.clone(),
        })
    }

    /// Answers with one page of a list.
    #[must_use]
    pub fn list<T>(&self, data: Vec<T>, next: Option<Cursor>) -> List<T> {
        List(Listed {
            data,
            next,
            snapshot: self.serving.info.clone(),
        })
    }
}

impl FromRequest for Lookup {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Caller>().cloned();
        let records = request.app_data::<web::Data<Records>>();
        let clock = request.app_data::<web::Data<dyn Clock>>();
        ready(match (caller, records, clock) {
            (Some(caller), Some(records), Some(clock)) => records.serving().map(|serving| {
                serving.info.note();
                Self {
                    caller,
                    serving,
                    now: clock.now(),
                    request: request.clone(),
                }
            }),
            _ => Err(Problem::new(Kind::Internal)),
        })
    }
}
