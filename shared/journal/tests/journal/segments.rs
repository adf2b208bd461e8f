//! The journal as files: written once, brought back whole, also after an interruption.

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Journal, Replayed, SegmentError, Written};

use crate::place::{
    OTHER, PERSON, dossiers, file_many, filed, files, new, on_both, one_of_everything,
};

fn first_segment(folder: &Path) -> PathBuf {
    folder.join("segments/000000000000.jsonl")
}

/// What brings back a journal that was lost, into one that is empty, is the same journal.
async fn is_the_same(one: &Journal, other: &Journal, folders: [&Path; 2]) {
    let keys = (
        one.receipt_keys().await.unwrap(),
        other.receipt_keys().await.unwrap(),
    );
    assert_eq!(keys.0, keys.1);
    assert_eq!(
        one.position().await.unwrap(),
        other.position().await.unwrap()
    );
    one.write_segments(folders[0]).await.unwrap();
    other.write_segments(folders[1]).await.unwrap();
    assert_eq!(files(folders[0]), files(folders[1]));
}

on_both!(a_journal_that_was_lost_is_brought_back_whole, place => {
    let journal = place.journal().await;
    let filed = one_of_everything(&journal, &place.folder("handed-back")).await;
    let backup = place.folder("backup");
    // 5 applications, an export, 5 forwarded, 3 decisions, 2 applications.
    let written = journal.write_segments(&backup).await.unwrap();
    assert_eq!(written, Written { up_to: 16, segments: 1 });
    let again = journal.write_segments(&backup).await.unwrap();
    assert_eq!(again, Written { up_to: 16, segments: 0 }, "nothing is new");

    let there = place.another().await;
    let brought = there.journal().await;
    let done = brought.replay(&backup).await.unwrap();
    assert_eq!(done, Replayed { applications: 7, steps: 8, exports: 1, held: 0 });
    assert_eq!(dossiers(&brought, &filed).await, dossiers(&journal, &filed).await);
    is_the_same(&journal, &brought, [&backup, &there.folder("backup")]).await;
    // Its keys are taken, and what is filed now comes after all that was.
    assert_eq!(brought.file(new(PERSON, "plain-0")).await.unwrap().id, {
        let plain = filed.iter().find(|one| one.form == new(PERSON, "plain-0").form);
        plain.unwrap().id
    });
    assert_eq!(file_many(&brought, "after", 1).await[0].position, 17);
    let written = brought.write_segments(&backup).await.unwrap();
    assert_eq!(written, Written { up_to: 17, segments: 1 });
});

on_both!(keys_are_brought_back_to_those_whose_they_are, place => {
    let journal = place.journal().await;
    let mut both = Vec::new();
    for person in [PERSON, OTHER] {
        both.push(filed(&journal, new(person, "key")).await.unwrap());
    }
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let text = fs::read_to_string(first_segment(&backup)).unwrap();
    let as_sent = text.matches("\"idempotency_key\":\"key\"").count();
    assert_eq!(as_sent, 2, "{text}");
    let there = place.another().await;
    let brought = there.journal().await;
    brought.replay(&backup).await.unwrap();
    for (person, first) in [(PERSON, &both[0]), (OTHER, &both[1])] {
        let again = filed(&brought, new(person, "key")).await.unwrap();
        assert_eq!(again.id, first.id);
    }
});

on_both!(bringing_back_goes_on_where_it_was_interrupted, place => {
    let journal = place.journal().await;
    file_many(&journal, "filed", 2_300).await;
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let whole = fs::read_to_string(first_segment(&backup)).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines.len(), 2_300);
    let good = std::mem::replace(&mut lines[1_499], "{\"record\":\"application\",");
    fs::write(first_segment(&backup), lines.join("\n")).unwrap();

    let there = place.another().await;
    let brought = there.journal().await;
    let fault = brought.replay(&backup).await.unwrap_err();
    let SegmentError::Line { path, line, .. } = &fault else {
        unreachable!("{fault}");
    };
    assert_eq!((path, *line), (&first_segment(&backup), 1_500));
    assert_eq!(brought.position().await.unwrap(), 1_000, "whole commits came in before it");
    // One is missing.
    lines[1_499] = good;
    let missing = lines.remove(1_700);
    fs::write(first_segment(&backup), lines.join("\n")).unwrap();
    let fault = brought.replay(&backup).await.unwrap_err().to_string();
    assert!(fault.ends_with("line 1701: position 1702 where 1701 is next"), "{fault}");
    lines.insert(1_700, missing);
    fs::write(first_segment(&backup), lines.join("\n") + "\n").unwrap();
    let done = brought.replay(&backup).await.unwrap();
    assert_eq!(done, Replayed { applications: 1_300, steps: 0, exports: 0, held: 1_000 });
    is_the_same(&journal, &brought, [&backup, &there.folder("backup")]).await;
    let again = brought.replay(&backup).await.unwrap();
    assert_eq!(again, Replayed { applications: 0, steps: 0, exports: 0, held: 2_300 });
});

on_both!(a_journal_is_not_brought_back_into_another_one, place => {
    let journal = place.journal().await;
    one_of_everything(&journal, &place.folder("handed-back")).await;
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let there = place.another().await;
    let occupied = there.journal().await;
    let own = file_many(&occupied, "own", 1).await;
    let refused = occupied.replay(&backup).await;
    assert!(matches!(refused, Err(SegmentError::Occupied)), "{refused:?}");
    assert_eq!(occupied.of_person(PERSON, None, 9).await.unwrap(), own);
    assert_eq!(occupied.position().await.unwrap(), 1);
});

on_both!(what_is_not_what_was_written_is_not_brought_back, place => {
    let journal = place.journal().await;
    one_of_everything(&journal, &place.folder("handed-back")).await;
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let there = place.another().await;
    let brought = there.journal().await;

    let attachment = fs::read_dir(backup.join("attachments")).unwrap().next().unwrap();
    let attachment = attachment.unwrap().path();
    let good = fs::read(&attachment).unwrap();
    fs::write(&attachment, b"forged").unwrap();
    let fault = brought.replay(&backup).await.unwrap_err().to_string();
    assert!(fault.contains(attachment.to_str().unwrap()), "{fault}");
    fs::remove_file(&attachment).unwrap();
    let fault = brought.replay(&backup).await.unwrap_err();
    assert!(matches!(&fault, SegmentError::File { path, .. } if *path == attachment), "{fault}");
    fs::write(&attachment, good).unwrap();

    let keys = backup.join("receipt-keys.json");
    let good = fs::read(&keys).unwrap();
    fs::write(&keys, "{\"keys\":[{\"kty\":\"EC\"}]}").unwrap();
    let fault = brought.replay(&backup).await.unwrap_err();
    assert!(matches!(&fault, SegmentError::Line { path, .. } if *path == keys), "{fault}");
    fs::write(&keys, good).unwrap();
    assert_eq!(brought.position().await.unwrap(), 0, "nothing came of any of it");
    assert_eq!(brought.replay(&backup).await.unwrap().applications, 7);
});

on_both!(a_write_that_fails_or_was_cut_off_leaves_the_old_files_whole, place => {
    let journal = place.journal().await;
    file_many(&journal, "first", 3).await;
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let before = files(&backup);
    file_many(&journal, "second", 3).await;
    // The draft cannot be written.
    let draft = backup.join("segments/000000000000.draft");
    fs::create_dir(&draft).unwrap();
    let fault = journal.write_segments(&backup).await.unwrap_err();
    assert!(matches!(fault, SegmentError::File { .. }), "{fault}");
    fs::remove_dir(&draft).unwrap();
    assert_eq!(files(&backup), before);
    // A killed writer left half a draft: it is neither read nor in the way.
    fs::write(&draft, "{\"record\":\"appl").unwrap();
    let there = place.another().await;
    let brought = there.journal().await;
    assert_eq!(brought.replay(&backup).await.unwrap().applications, 3);
    journal.write_segments(&backup).await.unwrap();
    let done = brought.replay(&backup).await.unwrap();
    assert_eq!((done.applications, done.held), (3, 3));
    is_the_same(&journal, &brought, [&backup, &there.folder("backup")]).await;
});
