//! A capability of the test's own, with its queue, and a consumer that writes down what it takes.

use std::sync::Mutex;
use std::time::Duration;

use journal::broker::{
    Consumer, Handler, Inbox, InboxTable, Message, Outcome, Parked, ParkedMessage, Publisher,
    Settings,
};
use lapin::{Channel, Connection, ConnectionProperties};
use runtime::clock;
use runtime::lifecycle::Drain;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use secrecy::ExposeSecret;
use test_support::rabbitmq;
use tokio::time::timeout;
use uuid::Uuid;

/// Longer than a broker takes to start on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A capability on some broker.
pub(crate) struct Site {
    pub(crate) settings: Settings,
    pub(crate) capability: String,
}

impl Site {
    /// On the broker that all tests share.
    pub(crate) fn shared() -> Self {
        Self::on(rabbitmq::url())
    }

    pub(crate) fn on(url: impl Into<String>) -> Self {
        Self {
            settings: Settings::new(url.into().into()),
            capability: format!("test-{}", Uuid::new_v4()),
        }
    }

    pub(crate) fn publisher(&self) -> Publisher {
        Publisher::connect(&self.settings).unwrap()
    }

    /// The capability's queue, and a channel for what only strangers do to it.
    pub(crate) async fn stranger(&self) -> (Connection, Channel, String) {
        let url = self.settings.url.expose_secret();
        let connection = Connection::connect(url, ConnectionProperties::default());
        let connection = connection.await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let queue = format!("lifeboat.applications.{}", self.capability);
        (connection, channel, queue)
    }

    /// Repeats soon.
    pub(crate) fn consumer(&self) -> Consumer {
        let consumer = Consumer::new(&self.settings, &self.capability).unwrap();
        consumer.with_pause(Duration::from_millis(5))
    }

    pub(crate) fn parked(&self) -> Parked {
        Parked::new(&self.settings, &self.capability).unwrap()
    }

    /// What is parked once so many are.
    pub(crate) async fn parked_when(&self, count: usize) -> Vec<ParkedMessage> {
        let parked = self.parked();
        let waiting = async {
            loop {
                let found = parked.list(100).await.unwrap();
                if found.len() == count {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, waiting).await.unwrap()
    }

    pub(crate) fn messages(&self, count: i64) -> Vec<Message> {
        (0..count).map(|position| self.message(position)).collect()
    }

    pub(crate) fn message(&self, position: i64) -> Message {
        Message {
            id: Uuid::now_v7(),
            capability: self.capability.clone(),
            kind: "change-of-address".to_owned(),
            position,
            body: format!("application {position}").into_bytes(),
        }
    }

    /// Lets the consumer run until `enough` says so.
    pub(crate) async fn consume<H: Handler>(&self, handler: &H, enough: impl Fn(&H) -> bool) {
        let (consumer, drain) = (self.consumer(), Drain::default());
        let enough = async {
            while !enough(handler) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            drain.begin();
        };
        let both = async { tokio::join!(consumer.run(handler, &drain), enough) };
        timeout(PATIENCE, both).await.unwrap();
    }
}

/// Answers in the same way to every message, and remembers them.
pub(crate) struct Answering {
    outcome: Outcome,
    seen: Mutex<Vec<Message>>,
}

impl Answering {
    pub(crate) fn with(outcome: Outcome) -> Self {
        Self {
            outcome,
            seen: Mutex::default(),
        }
    }

    pub(crate) fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Handler for Answering {
    async fn handle(&self, message: &Message) -> Outcome {
        self.seen.lock().unwrap().push(message.clone());
        self.outcome.clone()
    }
}

/// Writes each message to a table, in one transaction with its inbox.
pub(crate) struct Writing {
    inbox: Inbox,
    database: DatabaseConnection,
    /// How often it was asked, and how often the inbox had the message already.
    pub(crate) asked: Mutex<(usize, usize)>,
}

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(InboxTable)]
    }
}

impl Writing {
    pub(crate) async fn to(url: &str) -> Self {
        let database = database::open::<Migrator>(url, "consumer", 4)
            .await
            .unwrap();
        // No key: what is consumed twice is there twice.
        database
            .execute_unprepared("CREATE TABLE consumed (position BIGINT NOT NULL)")
            .await
            .unwrap();
        Self {
            inbox: Inbox::new(database.clone(), clock::system()),
            database,
            asked: Mutex::default(),
        }
    }

    pub(crate) async fn positions(&self) -> Vec<i64> {
        let all = "SELECT position FROM consumed ORDER BY position";
        let all = Statement::from_string(self.database.get_database_backend(), all);
        let rows = self.database.query_all_raw(all).await.unwrap();
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    }

    /// How many different messages were consumed so far.
    pub(crate) fn consumed(&self) -> usize {
        let (asked, known) = *self.asked.lock().unwrap();
        asked - known
    }
}

#[async_trait::async_trait]
impl Handler for Writing {
    async fn handle(&self, message: &Message) -> Outcome {
        let first = self.inbox.begin(message.id).await.unwrap();
        let known = usize::from(first.is_none());
        if let Some(transaction) = first {
            let insert = "INSERT INTO consumed (position) VALUES ($1)";
            let insert = Statement::from_sql_and_values(
                transaction.get_database_backend(),
                insert,
                [message.position.into()],
            );
            transaction.execute_raw(insert).await.unwrap();
            transaction.commit().await.unwrap();
        }
        let mut asked = self.asked.lock().unwrap();
        *asked = (asked.0 + 1, asked.1 + known);
        Outcome::Done
    }
}
