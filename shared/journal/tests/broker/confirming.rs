//! A message counts as published when the broker has it.

use journal::broker::{Message, Outcome, Publisher, Reason, Settings, SettingsError};
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;

use crate::site::{Answering, Site};

#[tokio::test]
async fn messages_arrive_whole_and_in_the_order_of_publishing() {
    let site = Site::shared();
    // Several windows, so that the order holds from one to the next.
    let settings = Settings {
        window: 50,
        ..site.settings.clone()
    };
    let messages = site.messages(500);
    let publisher = Publisher::connect(&settings).unwrap();
    publisher.publish_all(&messages).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| handler.seen().len() >= 500)
        .await;
    assert_eq!(handler.seen(), messages);
}

#[tokio::test]
async fn a_confirmed_message_waits_for_its_first_consumer() {
    let site = Site::shared();
    let message = site.message(7);
    site.publisher().publish(&message).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| !handler.seen().is_empty())
        .await;
    assert_eq!(handler.seen(), [message]);
}

#[tokio::test]
async fn many_publish_at_once_and_each_has_its_own_order() {
    let site = Site::shared();
    let publisher = site.publisher();
    let batches = [0; 4].map(|_| site.messages(100));
    let publish = |batch| publisher.publish_all(batch);
    let all = futures_util::future::join_all(batches.iter().map(|batch| publish(batch))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| handler.seen().len() >= 400)
        .await;
    let seen = handler.seen();
    for batch in batches {
        let of_batch = |message: &&Message| batch.iter().any(|own| own.id == message.id);
        let arrived: Vec<Message> = seen.iter().filter(of_batch).cloned().collect();
        assert_eq!(arrived, batch);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_written_keeps_the_batch_back() {
    let site = Site::shared();
    let publisher = site.publisher();
    let mut batch = site.messages(3);
    batch[2].capability = "not.a.capability".to_owned();
    let error = publisher.publish_all(&batch).await.unwrap_err();
    assert_eq!(error.confirmed, 0);
    assert_eq!(error.reason, Reason::Capability(SettingsError::Name));
    batch[2] = site.message(2);
    batch[2].kind = "k".repeat(256);
    let error = publisher.publish_all(&batch).await.unwrap_err();
    assert_eq!((error.confirmed, error.reason), (0, Reason::Kind));
    // Nothing of either batch was sent: the next message is the first to arrive.
    let message = site.message(3);
    publisher.publish(&message).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| !handler.seen().is_empty())
        .await;
    assert_eq!(handler.seen(), [message]);
}

#[tokio::test]
async fn what_comes_back_for_want_of_a_queue_is_not_confirmed_and_the_next_try_makes_the_queue() {
    let site = Site::shared();
    let publisher = site.publisher();
    publisher.declare(&site.capability).await.unwrap();
    let (_connection, channel, queue) = site.stranger().await;
    let deleted = channel.queue_delete(queue.into(), QueueDeleteOptions::default());
    deleted.await.unwrap();
    let messages = site.messages(10);
    let error = publisher.publish_all(&messages).await.unwrap_err();
    assert_eq!(error.confirmed, 0);
    assert!(matches!(error.reason, Reason::Refused(_)), "{error}");
    publisher.publish_all(&messages).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    site.consume(&handler, |handler| handler.seen().len() >= 10)
        .await;
    assert_eq!(handler.seen(), messages);
}

#[tokio::test]
async fn a_queue_of_another_kind_under_the_name_is_said_and_not_waited_for() {
    let site = Site::shared();
    let (_connection, channel, queue) = site.stranger().await;
    let classic = channel.queue_declare(
        queue.into(),
        QueueDeclareOptions::durable(),
        FieldTable::default(),
    );
    classic.await.unwrap();
    let error = site.publisher().publish(&site.message(0)).await;
    let error = error.unwrap_err();
    assert_eq!(error.confirmed, 0);
    assert!(error.to_string().contains("PRECONDITION"), "{error}");
}
