//! Filing once, however often it is tried.

use futures_util::future::join_all;
use journal::{NotFiled, State};
use serde_json::json;

use crate::place::{OTHER, PERSON, at, filed, new, on_both, rows, with_form};

on_both!(what_is_filed_is_there, place => {
    let journal = place.journal().await;
    let form = json!({"lost_at": "臺北車站", "list": [1, null, "𠊎"]});
    let mut application = with_form(PERSON, "key", &form);
    application.finding = json!({"amount": 1000});
    let filed = journal.file(application.clone()).await.unwrap();
    assert_eq!((filed.position, filed.id), (1, application.id));
    assert_eq!((&filed.form, &filed.finding), (&form, &application.finding));
    assert_eq!((filed.state, filed.state_at, filed.filed_at), (State::Received, at(0), at(0)));

    // Also for whoever opens the journal later.
    drop(journal);
    let journal = place.journal().await;
    let dossier = journal.dossier(PERSON, filed.id).await.unwrap().unwrap();
    assert_eq!(dossier.application, filed);
    assert_eq!(dossier.steps.len(), 1);
    assert_eq!(journal.dossier(OTHER, filed.id).await.unwrap(), None, "not theirs");
    assert_eq!(journal.of_person(OTHER, None, 10).await.unwrap(), []);
});

on_both!(the_same_key_five_times_at_once_is_one_application, place => {
    let journals = [place.journal().await, place.journal().await];
    // Each try has a number and a receipt of its own, as from two copies of a service.
    let tries = (0..5).map(|number| filed(&journals[number % 2], new(PERSON, "key")));
    let tries: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    assert!(tries.iter().all(|other| *other == tries[0]), "{tries:#?}");
    let tables = place.tables().await;
    let kept = rows(&tables, "SELECT receipt FROM application").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].try_get_by_index::<String>(0).unwrap(), tries[0].receipt);
    // A minute later, too.
    assert_eq!(filed(&journals[1], new(PERSON, "key")).await.unwrap(), tries[0]);
});

on_both!(the_same_key_twice_in_one_commit_is_one_application, place => {
    let journal = place.journal().await;
    let batch = ["a", "b", "a", "a", "b"].map(|key| filed(&journal, new(PERSON, key)));
    let filed: Vec<_> = join_all(batch).await.into_iter().map(Result::unwrap).collect();
    assert_eq!([&filed[0], &filed[0], &filed[1]], [&filed[2], &filed[3], &filed[4]]);
    assert_eq!(journal.of_person(PERSON, None, 10).await.unwrap().len(), 2);
});

on_both!(a_key_is_good_for_one_form, place => {
    let journal = place.journal().await;
    let first = journal.file(new(PERSON, "key")).await.unwrap();
    let other_form = with_form(PERSON, "key", &json!({"lost_at": "elsewhere"}));
    assert_eq!(journal.file(other_form.clone()).await, Err(NotFiled::KeyTaken));
    let (key, same) = (&first_key(), new(PERSON, "key").fingerprint);
    let asked = journal.with_key(key, PERSON, &same).await.unwrap();
    assert_eq!(asked, Some(Ok(first)));
    let asked = journal.with_key(key, PERSON, &other_form.fingerprint).await.unwrap();
    assert_eq!(asked, Some(Err(NotFiled::KeyTaken)));
    let unused = journal.with_key(&"unused".parse().unwrap(), PERSON, &same).await;
    assert_eq!(unused.unwrap(), None);
    assert_eq!(journal.of_person(PERSON, None, 10).await.unwrap().len(), 1);
    assert_eq!(journal.position().await.unwrap(), 1);
});

on_both!(a_key_is_ones_own, place => {
    let journal = place.journal().await;
    // In one commit, and in another.
    let both = [PERSON, OTHER].map(|person| filed(&journal, new(person, "key")));
    let both: Vec<_> = join_all(both).await.into_iter().map(Result::unwrap).collect();
    assert_eq!((&*both[0].person_id, &*both[1].person_id), (PERSON, OTHER));
    assert_ne!(both[0].id, both[1].id);
    let form = json!({"lost_at": "elsewhere"});
    let theirs = journal.file(with_form(PERSON, "another", &form)).await.unwrap();
    let fingerprint = new(OTHER, "another").fingerprint;
    let asked = journal.with_key(&"another".parse().unwrap(), OTHER, &fingerprint).await;
    assert_eq!(asked.unwrap(), None, "nobody learns which keys others have used");
    let own = filed(&journal, new(OTHER, "another")).await.unwrap();
    assert_ne!(own.id, theirs.id);
    // Each gets their own again.
    for (person, first) in [(PERSON, &both[0]), (OTHER, &both[1])] {
        assert_eq!(filed(&journal, new(person, "key")).await.unwrap(), *first);
        let asked = journal.with_key(&first_key(), person, &new(person, "key").fingerprint).await;
        assert_eq!(asked.unwrap(), Some(Ok(first.clone())));
    }
    assert_eq!(journal.of_person(PERSON, None, 10).await.unwrap().len(), 2);
    assert_eq!(journal.of_person(OTHER, None, 10).await.unwrap().len(), 2);
});

fn first_key() -> journal::IdempotencyKey {
    "key".parse().unwrap()
}

on_both!(a_persons_applications_come_the_newest_first_and_by_pages, place => {
    let journal = place.journal().await;
    for number in 0..5 {
        let person = if number == 2 { OTHER } else { PERSON };
        filed(&journal, new(person, &number.to_string())).await.unwrap();
    }
    let first = journal.of_person(PERSON, None, 3).await.unwrap();
    let positions: Vec<_> = first.iter().map(|found| found.position).collect();
    assert_eq!(positions, [5, 4, 2]);
    let second = journal.of_person(PERSON, Some(2), 3).await.unwrap();
    let positions: Vec<_> = second.iter().map(|found| found.position).collect();
    assert_eq!(positions, [1]);
});
