//! What comes with applications: named once, by who uploaded it, within a day.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use futures_util::future::join_all;
use journal::{NotAttached, NotFiled};
use uuid::Uuid;

use crate::place::{OTHER, PERSON, at, filed, new, on_both, rows};

on_both!(an_attachment_belongs_to_the_application_that_names_it, place => {
    let journal = place.journal().await;
    let mut kept = Vec::new();
    for content in [&b"%PDF-1"[..], b"%PDF-2"] {
        kept.push(journal.attach(PERSON, "application/pdf", content, at(0)).await.unwrap());
    }
    assert_eq!(kept[0].sha256, digest(&SHA256, b"%PDF-1").as_ref());
    assert_eq!(kept[0].bytes, 6);
    let mut application = new(PERSON, "key");
    application.attachments = kept.iter().map(|one| one.id).collect();
    let first = journal.file(application.clone()).await.unwrap();
    let dossier = journal.dossier(PERSON, first.id).await.unwrap().unwrap();
    assert_eq!(dossier.attachments, kept);
    // Filed again it is the same application, whose attachments are its own.
    assert_eq!(journal.file(application).await.unwrap(), first);
});

on_both!(an_attachment_is_named_once_and_by_who_uploaded_it, place => {
    let journal = place.journal().await;
    let own = journal.attach(PERSON, "image/png", b"own", at(0)).await.unwrap().id;
    let naming = |person: &str, key: &str, named: &[Uuid]| {
        let mut application = new(person, key);
        application.attachments = named.to_vec();
        application
    };
    for wrong in [
        naming(OTHER, "somebody-else", &[own]),
        naming(PERSON, "one-is-not-there", &[own, Uuid::now_v7()]),
    ] {
        assert_eq!(journal.file(wrong).await, Err(NotFiled::Attachment));
    }
    // Several at once, over two copies of the service: one has it.
    let other = place.journal().await;
    let tries = (0..6).map(|number| {
        let journal = if number % 2 == 0 { &journal } else { &other };
        filed(journal, naming(PERSON, &number.to_string(), &[own]))
    });
    let tries = join_all(tries).await;
    let taken: Vec<_> = tries.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(taken.len(), 1, "{tries:#?}");
    assert!(tries.iter().all(|one| one.is_ok() || *one == Err(NotFiled::Attachment)));
    assert_eq!(journal.of_person(PERSON, None, 10).await.unwrap().len(), 1);
    assert_eq!(journal.of_person(OTHER, None, 10).await.unwrap(), []);
});

on_both!(what_no_application_names_within_a_day_is_forgotten, place => {
    let journal = place.journal().await;
    let unnamed = journal.attach(PERSON, "image/png", b"unnamed", at(0)).await.unwrap();
    let mut application = new(PERSON, "named");
    let named = journal.attach(PERSON, "image/png", b"named", at(0)).await.unwrap();
    application.attachments = vec![named.id];
    let application = journal.file(application).await.unwrap();
    let day_later = at(0) + TimeDelta::days(1);
    assert_eq!(journal.forget_unnamed(day_later - TimeDelta::days(1)).await.unwrap(), 0);
    let moment = TimeDelta::microseconds(1);
    assert_eq!(journal.forget_unnamed(at(0) + moment).await.unwrap(), 1);
    let mut late = new(PERSON, "late");
    late.attachments = vec![unnamed.id];
    assert_eq!(journal.file(late).await, Err(NotFiled::Attachment));
    let dossier = journal.dossier(PERSON, application.id).await.unwrap().unwrap();
    assert_eq!(dossier.attachments, [named]);
    let tables = place.tables().await;
    let left = rows(&tables, "SELECT content FROM attachment").await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].try_get_by_index::<Vec<u8>>(0).unwrap(), b"named");
});

on_both!(an_attachment_is_claimed_or_forgotten_and_never_both, place => {
    let journal = place.journal().await;
    let other = place.journal().await;
    for number in 0..15 {
        let photograph = journal.attach(PERSON, "image/png", b"x", at(0)).await.unwrap();
        let mut application = new(PERSON, &format!("claims-{number}"));
        application.attachments = vec![photograph.id];
        let (filed, _) = tokio::join!(filed(&journal, application), other.forget_unnamed(at(1)));
        match filed {
            Ok(filed) => {
                let dossier = journal.dossier(PERSON, filed.id).await.unwrap().unwrap();
                assert_eq!(dossier.attachments, [photograph], "it was filed with it");
            }
            Err(reason) => assert_eq!(reason, NotFiled::Attachment),
        }
    }
});

on_both!(a_person_may_have_ten_that_no_application_names, place => {
    let journal = place.journal().await;
    for _ in 0..10 {
        journal.attach(PERSON, "image/png", b"x", at(0)).await.unwrap();
    }
    let eleventh = journal.attach(PERSON, "image/png", b"x", at(0)).await;
    assert_eq!(eleventh, Err(NotAttached::TooMany));
    assert!(journal.attach(OTHER, "image/png", b"x", at(0)).await.is_ok());
    journal.forget_unnamed(at(1)).await.unwrap();
    assert!(journal.attach(PERSON, "image/png", b"x", at(0)).await.is_ok());
});
