//! The bill that a relief is asked for; shared by the forms that name one.

use capability::{Examination, OrProblem, not_yours};
use identifiers::{PartyId, RecordNo};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::lookups::bills;
use crate::tables::bill::{self, Column};
use crate::tax::TaxType;

/// The applicant's own bill of this tax.
pub(super) async fn own_bill(
    asked: &Examination<'_>,
    number: RecordNo,
    tax: TaxType,
) -> Result<bill::Model, Problem> {
    bills::of(PartyId::Person(asked.own_id()))
        .filter(Column::BillNo.eq(number))
        .filter(Column::TaxType.eq(tax.term()))
        .one(asked.db())
        .await
        .or_problem()?
        .ok_or_else(|| not_yours("bill_no"))
}
