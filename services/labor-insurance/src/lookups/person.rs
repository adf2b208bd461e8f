//! What is on record of one person; shared by the questions about one.

use capability::{Lookup, OrProblem, Tables, no_such_record};
use identifiers::{Fraction, Invalid, PersonId};
use runtime::problem::{Kind, Problem};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::rules::{Average, LeadingMonths, Period};
use crate::tables::coverage;

/// All of a person's coverage, as the rules take it.
pub(crate) async fn periods(db: &Tables, person: PersonId) -> Result<Vec<Period>, Problem> {
    let rows = coverage::Entity::find()
        .filter(coverage::Column::PersonId.eq(person))
        .all(db)
        .await
        .or_problem()?;
    let period = |row: coverage::Model| Period {
        from: row.enrolled_on,
        to: row.withdrawn_on,
        salary: row.insured_salary,
    };
    Ok(rows.into_iter().map(period).collect())
}

/// The average that somebody gave, or the record's; 404 where there is neither.
pub(super) fn average(
    given: Option<u32>,
    which: LeadingMonths,
    periods: &[Period],
    lookup: &Lookup,
) -> Result<Fraction, Problem> {
    let given = given.and_then(|salary| Fraction::new(salary.into(), 1).ok());
    let of_record = || Average::of(which, periods, lookup.today())?.value();
    given.or_else(of_record).ok_or_else(no_such_record)
}

/// Numbers beyond exact counting: no record and no bounded parameter comes near them.
pub(crate) fn counted<T>(exact: Result<T, Invalid>) -> Result<T, Problem> {
    exact.map_err(|_| Problem::new(Kind::Internal))
}
