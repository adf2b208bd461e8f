//! The broker stops, is killed, and does not answer, while messages are on their way.

use std::time::Duration;

use journal::broker::Outcome;
use test_support::proxy::{Line, Proxy};
use test_support::{postgres, rabbitmq};
use tokio::time::timeout;

use crate::site::{Answering, PATIENCE, Site, Writing};

/// How many messages are on their way when the broker goes.
const MESSAGES: i64 = 2_000;

/// After this long a broker that is killed finds a new queue again.
const ON_DISK: Duration = Duration::from_secs(5);

async fn broker() -> rabbitmq::Server {
    tokio::task::spawn_blocking(rabbitmq::Server::start)
        .await
        .unwrap()
}

/// What the publisher says of its waiting messages.
fn waiting(site: &Site) -> String {
    let name = format!(
        "lifeboat_outbox_waiting{{capability=\"{}\"}} ",
        site.capability
    );
    let all = runtime::metrics::render();
    let line = all.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap_or("none").to_owned()
}

/// Stops the broker in the middle, in an orderly way or not, and starts it again after `away`.
async fn nothing_is_lost(kill: bool, away: Duration) {
    let mut broker = broker().await;
    let site = Site::on(broker.url());
    let database = postgres::database().await;
    let handler = Writing::to(&database.url).await;
    let messages = site.messages(MESSAGES);
    let publisher = site.publisher();
    publisher.declare(&site.capability).await.unwrap();
    tokio::time::sleep(ON_DISK).await;
    let publish = async {
        for batch in messages.chunks(20) {
            publisher.publish_all(batch).await.unwrap();
            // No faster than they are consumed, so that the fault meets publisher and consumer alike.
            while handler.consumed() + 200 < usize::try_from(batch[0].position).unwrap() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let enough = |handler: &Writing| handler.consumed() >= messages.len();
    let fault = async {
        while handler.consumed() < 300 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::task::spawn_blocking(move || {
            if kill {
                broker.kill();
            } else {
                broker.stop();
            }
            std::thread::sleep(away);
            broker.start_again();
            broker
        })
        .await
        .unwrap()
    };
    let all = async { tokio::join!(publish, site.consume(&handler, enough), fault) };
    let ((), (), _broker) = timeout(PATIENCE * 2, all).await.unwrap();
    assert_eq!(
        handler.positions().await,
        (0..MESSAGES).collect::<Vec<_>>(),
        "each consumed, and once"
    );
    let (asked, known) = *handler.asked.lock().unwrap();
    println!("{MESSAGES} published, {asked} delivered, {known} of them twice");
    assert_eq!(site.parked().list(10).await.unwrap(), []);
}

#[tokio::test]
async fn a_broker_restarted_in_the_middle_loses_nothing() {
    nothing_is_lost(false, Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_broker_killed_in_the_middle_loses_nothing() {
    nothing_is_lost(true, Duration::ZERO).await;
}

#[tokio::test]
async fn a_publisher_waits_for_a_broker_that_is_away_and_says_how_much_waits() {
    runtime::metrics::install().unwrap();
    let proxy = Proxy::start(rabbitmq::url().rsplit_once('@').unwrap().1).await;
    let site = Site::on(proxy.in_front_of(&rabbitmq::url()));
    proxy.set(Line::Refuse);
    let publisher = site.publisher();
    let messages = site.messages(20);
    let publishing = async {
        publisher.publish_all(&messages).await.unwrap();
        proxy.set(Line::Cut);
        publisher.publish_all(&messages[..5]).await.unwrap();
    };
    let watching = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(waiting(&site), "20");
        proxy.set(Line::Pass);
        while waiting(&site) != "5" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(waiting(&site), "5");
        proxy.set(Line::Pass);
    };
    let both = async { tokio::join!(publishing, watching) };
    timeout(PATIENCE, both).await.unwrap();
    assert_eq!(waiting(&site), "0");

    // Who gives up waiting does not wait any more.
    proxy.set(Line::Refuse);
    let given_up = timeout(
        Duration::from_millis(300),
        publisher.publish_all(&messages[..3]),
    );
    assert!(given_up.await.is_err());
    assert_eq!(waiting(&site), "0");
}

#[tokio::test]
async fn a_broker_that_does_not_answer_is_left_for_one_that_does() {
    let proxy = Proxy::start(rabbitmq::url().rsplit_once('@').unwrap().1).await;
    let url = proxy.in_front_of(&rabbitmq::url());
    let site = Site::on(format!("{url}?heartbeat=2"));
    let publisher = site.publisher();
    publisher.publish(&site.message(0)).await.unwrap();
    proxy.set(Line::Stall);
    let mending = async {
        // Longer than two heartbeats: the connection is given up, though nobody closed it.
        tokio::time::sleep(Duration::from_secs(6)).await;
        proxy.set(Line::Cut);
        tokio::time::sleep(Duration::from_millis(100)).await;
        proxy.set(Line::Pass);
    };
    let message = site.message(1);
    let both = async { tokio::join!(publisher.publish(&message), mending) };
    timeout(PATIENCE, both).await.unwrap().0.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| handler.seen().contains(&message))
        .await;
}
