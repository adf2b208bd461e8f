//! People of a data package, with the facts by which they sign in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Failure;

/// The registry facts of one person (grant `urn:lifeboat:grant:registry-facts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// In Chinese characters, as registered; no fact to sign in with.
    pub name: String,
    /// As on the identity card.
    pub national_id: String,
    /// ISO 8601.
    pub birth_date: String,
    /// Of the household that the person lives in.
    pub household_no: String,
    /// Of the newest identity card, ISO 8601.
    pub id_card_issued_on: String,
}

/// The first so many people of a `household` data package (UTF-8, ISO dates) who live, are not protected and have
/// an identity card.
///
/// # Errors
/// When the files cannot be read or have too few such people.
pub fn first(package: &Path, count: usize) -> Result<Vec<Facts>, Failure> {
    some(package, count, "false")
}

/// The first so many who live, have an identity card, and are marked as protected.
///
/// # Errors
/// As [`first`].
pub fn first_protected(package: &Path, count: usize) -> Result<Vec<Facts>, Failure> {
    some(package, count, "true")
}

fn some(package: &Path, count: usize, protected: &str) -> Result<Vec<Facts>, Failure> {
    let cards: BTreeMap<String, String> = rows(&package.join("id_card/0001.csv"))?
        .into_iter()
        .filter_map(|mut card| Some((card.remove("national_id")?, card.remove("issued_on")?)))
        .collect();
    let people: Vec<Facts> = rows(&package.join("person/0001.csv"))?
        .into_iter()
        .filter(|person| {
            person
                .get("register_status")
                .is_some_and(|status| status == "現戶")
        })
        .filter(|person| {
            person
                .get("protected")
                .is_some_and(|mark| mark == protected)
        })
        .filter_map(|mut person| {
            let national_id = person.remove("national_id")?;
            Some(Facts {
                id_card_issued_on: cards.get(&national_id)?.clone(),
                name: person.remove("name")?,
                national_id,
                birth_date: person.remove("birth_date")?,
                household_no: person.remove("household_no")?,
            })
        })
        .take(count)
        .collect();
    if people.len() < count {
        return Err(format!(
            "only {} of {count} people in {}",
            people.len(),
            package.display()
        )
        .into());
    }
    Ok(people)
}

/// Rows as column → value; those with quoted fields are left out, there are enough others.
///
/// # Errors
/// When the file cannot be read.
pub fn rows(file: &Path) -> Result<Vec<BTreeMap<String, String>>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let plain = lines.filter(|line| !line.contains('"'));
    let row = |line: &str| {
        columns
            .iter()
            .map(|name| (*name).to_owned())
            .zip(line.split(',').map(str::to_owned))
            .collect()
    };
    Ok(plain.map(row).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::first;

    #[test]
    fn only_people_who_can_sign_in_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("person")).unwrap();
        fs::create_dir(folder.path().join("id_card")).unwrap();
        let people = "national_id,name,birth_date,household_no,register_status,protected\n\
                      A1,甲,1990-01-01,F1,死亡,false\nA2,乙,1990-01-02,F1,現戶,true\nA3,丙,1990-01-03,F1,現戶,false\n\
                      A4,丁,1990-01-04,F2,現戶,false\n";
        fs::write(folder.path().join("person/0001.csv"), people).unwrap();
        fs::write(
            folder.path().join("id_card/0001.csv"),
            "national_id,issued_on\nA1,2020-01-01\nA4,2021-02-03\n",
        )
        .unwrap();
        let found = first(folder.path(), 1).unwrap();
        assert_eq!(
            (
                found[0].national_id.as_str(),
                found[0].id_card_issued_on.as_str()
            ),
            ("A4", "2021-02-03")
        );
        assert!(first(folder.path(), 2).is_err());
    }
}
