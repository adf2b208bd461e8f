//! What the agency decided, taken over whole or not at all.

use journal::{Acknowledged, Decision, NotAcknowledged, State};
use uuid::Uuid;

use crate::place::{PERSON, at, decided, dossiers, file_many, on_both};

const NOTHING_NEW: fn(usize) -> Acknowledged = |repeated| Acknowledged {
    applied: 0,
    repeated,
};

on_both!(decisions_become_steps_with_time_and_reason, place => {
    let journal = place.journal().await;
    let filed = file_many(&journal, "filed", 3).await;
    assert_eq!(journal.forwarded(&[filed[0].id, filed[1].id], at(1)).await.unwrap(), 2);
    let decisions = [
        decided(&filed[0], State::NeedsMore, 2),
        decided(&filed[0], State::Accepted, 3),
        decided(&filed[2], State::Rejected, 4),
    ];
    let done = journal.acknowledge(&decisions).await.unwrap();
    assert_eq!(done, Acknowledged { applied: 3, repeated: 0 });
    let found = dossiers(&journal, &filed).await;
    let steps = |number: usize| -> Vec<_> {
        found[number].steps.iter().map(|step| (step.state, step.at)).collect()
    };
    let received = (State::Received, at(0));
    assert_eq!(steps(0), [
        received,
        (State::Forwarded, at(1)),
        (State::NeedsMore, at(2)),
        (State::Accepted, at(3)),
    ]);
    assert_eq!(steps(1), [received, (State::Forwarded, at(1))]);
    assert_eq!(steps(2), [received, (State::Rejected, at(4))], "decided without being forwarded");
    let stands = &found[0].application;
    assert_eq!((stands.state, stands.state_at), (State::Accepted, at(3)));
    assert_eq!(stands.reason.as_deref(), Some("accepted，依規定"));

    // The same list again, whole, in part, and longer.
    assert_eq!(journal.acknowledge(&decisions).await.unwrap(), NOTHING_NEW(3));
    assert_eq!(journal.acknowledge(&decisions[1..]).await.unwrap(), NOTHING_NEW(2));
    let longer = [decisions[2].clone(), decided(&filed[1], State::Accepted, 5)];
    let done = journal.acknowledge(&longer).await.unwrap();
    assert_eq!(done, Acknowledged { applied: 1, repeated: 1 });
    assert_eq!(dossiers(&journal, &filed[..1]).await, found[..1]);
});

on_both!(a_list_with_one_wrong_decision_counts_for_nothing, place => {
    let journal = place.journal().await;
    let filed = file_many(&journal, "filed", 3).await;
    journal.acknowledge(&[decided(&filed[0], State::Accepted, 1)]).await.unwrap();
    let (before, position) = (dossiers(&journal, &filed).await, journal.position().await);
    let nobodys = Uuid::now_v7();
    let unknown = Decision { application: nobodys, ..decided(&filed[0], State::Accepted, 1) };
    let good = decided(&filed[1], State::Accepted, 2);
    let refused = journal.acknowledge(&[good.clone(), unknown]).await;
    assert_eq!(refused, Err(NotAcknowledged::Unknown { at: 2, application: nobodys }));
    let final_already = decided(&filed[0], State::Rejected, 2);
    let refused = journal.acknowledge(&[good.clone(), final_already]).await;
    let impossible = |at, application, from, to| {
        Err(NotAcknowledged::Impossible { at, application, from, to })
    };
    assert_eq!(refused, impossible(2, filed[0].id, State::Accepted, State::Rejected));
    // Decided on twice in one list.
    let twice = [good.clone(), decided(&filed[1], State::NeedsMore, 3)];
    let refused = journal.acknowledge(&twice).await;
    assert_eq!(refused, impossible(2, filed[1].id, State::Accepted, State::NeedsMore));
    // The same decision, but at another time, is another one.
    let refused = journal.acknowledge(&[decided(&filed[0], State::Accepted, 9)]).await;
    assert_eq!(refused, impossible(1, filed[0].id, State::Accepted, State::Accepted));
    let back = journal.acknowledge(&[decided(&filed[2], State::Received, 9)]).await;
    assert_eq!(back, impossible(1, filed[2].id, State::Received, State::Received));
    assert_eq!(dossiers(&journal, &filed).await, before);
    assert_eq!(journal.position().await, position);
    assert_eq!(journal.acknowledge(&[]).await, Ok(Acknowledged::default()));
});

on_both!(only_what_was_received_becomes_forwarded_and_once, place => {
    let journal = place.journal().await;
    let filed = file_many(&journal, "filed", 3).await;
    journal.acknowledge(&[decided(&filed[1], State::Accepted, 1)]).await.unwrap();
    let mut ids: Vec<_> = filed.iter().map(|one| one.id).collect();
    ids.push(Uuid::now_v7());
    assert_eq!(journal.forwarded(&ids, at(2)).await.unwrap(), 2);
    assert_eq!(journal.forwarded(&ids, at(3)).await.unwrap(), 0);
    assert_eq!(journal.forwarded(&[], at(3)).await.unwrap(), 0);
    let states: Vec<_> = dossiers(&journal, &filed)
        .await
        .iter()
        .map(|found| (found.application.state, found.application.state_at))
        .collect();
    let forwarded = (State::Forwarded, at(2));
    assert_eq!(states, [forwarded, (State::Accepted, at(1)), forwarded]);
    // 3 applications, 1 decision, 2 steps.
    assert_eq!(journal.position().await.unwrap(), 6);
    assert_eq!(journal.of_person(PERSON, None, 9).await.unwrap().len(), 3);
});
