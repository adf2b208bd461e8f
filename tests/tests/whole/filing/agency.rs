//! The agency's end of the queue: takes each message into its own database once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use journal::broker::{Consumer, Handler, Inbox, InboxTable, Message, Outcome, Settings};
use runtime::lifecycle::Drain;
use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use test_support::postgres::{self, Database, psql};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Two programs that consume, and their database.
pub(super) struct Agency {
    handler: Arc<Taking>,
    drain: Drain,
    consumers: JoinSet<()>,
    database: Database,
}

/// What was consumed.
pub(super) struct Consumed {
    /// Positions and numbers.
    pub(super) messages: Vec<(i64, Uuid)>,
    /// Deliveries of what had been consumed before.
    pub(super) repeated: usize,
}

struct Tables;

#[async_trait::async_trait]
impl MigratorTrait for Tables {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(InboxTable)]
    }
}

/// Writes each message in one transaction with the inbox's mark.
struct Taking {
    inbox: Inbox,
    taken: AtomicUsize,
    repeated: AtomicUsize,
}

#[async_trait::async_trait]
impl Handler for Taking {
    async fn handle(&self, message: &Message) -> Outcome {
        let Some(work) = self.inbox.begin(message.id).await.unwrap() else {
            self.repeated.fetch_add(1, Ordering::Relaxed);
            return Outcome::Done;
        };
        let (position, id) = (message.position, message.id);
        let take = format!("INSERT INTO taken (position, id) VALUES ({position}, '{id}')");
        work.execute_unprepared(&take).await.unwrap();
        work.commit().await.unwrap();
        self.taken.fetch_add(1, Ordering::Relaxed);
        Outcome::Done
    }
}

impl Agency {
    pub(super) async fn start(settings: &Settings) -> Self {
        let database = postgres::database().await;
        let tables = database::open::<Tables>(&database.url, "agency", 4)
            .await
            .unwrap();
        // No key: what is taken twice is there twice.
        let taken = "CREATE TABLE taken (position BIGINT NOT NULL, id UUID NOT NULL)";
        tables.execute_unprepared(taken).await.unwrap();
        let handler = Arc::new(Taking {
            inbox: Inbox::new(tables, runtime::clock::system()),
            taken: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
        });
        let drain = Drain::default();
        let mut consumers = JoinSet::new();
        for _ in 0..2 {
            let consumer = Consumer::new(settings, "household").unwrap();
            let (handler, drain) = (Arc::clone(&handler), drain.clone());
            consumers.spawn(async move { consumer.run(&*handler, &drain).await });
        }
        Self {
            handler,
            drain,
            consumers,
            database,
        }
    }

    /// What was consumed once it is so many, and the queue had time to bring more.
    pub(super) async fn consumed(mut self, count: usize, within: Duration) -> Consumed {
        let deadline = Instant::now() + within;
        while self.handler.taken.load(Ordering::Relaxed) < count && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.drain.begin();
        while let Some(ended) = self.consumers.join_next().await {
            ended.unwrap();
        }
        let taken = "SELECT position, id FROM agency.taken ORDER BY position";
        Consumed {
            messages: super::rows(&psql(&self.database.url, taken).unwrap(), '|'),
            repeated: self.handler.repeated.load(Ordering::Relaxed),
        }
    }
}
