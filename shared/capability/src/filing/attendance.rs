//! The work behind a desk: its journal is opened, however long the database is away, and what is filed is handed on.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use database::Place;
use journal::broker::Publisher;
use journal::{Journal, Outlet};
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::opening::{first_try, until_opened};
use runtime::process::StartError;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::desk::{Desk, NotOpened};
use crate::declaration::Capability;
use crate::settings::{JournalSettings, Parts};

/// How long an attachment waits for its application.
const UNNAMED: TimeDelta = TimeDelta::days(1);

/// A capability's desk, and the work behind it.
pub(crate) struct Attended {
    pub(crate) desk: Arc<Desk>,
    /// Ends some time after draining begins.
    pub(crate) work: JoinHandle<()>,
}

/// Where applications of `capability` are taken; none where nothing can be filed. A journal that is not there yet is
/// opened when it is.
///
/// # Errors
/// When settings are missing, or cannot be followed.
pub(crate) async fn attend(
    capability: &Capability,
    settings: Option<&JournalSettings>,
    parts: &Parts,
    drain: &Drain,
) -> Result<Option<Attended>, StartError> {
    if capability.applications.is_empty() {
        return Ok(None);
    }
    let missing = "what people file needs `journal`: a database and a key for receipts";
    let (settings, key) = settings.zip(parts.receipt_key.as_ref()).ok_or(missing)?;
    Place::of(settings.database.expose_secret())?;
    let publisher = settings.broker.as_ref().map(Publisher::connect);
    let clock = parts.clock.clone();
    let desk = Arc::new(Desk::new(capability.name, Arc::clone(key), clock));
    let (tried, first) = oneshot::channel();
    let attendant = Attendant {
        desk: Arc::clone(&desk),
        database: settings.database.clone(),
        publisher: publisher.transpose()?,
        drain: drain.clone(),
    };
    let work = tokio::spawn(attendant.work(tried));
    // A journal that is there is open when the start is done; lookups do not need it.
    first_try(first).await;
    Ok(Some(Attended { desk, work }))
}

struct Attendant {
    desk: Arc<Desk>,
    database: SecretString,
    publisher: Option<Publisher>,
    drain: Drain,
}

impl Attendant {
    /// Works until draining begins. Tells `tried` what came of the first try to open the journal.
    async fn work(self, tried: oneshot::Sender<Option<NotOpened>>) {
        let what = format!("the journal of {}", self.desk.capability);
        let open = || self.desk.open(self.database.expose_secret());
        let Some(journal) = until_opened(&what, &self.drain, tried, open).await else {
            return;
        };
        let journal = journal.clone();
        let (drain, clock) = (self.drain, self.desk.clock.clone());
        let outlet = match self.publisher {
            Some(publisher) => Outlet::Broker(Box::new(publisher)),
            None => Outlet::in_process(&journal, &clock, &drain),
        };
        tokio::join!(
            tidy(&journal, &clock, &drain),
            journal::measure(&journal, &clock, &drain),
            journal::relay(journal.clone(), outlet, clock.clone(), drain.clone())
        );
    }
}

/// Forgets attachments that no application ever named, hour by hour.
async fn tidy(journal: &Journal, clock: &SharedClock, drain: &Drain) {
    loop {
        // What cannot be forgotten now is forgotten an hour later; the journal has told the log.
        let _ = journal.forget_unnamed(clock.now() - UNNAMED).await;
        if !drain.sleep(Duration::from_hours(1)).await {
            return;
        }
    }
}
