//! A streaming replica answers lookups. None is lost with it, and none is answered from what it does not have yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use capability::{Parts, Settings};
use reqwest::StatusCode;
use test_support::postgres::{Server, psql};
use test_support::proxy::{Line, Proxy};
use tokio::task::{JoinSet, spawn_blocking};

use crate::health::becomes;
use crate::site::{FATHER, Site, citizen, fill};

/// Longer than any test runs.
const PATIENT: u64 = 600_000;

const READERS: usize = 4;

/// A database with the register, and its replica.
async fn databases() -> (Server, Server) {
    let primary = spawn_blocking(Server::start).await.unwrap();
    fill(primary.url()).await;
    spawn_blocking(move || {
        let replica = primary.replica();
        (primary, replica)
    })
    .await
    .unwrap()
}

/// Whether lookups reach this server now: none is asked twice on the same connection by chance.
fn is_asked(server: &Server) -> bool {
    let reads =
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'lifeboat-lookups'
        AND state_change > clock_timestamp() - interval '300 milliseconds'";
    psql(server.url(), reads).as_deref() == Ok("t")
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The snapshot that an answer comes from.
async fn answered_by(site: &Site) -> String {
    let answer = site.data(&citizen(FATHER), "/v1/me").await;
    answer["snapshot"]["id"].as_str().unwrap().to_owned()
}

/// People who go on asking, each one question after the other.
struct Load {
    site: Arc<Site>,
    going: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    readers: JoinSet<Vec<String>>,
}

impl Load {
    fn on(site: Site) -> Self {
        let site = Arc::new(site);
        let (going, answered) = (Arc::new(AtomicBool::new(true)), Arc::default());
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            let (site, going) = (Arc::clone(&site), Arc::clone(&going));
            let answered: Arc<AtomicUsize> = Arc::clone(&answered);
            readers.spawn(async move {
                let mut failed = Vec::new();
                while going.load(Ordering::Relaxed) {
                    let answer = site.get(&citizen(FATHER), "/v1/me").await;
                    let status = answer.status();
                    let text = answer.text().await.unwrap();
                    if status != StatusCode::OK || !text.contains("陳") {
                        failed.push(format!("{status}: {text}"));
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                failed
            });
        }
        Self {
            site,
            going,
            answered,
            readers,
        }
    }

    /// Waits until so many more are answered.
    async fn goes_on(&self, count: usize) {
        let wanted = self.answered.load(Ordering::Relaxed) + count;
        eventually("people are answered", || {
            self.answered.load(Ordering::Relaxed) >= wanted
        })
        .await;
    }

    /// Ends it: every read was answered.
    async fn loses_none(mut self) {
        self.going.store(false, Ordering::Relaxed);
        while let Some(reader) = self.readers.join_next().await {
            assert_eq!(reader.unwrap(), Vec::<String>::new());
        }
        assert!(self.answered.load(Ordering::Relaxed) > 0);
        Arc::into_inner(self.site).unwrap().stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lookups_go_to_the_replica_and_none_is_lost_with_it() {
    let (primary, mut replica) = databases().await;
    let site =
        Site::with_replica(household::CAPABILITY, primary.url(), replica.url(), PATIENT).await;
    let load = Load::on(site);
    for kill in [true, false] {
        load.goes_on(100).await;
        eventually("the replica answers", || {
            is_asked(&replica) && !is_asked(&primary)
        })
        .await;
        if kill {
            replica.kill();
        } else {
            replica.stop();
        }
        load.goes_on(200).await;
        eventually("the primary answers", || is_asked(&primary)).await;
        replica.start_again();
    }
    eventually("the replica answers again", || is_asked(&replica)).await;
    load.loses_none().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_falls_silent_loses_no_lookup() {
    let (primary, replica) = databases().await;
    let line = Proxy::start(format!("127.0.0.1:{}", replica.port())).await;
    let url = line.in_front_of(replica.url());
    let site = Site::with_replica(household::CAPABILITY, primary.url(), &url, PATIENT).await;
    let load = Load::on(site);
    load.goes_on(100).await;
    for broken in [Line::Stall, Line::Refuse, Line::Cut] {
        line.set(broken);
        load.goes_on(100).await;
        line.set(Line::Pass);
        eventually("the replica answers again", || is_asked(&replica)).await;
    }
    load.loses_none().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_behind_answers_from_the_old_snapshot_until_it_has_the_new_one() {
    let (primary, replica) = databases().await;
    let site =
        Site::with_replica(household::CAPABILITY, primary.url(), replica.url(), PATIENT).await;
    let old = answered_by(&site).await;
    psql(replica.url(), "SELECT pg_wal_replay_pause()").unwrap();
    fill(primary.url()).await;
    // Ten looks for a newer snapshot.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(answered_by(&site).await, old);
    let load = Load::on(site);
    load.goes_on(50).await;
    psql(replica.url(), "SELECT pg_wal_replay_resume()").unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while answered_by(&load.site).await == old {
        assert!(Instant::now() < deadline, "the new one is never served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    load.goes_on(50).await;
    eventually("the replica answers", || is_asked(&replica)).await;
    load.loses_none().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_stays_behind_is_left_for_the_primary() {
    let (primary, replica) = databases().await;
    let site = Site::with_replica(household::CAPABILITY, primary.url(), replica.url(), 200).await;
    let old = answered_by(&site).await;
    psql(replica.url(), "SELECT pg_wal_replay_pause()").unwrap();
    fill(primary.url()).await;
    let load = Load::on(site);
    let deadline = Instant::now() + Duration::from_secs(30);
    while answered_by(&load.site).await == old {
        assert!(Instant::now() < deadline, "the new one is never served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    eventually("the primary answers", || {
        is_asked(&primary) && !is_asked(&replica)
    })
    .await;
    psql(replica.url(), "SELECT pg_wal_replay_resume()").unwrap();
    eventually("the replica answers", || {
        is_asked(&replica) && !is_asked(&primary)
    })
    .await;
    load.loses_none().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_primary_gone_the_replica_goes_on_answering_and_a_start_needs_only_it() {
    let (mut primary, replica) = databases().await;
    let primary_url = primary.url().to_owned();
    let start = || Site::with_replica(household::CAPABILITY, &primary_url, replica.url(), PATIENT);
    let site = start().await;
    let old = answered_by(&site).await;
    primary.kill();
    assert_eq!(answered_by(&site).await, old);
    becomes(&site, "ready").await;
    site.stop().await;
    let site = start().await;
    assert_eq!(answered_by(&site).await, old);
    becomes(&site, "ready").await;
    primary.start_again();
    fill(&primary_url).await;
    let deadline = Instant::now() + Duration::from_mins(1);
    while answered_by(&site).await == old {
        assert!(Instant::now() < deadline, "the new one is never served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    site.stop().await;
}

#[tokio::test]
async fn a_replica_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "database": format!("sqlite://{}", folder.path().display()),
        "replica": { "database": "postgres://nobody@127.0.0.1:1/nothing" },
        "trusted_services_file": "/nonexistent",
        "internal_key_file": "/nonexistent",
    }))
    .unwrap();
    let own = access::internal::ServiceKey::generate().unwrap();
    let trusted = access::internal::TrustedServices::from_members(&[own.service_jwk("household")]);
    let parts = Parts {
        trusted_services: trusted.unwrap(),
        internal_keys: own.into(),
        receipt_key: None,
        clock: runtime::clock::system(),
    };
    let refused = capability::start(household::CAPABILITY, &settings, parts).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.starts_with("replica.database"), "{said}");
}
