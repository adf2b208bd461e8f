//! A streaming replica of the database, which answers lookups while it can.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use database::Lanes;
use metrics::gauge;
use sea_orm::sqlx::Postgres;
use sea_orm::{QueryResult, Statement};
use tokio::time::timeout;

use crate::failure::is_unreachable;

/// The snapshot's tables on a replica.
#[derive(Debug)]
pub(crate) struct Replica {
    lanes: Lanes<Postgres>,
    /// How long a read may take here, before it is read elsewhere.
    patience: Duration,
    /// Whether lookups are sent here: not while it is gone, nor before it has the snapshot.
    in_use: AtomicBool,
}

impl Replica {
    pub(crate) fn new(lanes: Lanes<Postgres>, patience: Duration, in_use: bool) -> Self {
        let replica = Self {
            lanes,
            patience,
            in_use: AtomicBool::new(!in_use),
        };
        replica.set_in_use(in_use);
        replica
    }

    pub(super) fn is_in_use(&self) -> bool {
        self.in_use.load(Ordering::Relaxed)
    }

    pub(super) fn set_in_use(&self, in_use: bool) {
        if self.in_use.swap(in_use, Ordering::Relaxed) == in_use {
            return;
        }
        gauge!("lifeboat_replica_in_use").set(if in_use { 1.0 } else { 0.0 });
        if in_use {
            tracing::info!("lookups are answered by the replica");
        } else {
            tracing::warn!("lookups are answered by the primary: the replica is away or behind");
        }
    }

    /// The rows; none where they have to be read elsewhere. A replica that is gone is left alone until it was seen to answer
    /// again; one that only refused this statement (it cancels reads that are in the way of what it replays) is not.
    pub(super) async fn query(&self, statement: &Statement) -> Option<Vec<QueryResult>> {
        match timeout(self.patience, self.lanes.query(statement)).await {
            Ok(Ok(rows)) => {
                metrics::counter!("lifeboat_lookup_reads_total", "database" => "replica")
                    .increment(1);
                return Some(rows);
            }
            Ok(Err(error)) if !is_unreachable(&error) => (),
            Ok(Err(_)) | Err(_) => self.set_in_use(false),
        }
        None
    }
}
