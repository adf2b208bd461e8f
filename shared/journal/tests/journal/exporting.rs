//! Handing back: each application in one package, in the order of filing, however often a run is cut off.

use std::fs;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use journal::{Application, ExportError, State};
use snapshot::{AgencyKey, AgencySigner, Package, Trust};

use crate::place::{PERSON, Place, at, dossiers, file_many, filed, files, new, on_both};

/// The first fields of the rows of a table.
fn first_fields(package: &Path, table: &str) -> Vec<String> {
    let package = Package::open(package).unwrap();
    let resource = package
        .resources
        .iter()
        .find(|one| one.name == table)
        .unwrap();
    let mut found = Vec::new();
    for part in &resource.parts {
        let text = fs::read_to_string(package.folder().join(&part.path)).unwrap();
        found.extend(records(&text).skip(1));
    }
    found
}

/// The first field of each record (RFC 4180): a line break inside quotes does not end one.
fn records(text: &str) -> impl Iterator<Item = String> {
    let mut quoted = false;
    let mut whole = vec![String::new()];
    for character in text.chars() {
        quoted ^= character == '"';
        if character == '\n' && !quoted {
            whole.push(String::new());
        } else if let Some(last) = whole.last_mut() {
            last.push(character);
        }
    }
    whole.pop();
    whole
        .into_iter()
        .map(|line| line.split(',').next().unwrap_or_default().to_owned())
}

fn positions(filed: &[Application]) -> Vec<String> {
    filed.iter().map(|one| one.position.to_string()).collect()
}

fn trusted(signer: &AgencySigner) -> Trust {
    let key = AgencyKey::from_pem(&signer.public_pem().unwrap()).unwrap();
    Trust::default()
        .with_key(Some("lifeboat"), key)
        .requiring_signatures()
}

on_both!(each_application_is_in_one_signed_package_in_order, place => {
    let journal = place.journal().await;
    let into = place.folder("handed-back");
    let signer = AgencySigner::generate().unwrap();
    assert_eq!(journal.export(&into, Some(&signer), at(1)).await.unwrap(), None);
    let mut filed_so_far = file_many(&journal, "first", 120).await;
    let photograph = journal.attach(PERSON, "image/png", b"photograph", at(0)).await.unwrap();
    let mut with_photograph = new(PERSON, "photograph");
    with_photograph.attachments = vec![photograph.id];
    filed_so_far.push(filed(&journal, with_photograph).await.unwrap());

    let first = journal.export(&into, Some(&signer), at(1)).await.unwrap().unwrap();
    assert_eq!((first.number, first.applications, first.attachments), (1, 121, 1));
    assert!(!first.resumed);
    assert_eq!(first.folder, into.join("household/000001"));
    let package = Package::open(&first.folder).unwrap();
    assert_eq!(trusted(&signer).judge(&package), Ok(None));
    let stranger = AgencySigner::generate().unwrap();
    assert!(trusted(&stranger).judge(&package).is_err());
    assert_eq!((package.origin.system.as_str(), package.origin.sequence), ("household", 1));
    assert_eq!(first_fields(&first.folder, "application"), positions(&filed_so_far));
    assert_eq!(first_fields(&first.folder, "attachment"), [filed_so_far[120].id.to_string()]);
    let content = fs::read(first.folder.join(format!("attachments/{}", photograph.id))).unwrap();
    assert_eq!(content, b"photograph");
    assert!(!into.join("household/.000001.draft").exists());

    // What was handed back is forwarded, and nothing is handed back twice.
    let states = dossiers(&journal, &filed_so_far).await;
    assert!(states.iter().all(|found| found.application.state == State::Forwarded));
    assert_eq!(journal.export(&into, Some(&signer), at(2)).await.unwrap(), None);
    let more = file_many(&journal, "second", 5).await;
    let second = journal.export(&into, Some(&signer), at(3)).await.unwrap().unwrap();
    assert_eq!((second.number, second.applications, second.attachments), (2, 5, 0));
    assert_eq!(first_fields(&second.folder, "application"), positions(&more));
    assert_eq!(journal.export(&into, None, at(4)).await.unwrap(), None);
});

on_both!(a_run_cut_off_before_its_first_byte_is_finished_with_the_same_content, place => {
    let journal = place.journal().await;
    let first = file_many(&journal, "first", 3).await;
    // A file lies where the folder should be made: the export is begun, and nothing written.
    let into = place.folder("handed-back");
    fs::create_dir_all(&into).unwrap();
    fs::write(into.join("household"), "in the way").unwrap();
    let cut_off = journal.export(&into, None, at(1)).await;
    assert!(matches!(cut_off, Err(ExportError::File { .. })), "{cut_off:?}");
    let second = file_many(&journal, "second", 2).await;
    fs::remove_file(into.join("household")).unwrap();
    let resumed = journal.export(&into, None, at(2)).await.unwrap().unwrap();
    assert_eq!((resumed.number, resumed.applications, resumed.resumed), (1, 3, true));
    assert_eq!(first_fields(&resumed.folder, "application"), positions(&first));
    let next = journal.export(&into, None, at(3)).await.unwrap().unwrap();
    assert_eq!((next.number, next.applications, next.resumed), (2, 2, false));
    assert_eq!(first_fields(&next.folder, "application"), positions(&second));
});

on_both!(a_run_cut_off_with_its_package_written_leaves_no_draft_and_overwrites_nothing, place => {
    let journal = place.journal().await;
    let first = file_many(&journal, "first", 3).await;
    let into = place.folder("handed-back");
    let folder = into.join("household/000001");
    // Somebody else's package lies there: it stays, and the own one is written again next time.
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("datapackage.json"), "somebody else's").unwrap();
    let refused = journal.export(&into, None, at(1)).await;
    assert!(matches!(&refused, Err(ExportError::Taken { path }) if *path == folder), "{refused:?}");
    assert_eq!(fs::read_to_string(folder.join("datapackage.json")).unwrap(), "somebody else's");
    let draft = into.join("household/.000001.draft");
    assert!(draft.join("datapackage.json").exists(), "its package was written");
    fs::write(draft.join("torn"), "half a file").unwrap();
    let received = dossiers(&journal, &first).await;
    assert!(received.iter().all(|found| found.application.state == State::Received));
    fs::remove_dir_all(&folder).unwrap();
    let resumed = journal.export(&into, None, at(2)).await.unwrap().unwrap();
    assert_eq!((resumed.number, resumed.applications, resumed.resumed), (1, 3, true));
    assert!(!draft.exists() && !folder.join("torn").exists());
    assert_eq!(first_fields(&folder, "application"), positions(&first));
});

on_both!(a_run_cut_off_after_its_package_was_in_place_is_only_noted_as_finished, place => {
    let journal = place.journal().await;
    let filed = one_with_photograph(&place, &journal).await;
    let (into, elsewhere) = (place.folder("handed-back"), place.folder("elsewhere"));
    let signer = AgencySigner::generate().unwrap();
    let first = journal.export(&into, Some(&signer), at(1)).await.unwrap().unwrap();
    let before = (files(&into), dossiers(&journal, &filed).await, journal.position().await);
    for folder in [&into, &elsewhere, &into] {
        // As if the run had ended between the package and the note.
        place.execute("UPDATE export SET finished_us = NULL").await;
        let again = journal.export(folder, Some(&signer), at(5)).await.unwrap().unwrap();
        assert_eq!((again.number, again.applications, again.resumed), (1, first.applications, true));
        // The very same package, wherever it is written: the agency takes it once by its digest.
        let digests = [&first.folder, &again.folder].map(|one| Package::open(one).unwrap().digest());
        assert_eq!(digests[0], digests[1]);
    }
    let after = (files(&into), dossiers(&journal, &filed).await, journal.position().await);
    assert_eq!(before, after);
    assert_eq!(files(&elsewhere), after.0);
    assert_eq!(journal.export(&into, Some(&signer), at(6)).await.unwrap(), None);
});

async fn one_with_photograph(place: &Place, journal: &journal::Journal) -> Vec<Application> {
    let mut filed_so_far = file_many(journal, "plain", 2).await;
    let content = b"photograph";
    let photograph = journal
        .attach(PERSON, "image/png", content, at(0))
        .await
        .unwrap();
    assert_eq!(photograph.sha256, digest(&SHA256, content).as_ref());
    let mut application = new(PERSON, "photograph");
    application.attachments = vec![photograph.id];
    // Through another copy of the service.
    filed_so_far.push(filed(&place.journal().await, application).await.unwrap());
    filed_so_far
}
