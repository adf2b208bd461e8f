//! Without a broker, what is filed is taken over within the process: once, in order, and whatever is killed.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::keys::SigningKey;
use chrono::TimeDelta;
use journal::broker::{DELIVERY_LIMIT, Handler, Message, Outcome, ParkedMessage};
use journal::in_process::{Intake, Parked, queue};
use journal::receipt::Receipt;
use journal::{Application, Journal, NewApplication, Outlet, State, relay};
use runtime::clock::{ManualClock, SharedClock};
use runtime::lifecycle::Drain;
use test_support::proxy::{Line, Proxy};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::place::{PERSON, Place, at, filed, new, on_both, rows};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A journal with the key of its receipts, and a clock that stands still.
struct Desk {
    journal: Journal,
    key: SigningKey,
    clock: Arc<ManualClock>,
}

impl Desk {
    async fn at(place: &Place) -> Self {
        let desk = Self {
            journal: place.journal().await,
            key: SigningKey::generate_es256().unwrap(),
            clock: ManualClock::new(at(0)),
        };
        let (kid, jwk) = (desk.key.kid(), desk.key.public_jwk());
        desk.journal.enrol_key(kid, &jwk).await.unwrap();
        desk
    }

    fn clock(&self) -> SharedClock {
        self.clock.clone()
    }

    /// Files so many, one after the other.
    async fn file(&self, name: &str, count: usize) -> Vec<Application> {
        let mut applications = Vec::new();
        for number in 0..count {
            let application = new(PERSON, &format!("{name}-{number}"));
            applications.push(self.file_one(application, &self.key).await);
        }
        applications
    }

    /// Files it with a receipt that `key` signs.
    async fn file_one(&self, mut application: NewApplication, key: &SigningKey) -> Application {
        let receipt = Receipt::of(
            "household",
            application.id,
            application.kind,
            "A12345****".to_owned(),
            &application.form.to_string(),
            application.filed_at,
        );
        application.receipt = receipt.sign(key).unwrap();
        filed(&self.journal, application).await.unwrap()
    }

    /// The relay as a service runs it.
    fn relay(&self, drain: &Drain) -> JoinHandle<()> {
        let outlet = Outlet::in_process(&self.journal, &self.clock(), drain);
        let relay = relay(self.journal.clone(), outlet, self.clock(), drain.clone());
        tokio::spawn(relay)
    }

    /// The relay over a queue with so many places, and a handler of the test's own behind it.
    fn relay_to(
        &self,
        handler: Arc<dyn Handler>,
        places: usize,
        drain: &Drain,
    ) -> [JoinHandle<()>; 2] {
        let places = NonZeroUsize::new(places).unwrap();
        let (queue, consumer) = queue(places, self.parked());
        let consumer = consumer.with_pause(Duration::from_millis(1));
        let outlet = Outlet::Process(queue);
        let relay = relay(self.journal.clone(), outlet, self.clock(), drain.clone());
        let drain = drain.clone();
        [
            tokio::spawn(relay),
            tokio::spawn(async move { consumer.run(&*handler, &drain).await }),
        ]
    }

    fn parked(&self) -> Parked {
        Parked::new(self.journal.clone(), self.clock())
    }

    async fn parked_when(&self, enough: impl Fn(&[ParkedMessage]) -> bool) -> Vec<ParkedMessage> {
        let waiting = async {
            loop {
                let found = self.parked().list(100).await.unwrap_or_default();
                if enough(&found) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, waiting).await.unwrap()
    }

    /// Waits until so many count as forwarded.
    async fn forwarded(&self, count: usize) {
        let waiting = async {
            while self.count(State::Forwarded).await != Some(count) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{:?}", self.count(State::Forwarded).await);
    }

    async fn count(&self, state: State) -> Option<usize> {
        let found = self.journal.of_person(PERSON, None, 10_000).await.ok()?;
        Some(found.iter().filter(|one| one.state == state).count())
    }
}

/// What the consumer has kept.
async fn inbox(place: &Place) -> Vec<Uuid> {
    let tables = place.tables().await;
    let found = rows(&tables, "SELECT message_id FROM inbox ORDER BY message_id").await;
    let id = |row: &sea_orm::QueryResult| row.try_get_by_index(0).unwrap();
    let found = found.iter().map(id).collect();
    tables.close().await.unwrap();
    found
}

fn ids(applications: &[Application]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = applications.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids
}

/// Notes what it is given, once it is let, and answers as it was told.
struct Noting {
    let_in: Semaphore,
    outcome: Outcome,
    seen: Mutex<Vec<i64>>,
}

impl Noting {
    fn answering(outcome: Outcome, let_in: usize) -> Arc<Self> {
        Arc::new(Self {
            let_in: Semaphore::new(let_in),
            outcome,
            seen: Mutex::default(),
        })
    }

    fn seen(&self) -> Vec<i64> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Handler for Noting {
    async fn handle(&self, message: &Message) -> Outcome {
        self.seen.lock().unwrap().push(message.position);
        self.let_in.acquire().await.unwrap().forget();
        self.outcome.clone()
    }
}

/// Takes so many messages, and dies after it has kept the last and before it can say so.
struct Dying {
    intake: Intake,
    takes: Semaphore,
}

#[async_trait::async_trait]
impl Handler for Dying {
    async fn handle(&self, message: &Message) -> Outcome {
        let outcome = self.intake.handle(message).await;
        self.takes.acquire().await.unwrap().forget();
        outcome
    }
}

on_both!(what_is_filed_is_forwarded_without_a_broker_and_in_order, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let before = desk.file("before", 20).await;
    let relay = desk.relay(&drain);
    desk.forwarded(20).await;
    let after = desk.file("after", 20).await;
    desk.forwarded(40).await;
    drain.begin();
    relay.await.unwrap();
    let all = [before, after].concat();
    assert_eq!(inbox(&place).await, ids(&all), "each kept, and once");
    let tables = place.tables().await;
    let steps = "SELECT application_id FROM step WHERE state = 'forwarded' ORDER BY position";
    let steps: Vec<Uuid> = rows(&tables, steps)
        .await
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    let order: Vec<Uuid> = all.iter().map(|one| one.id).collect();
    assert_eq!(steps, order);
    assert_eq!(desk.parked().list(9).await.unwrap(), []);
});

on_both!(a_consumer_that_died_before_it_confirmed_finds_its_work_again, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let all = desk.file("filed", 10).await;
    let dying = Dying {
        intake: Intake::new(desk.journal.clone(), desk.clock()),
        takes: Semaphore::new(3),
    };
    let killed = desk.relay_to(Arc::new(dying), 4, &drain);
    let kept = async {
        while inbox(&place).await.len() < 4 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, kept).await.unwrap();
    for task in killed {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    // Four are kept, three of them confirmed; nobody had noted it yet.
    assert_eq!(desk.count(State::Received).await, Some(10));
    assert_eq!(inbox(&place).await.len(), 4);
    // Who was killed did not give its lease back.
    desk.clock.advance(TimeDelta::minutes(1));
    let relay = desk.relay(&drain);
    desk.forwarded(10).await;
    assert_eq!(inbox(&place).await, ids(&all));
    drain.begin();
    relay.await.unwrap();
});

on_both!(a_full_queue_keeps_nobody_from_filing_and_everything_waits_in_the_journal, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let handler = Noting::answering(Outcome::Done, 0);
    desk.file("filed", 9).await;
    let tasks = desk.relay_to(handler.clone(), 2, &drain);
    let held_up = async {
        while handler.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, held_up).await.unwrap();
    let filing = desk.file("meanwhile", 3);
    let all = timeout(PATIENCE, filing).await.unwrap();
    assert_eq!(handler.seen().len(), 1, "the others wait");
    assert_eq!(desk.count(State::Received).await, Some(12));
    handler.let_in.add_permits(2);
    let let_in = async {
        while handler.seen().len() < 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, let_in).await.unwrap();
    // Time for what must not happen.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(handler.seen().len(), 3);
    // Those that were let in are not confirmed alone: nothing is noted before the batch is through.
    assert_eq!(desk.count(State::Received).await, Some(12));
    handler.let_in.add_permits(10);
    desk.forwarded(12).await;
    let mut once = handler.seen();
    assert!(once.is_sorted(), "{once:?}");
    once.dedup();
    assert_eq!((once.len(), once.last()), (12, all.last().map(|one| &one.position)));
    drain.begin();
    for task in tasks {
        timeout(PATIENCE, task).await.unwrap().unwrap();
    }
});

on_both!(what_a_receipt_does_not_vouch_for_is_parked_in_sight_and_the_others_pass, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let whole = desk.file("whole", 2).await;
    let changed = desk.file("changed", 1).await.remove(0);
    place
        .execute(&format!(
            "UPDATE application SET form = '{{\"lost_at\":\"elsewhere\"}}' WHERE position = {}",
            changed.position
        ))
        .await;
    let stranger = SigningKey::generate_es256().unwrap();
    let strange = desk.file_one(new(PERSON, "strange"), &stranger).await;
    let unsigned = filed(&desk.journal, new(PERSON, "unsigned")).await.unwrap();
    let relay = desk.relay(&drain);
    desk.forwarded(5).await;
    let parked = desk.parked_when(|found| found.len() == 3).await;
    let told: Vec<_> = parked
        .iter()
        .map(|one| (one.id, one.position, one.deaths, &*one.reason))
        .collect();
    let about = |one: &Application| (one.id, Some(one.position), 1);
    let expected = [
        (about(&changed), "its receipt is of something else"),
        (about(&strange), "its receipt does not hold: it is signed by none of these keys"),
    ];
    for (seen, ((id, position, deaths), reason)) in told.iter().zip(expected) {
        assert_eq!(*seen, (id, position, deaths, reason));
    }
    assert_eq!(told[2].0, unsigned.id);
    assert!(told[2].3.starts_with("its receipt does not hold: it is not a receipt"), "{}", told[2].3);
    assert_eq!(inbox(&place).await, ids(&whole));

    // Put back, it passes once what was wrong is mended, and is counted where it is not.
    assert!(desk.parked().requeue(changed.id).await.unwrap());
    let parked = desk.parked_when(|found| found.iter().any(|one| one.deaths == 2)).await;
    assert_eq!(parked.iter().find(|one| one.deaths == 2).unwrap().id, changed.id);
    desk.journal.enrol_key(stranger.kid(), &stranger.public_jwk()).await.unwrap();
    assert!(desk.parked().requeue(strange.id).await.unwrap());
    desk.parked_when(|found| found.len() == 2).await;
    let gone = async {
        while inbox(&place).await != ids(&[whole.clone(), vec![strange.clone()]].concat()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
    assert!(!desk.parked().requeue(strange.id).await.unwrap(), "it is gone");
    assert!(desk.parked().discard(changed.id).await.unwrap());
    assert!(!desk.parked().discard(Uuid::now_v7()).await.unwrap());
    assert_eq!(desk.parked().list(9).await.unwrap().len(), 1);
    assert_eq!(desk.parked().list(0).await.unwrap().len(), 0);
    drain.begin();
    relay.await.unwrap();
});

on_both!(a_message_that_is_always_retried_is_parked_after_the_limit_of_a_broker, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let handler = Noting::answering(Outcome::Retry, 1_000);
    let tasks = desk.relay_to(handler.clone(), 2, &drain);
    let filed = desk.file("filed", 1).await;
    let parked = desk.parked_when(|found| !found.is_empty()).await;
    assert_eq!((parked[0].id, &*parked[0].reason), (filed[0].id, "delivery_limit"));
    desk.forwarded(1).await;
    let deliveries = usize::try_from(DELIVERY_LIMIT).unwrap() + 1;
    assert_eq!(handler.seen().len(), deliveries, "and not once more");
    drain.begin();
    for task in tasks {
        timeout(PATIENCE, task).await.unwrap().unwrap();
    }
});

on_both!(a_copy_that_drains_gives_its_lease_to_the_next_at_once, place => {
    let (desk, drain) = (Desk::at(&place).await, Drain::default());
    let relay = desk.relay(&drain);
    desk.file("first", 3).await;
    desk.forwarded(3).await;
    let (next, end) = (place.journal().await, Drain::default());
    let next = Desk { journal: next, key: SigningKey::generate_es256().unwrap(), clock: desk.clock.clone() };
    let taking_over = next.relay(&end);
    drain.begin();
    timeout(PATIENCE, relay).await.unwrap().unwrap();
    // The clock stands still: no lease runs out.
    desk.file("second", 3).await;
    desk.forwarded(6).await;
    end.begin();
    taking_over.await.unwrap();
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_for_a_while_loses_nothing_and_repeats_nothing() {
    let place = Place::postgres().await;
    let desk = Desk::at(&place).await;
    let server = url::Url::parse(&place.url).unwrap();
    let upstream = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap());
    let proxy = Proxy::start(upstream).await;
    let behind = proxy.in_front_of(&place.url);
    let drain = Drain::default();
    let cut_off = Desk {
        journal: Journal::open(&behind, "household").await.unwrap(),
        key: SigningKey::generate_es256().unwrap(),
        clock: desk.clock.clone(),
    };
    let relay = cut_off.relay(&drain);
    let mut all = desk.file("before", 100).await;
    proxy.set(Line::Refuse);
    tokio::time::sleep(Duration::from_secs(1)).await;
    all.extend(desk.file("away", 20).await);
    let told = async {
        while cut_off.journal.answers() {
            // The lease is due soon, and cannot be renewed.
            cut_off.clock.advance(TimeDelta::seconds(1));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, told).await.unwrap();
    proxy.set(Line::Pass);
    desk.forwarded(120).await;
    assert_eq!(inbox(&place).await, ids(&all));
    assert_eq!(desk.parked().list(9).await.unwrap(), []);
    assert!(cut_off.journal.answers());
    drain.begin();
    timeout(PATIENCE, relay).await.unwrap().unwrap();
}
