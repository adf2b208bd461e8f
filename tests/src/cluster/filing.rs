//! People who go on filing while something happens, and the agency that takes what was filed from the queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use journal::broker::{Consumer, Handler, Message, Outcome, Settings};
use reqwest::Method;
use runtime::lifecycle::Drain;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::PATIENCE;
use super::callers::Said;
use super::load::Counts;
use crate::Failure;
use crate::client::Client;
use crate::people::Facts;

/// With whom they file.
pub(super) const CAPABILITY: &str = "household";

const PATH: &str = "/household/v1/applications/household-transcript";

/// How often each person files.
pub(super) const PAUSE: Duration = Duration::from_millis(300);

/// How long nothing more must come before the queue counts as empty.
const QUIET: Duration = Duration::from_secs(2);

/// Filing that goes on until it is ended.
#[derive(Debug)]
pub(super) struct Filing {
    going: Arc<AtomicBool>,
    tasks: JoinSet<Filed>,
}

/// What was filed.
#[derive(Debug, Default)]
pub(super) struct Filed {
    pub(super) counts: Counts,
    /// The number of each application, by its idempotency key.
    pub(super) receipts: BTreeMap<Uuid, Uuid>,
}

/// What one try came to.
enum Tried {
    Filed(Uuid),
    Not(Said),
}

impl Filing {
    /// Everybody files one application after the other, with a pause.
    pub(super) fn by(people: Vec<(Client, Facts)>, pause: Duration) -> Self {
        let going = Arc::new(AtomicBool::new(true));
        let mut tasks = JoinSet::new();
        for (mut client, facts) in people {
            let going = Arc::clone(&going);
            tasks.spawn(async move {
                let mut filed = Filed::default();
                while going.load(Ordering::Relaxed) {
                    filed.one(&mut client, &facts).await;
                    tokio::time::sleep(pause).await;
                }
                filed
            });
        }
        Self { going, tasks }
    }

    /// Ends it. What is being filed is filed.
    pub(super) async fn end(mut self) -> Result<Filed, Failure> {
        self.going.store(false, Ordering::Relaxed);
        let mut all = Filed::default();
        while let Some(filed) = self.tasks.join_next().await {
            let filed = filed?;
            all.counts.join(filed.counts);
            all.receipts.extend(filed.receipts);
        }
        Ok(all)
    }
}

impl Filed {
    /// Files one, as often as it takes, always under its own key; then once more, which must give the same receipt.
    async fn one(&mut self, client: &mut Client, facts: &Facts) {
        let key = Uuid::new_v4();
        let (mut filed, deadline) = (None, Instant::now() + PATIENCE);
        while filed.is_none() {
            if Instant::now() >= deadline {
                self.counts
                    .add(Said::Wrong(format!("{key} could never be filed")));
                return;
            }
            match tried(client, facts, key).await {
                Tried::Filed(id) => {
                    self.counts.add(Said::Right);
                    filed = Some(id);
                }
                Tried::Not(said) => {
                    self.counts.add(said);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
        self.counts.add(match tried(client, facts, key).await {
            Tried::Filed(id) if Some(id) == filed => Said::Right,
            Tried::Filed(id) => Said::Wrong(format!("{key} was filed twice, also as {id}")),
            Tried::Not(said) => said,
        });
        self.receipts.extend(filed.map(|id| (key, id)));
    }
}

async fn tried(client: &mut Client, facts: &Facts, key: Uuid) -> Tried {
    let form = json!({
        "household_no": facts.household_no,
        "scope": "person",
        "copies": 1,
        "contact_phone": "0912345678",
    });
    let sent = client.send(Method::POST, PATH, |request| {
        request
            .header("Idempotency-Key", key.to_string())
            .json(&form)
    });
    let answer = match sent.await {
        Ok(answer) => answer,
        Err(error) => return Tried::Not(Said::Broken(error.to_string())),
    };
    let status = answer.status().as_u16();
    let comes_back = answer.headers().contains_key("retry-after");
    let body: Value = match answer.json().await {
        Ok(body) => body,
        Err(error) => return Tried::Not(Said::Broken(error.to_string())),
    };
    let id = body["data"]["id"].as_str().and_then(|id| id.parse().ok());
    match (status, id) {
        (202, Some(id)) => Tried::Filed(id),
        (429 | 503, _) if comes_back => Tried::Not(Said::Later),
        _ => Tried::Not(Said::Wrong(format!("filing answered {status}: {body}"))),
    }
}

/// What an agency took from the queue.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// How often each application was delivered.
    pub(super) messages: BTreeMap<Uuid, u32>,
}

#[derive(Default)]
struct Taking(Mutex<Taken>);

#[async_trait::async_trait]
impl Handler for Taking {
    async fn handle(&self, message: &Message) -> Outcome {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *taken.messages.entry(message.id).or_default() += 1;
        Outcome::Done
    }
}

/// Takes everything from the queue, until all of `wanted` has come and nothing more does.
pub(super) async fn take(
    broker: &str,
    wanted: &BTreeSet<Uuid>,
    within: Duration,
) -> Result<Taken, Failure> {
    let settings = Settings::new(broker.into());
    let consumer = Consumer::new(&settings, CAPABILITY)?;
    let (taking, drain) = (Arc::new(Taking::default()), Drain::default());
    let (handler, until) = (Arc::clone(&taking), drain.clone());
    let consuming = tokio::spawn(async move { consumer.run(&*handler, &until).await });
    let count = || {
        let taken = taking.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = wanted.iter().filter(|id| taken.messages.contains_key(id));
        (own.count(), taken.messages.values().sum::<u32>())
    };
    let deadline = Instant::now() + within;
    while count().0 < wanted.len() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    loop {
        let before = count().1;
        tokio::time::sleep(QUIET).await;
        if count().1 == before || Instant::now() >= deadline {
            break;
        }
    }
    drain.begin();
    consuming.await?;
    let mut taken = taking.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *taken))
}
