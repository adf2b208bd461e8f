use actix_web::get;
use capability::{Answer, Answered, Lookup, OrProblem, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::bills::of;
use crate::tables::bill::Column;
use crate::tables::house;

/// The caller's local taxes at a glance. 本人地方稅摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LocalTaxSummary {
    /// One entry for each tax with a bill. 各稅目
    taxes: Vec<TaxTotal>,
    /// Houses in the tax register. 房屋筆數
    houses: u64,
}

/// All bills of one tax. 稅目合計
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaxTotal {
    /// 稅目
    #[schema(example = "房屋稅")]
    tax_type: String,
    /// 繳款書筆數
    bills: i64,
    /// Those that are not paid. 未繳筆數
    unpaid: i64,
    /// What they come to, in whole dollars. 未繳總額（新臺幣元）
    outstanding: i64,
}

/// The caller's local taxes at a glance. 本人地方稅摘要
///
/// Somebody without bills and houses gets an empty one: that, too, is what the record says.
#[utoipa::path(tag = "bill", responses((status = 200, body = Answered<LocalTaxSummary>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_local_taxes(lookup: Lookup) -> Result<Answer<LocalTaxSummary>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    let unpaid = "CAST(COALESCE(SUM(CASE WHEN paid_on IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)";
    let outstanding =
        "CAST(COALESCE(SUM(CASE WHEN paid_on IS NULL THEN amount ELSE 0 END), 0) AS BIGINT)";
    let totals = of(me)
        .select_only()
        .column(Column::TaxType)
        .column_as(Column::BillNo.count(), "bills")
        .column_as(Expr::cust(unpaid), "unpaid")
        .column_as(Expr::cust(outstanding), "outstanding")
        .group_by(Column::TaxType)
        .order_by_asc(Column::TaxType)
        .into_tuple::<(String, i64, i64, i64)>()
        .all(lookup.db())
        .await
        .or_problem()?;
    let houses = house::Entity::find()
        .filter(house::Column::OwnerId.eq(me))
        .count(lookup.db())
        .await
        .or_problem()?;
    let taxes = totals
        .into_iter()
        .map(|(tax_type, bills, unpaid, outstanding)| TaxTotal {
            tax_type,
            bills,
            unpaid,
            outstanding,
        });
    Ok(lookup.answer(LocalTaxSummary {
        taxes: taxes.collect(),
        houses,
    }))
}
