//! What nobody can handle is parked in sight, and comes back when it is put back.

use journal::broker::{DELIVERY_LIMIT, Outcome};
use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, BasicQosOptions};
use uuid::Uuid;

use crate::site::{Answering, Site};

#[tokio::test]
async fn a_message_that_is_always_retried_is_parked_after_the_limit() {
    let site = Site::shared();
    let message = site.message(1);
    site.publisher().publish(&message).await.unwrap();
    let handler = Answering::with(Outcome::Retry);
    let deliveries = usize::try_from(DELIVERY_LIMIT).unwrap() + 1;
    site.consume(&handler, |handler| handler.seen().len() >= deliveries)
        .await;
    let parked = site.parked_when(1).await;
    assert_eq!(parked[0].id, message.id);
    assert_eq!(parked[0].kind, "change-of-address");
    assert_eq!(parked[0].position, Some(1));
    assert_eq!(parked[0].reason, "delivery_limit");
    assert_eq!(parked[0].deaths, 1);
    assert_eq!(handler.seen().len(), deliveries, "and not once more");
}

#[tokio::test]
async fn a_poisonous_message_is_parked_at_once_and_the_others_pass() {
    let site = Site::shared();
    let messages = site.messages(3);
    site.publisher().publish_all(&messages).await.unwrap();
    let handler = Answering::with(Outcome::Poison("no such parcel".to_owned()));
    site.consume(&handler, |handler| handler.seen().len() >= 3)
        .await;
    assert_eq!(handler.seen(), messages);
    // Looking at them does not change them.
    for _ in 0..3 {
        let parked = site.parked_when(3).await;
        for (parked, message) in parked.iter().zip(&messages) {
            assert_eq!(parked.id, message.id);
            assert_eq!((&*parked.reason, parked.deaths), ("no such parcel", 1));
        }
    }
    assert_eq!(site.parked().list(2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_parked_message_is_put_back_as_if_new_or_thrown_away() {
    let site = Site::shared();
    let messages = site.messages(3);
    site.publisher().publish_all(&messages).await.unwrap();
    let poison = Answering::with(Outcome::Poison("first".to_owned()));
    site.consume(&poison, |handler| handler.seen().len() >= 3)
        .await;
    site.parked_when(3).await;
    let parked = site.parked();
    assert!(parked.requeue(messages[1].id).await.unwrap());
    assert!(!parked.requeue(messages[1].id).await.unwrap(), "it is gone");
    assert!(parked.discard(messages[2].id).await.unwrap());
    assert!(!parked.discard(Uuid::now_v7()).await.unwrap());
    let left = site.parked_when(1).await;
    assert_eq!(left[0].id, messages[0].id);

    // Put back, it is what it was, and is counted when it is parked again.
    let poison = Answering::with(Outcome::Poison("again".to_owned()));
    site.consume(&poison, |handler| !handler.seen().is_empty())
        .await;
    assert_eq!(poison.seen(), [messages[1].clone()]);
    let both = site.parked_when(2).await;
    assert_eq!((&*both[1].reason, both[1].deaths), ("again", 2));

    // Everything is put back at last, and handled.
    for parked in &both {
        assert!(site.parked().requeue(parked.id).await.unwrap());
    }
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| handler.seen().len() >= 2)
        .await;
    assert_eq!(handler.seen(), messages[..2]);
    assert!(site.parked().list(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_no_journal_wrote_is_parked_and_does_not_stop_the_others() {
    let site = Site::shared();
    let publisher = site.publisher();
    publisher.declare(&site.capability).await.unwrap();
    let (_connection, channel, _) = site.stranger().await;
    let garbage = channel.basic_publish(
        "lifeboat.applications".into(),
        site.capability.as_str().into(),
        BasicPublishOptions::default(),
        b"garbage",
        BasicProperties::default(),
    );
    garbage.await.unwrap();
    // The answer to this says that the broker has seen what was sent before it.
    channel
        .basic_qos(1, BasicQosOptions::default())
        .await
        .unwrap();
    let message = site.message(1);
    publisher.publish(&message).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| !handler.seen().is_empty())
        .await;
    assert_eq!(handler.seen(), [message]);
    let parked = site.parked_when(1).await;
    assert_eq!((parked[0].id, parked[0].position), (Uuid::nil(), None));
    assert_eq!(parked[0].kind, "unreadable");
    assert!(site.parked().discard(Uuid::nil()).await.unwrap());
    assert_eq!(site.parked().list(10).await.unwrap(), []);
}
