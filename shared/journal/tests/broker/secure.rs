//! The broker behind TLS.

use journal::broker::{Outcome, Settings};
use test_support::authority::{Authority, Term};
use test_support::rabbitmq;
use test_support::tls_front::TlsFront;

use crate::site::{Answering, Site};

/// Where the shared broker listens, and how one signs in there.
fn parts(url: &str) -> (&str, &str) {
    url.strip_prefix("amqp://")
        .unwrap()
        .rsplit_once('@')
        .unwrap()
}

#[tokio::test]
async fn what_is_published_over_tls_arrives_and_a_strange_certificate_is_not_believed() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let url = rabbitmq::url();
    let (login, place) = parts(&url);
    let own = ours.issue(&["127.0.0.1"], Term::Current);
    let front = TlsFront::before(place, &own).await;
    let folder = tempfile::tempdir().unwrap();
    let site = |authority: &Authority| {
        let file = folder.path().join("ca.crt");
        std::fs::write(&file, authority.certificate()).unwrap();
        let url = format!("amqps://{login}@127.0.0.1:{}", front.port());
        let mut settings = Settings::new(url.into());
        settings.ca_file = Some(file);
        Site {
            settings,
            ..Site::shared()
        }
    };
    let secure = site(&ours);
    let publisher = secure.publisher();
    publisher.publish_all(&secure.messages(50)).await.unwrap();
    let handler = Answering::with(Outcome::Done);
    secure
        .consume(&handler, |handler| handler.seen().len() >= 50)
        .await;
    assert_eq!(handler.seen().len(), 50);

    let said = site(&theirs).parked().list(1).await.unwrap_err();
    assert!(said.to_string().contains("certificate"), "{said}");
}
