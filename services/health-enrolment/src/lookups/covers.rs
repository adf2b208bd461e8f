//! Whether somebody is covered on a day; shared by the questions about one person.

use capability::{Lookup, OrProblem, no_such_record};
use chrono::NaiveDate;
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::records::{OWED, Owed};
use crate::tables::{arrears, enrolment, nhi_card};

/// Of the periods of one person, the latest that covers `day`. First and last day count.
pub(super) fn covering(periods: Vec<enrolment::Model>, day: NaiveDate) -> Option<enrolment::Model> {
    periods
        .into_iter()
        .filter(|period| period.from <= day && period.to.is_none_or(|last| day <= last))
        .max_by_key(|period| period.from)
}

/// The periods of somebody who is or was insured.
pub(super) async fn periods_of(
    lookup: &Lookup,
    person: PersonId,
) -> Result<Vec<enrolment::Model>, Problem> {
    lookup.about(&person);
    let periods = enrolment::Entity::find()
        .filter(enrolment::Column::PersonId.eq(person.as_str()))
        .order_by_asc(enrolment::Column::From)
        .all(lookup.db())
        .await
        .or_problem()?;
    if periods.is_empty() {
        return Err(no_such_record());
    }
    Ok(periods)
}

/// The card that was issued last.
pub(super) async fn card_of(
    lookup: &Lookup,
    person: PersonId,
) -> Result<Option<nhi_card::Model>, Problem> {
    nhi_card::Entity::find()
        .filter(nhi_card::Column::PersonId.eq(person.as_str()))
        .order_by_desc(nhi_card::Column::IssuedOn)
        .order_by_desc(nhi_card::Column::CardNo)
        .one(lookup.db())
        .await
        .or_problem()
}

/// What a person owes.
pub(super) async fn owed_by(lookup: &Lookup, person: PersonId) -> Result<Owed, Problem> {
    let amounts: Vec<i64> = arrears::Entity::find()
        .select_only()
        .column(arrears::Column::Amount)
        .filter(arrears::Column::PersonId.eq(person.as_str()))
        .filter(arrears::Column::Status.eq(OWED))
        .into_tuple()
        .all(lookup.db())
        .await
        .or_problem()?;
    Ok(Owed::of(&amounts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_covers_its_first_and_its_last_day_and_the_latest_one_counts() {
        let period = |from: &str, to: &str| enrolment::Model {
            person_id: "A123456789".parse().unwrap(),
            from: day(from),
            to: to.parse().ok(),
            category: "第2類".to_owned(),
            unit_no: None,
            unit_name: None,
            insured_amount: 0,
            dependants: 0,
        };
        let periods = || {
            vec![
                period("2001-03-01", "2010-06-30"),
                period("2010-06-30", "2012-01-31"),
                period("2020-03-01", ""),
            ]
        };
        for (asked, from) in [
            ("2001-02-28", None),
            ("2001-03-01", Some("2001-03-01")),
            ("2010-06-29", Some("2001-03-01")),
            ("2010-06-30", Some("2010-06-30")),
            ("2012-01-31", Some("2010-06-30")),
            ("2012-02-01", None),
            ("2020-02-29", None),
            ("2020-03-01", Some("2020-03-01")),
            ("2099-12-31", Some("2020-03-01")),
        ] {
            let found = covering(periods(), day(asked)).map(|period| period.from);
            assert_eq!(found, from.map(day), "{asked}");
        }
    }
}
