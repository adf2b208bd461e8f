//! What answers look like. Numbers of persons are masked for their audience; money is in whole New Taiwan dollars.

use capability::Audience;
use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{HouseTaxNo, RecordNo};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::{bill, house};

/// A bill, and whether it was paid: a proof of payment. 繳款書及繳納證明
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BillRecord {
    /// 繳款書編號
    bill_no: RecordNo,
    /// 納稅義務人統一編號
    taxpayer_id: Masked,
    /// 稅目
    #[schema(example = "房屋稅")]
    tax_type: String,
    /// 課稅標的編號
    object_no: String,
    /// 年度
    #[schema(example = 2026)]
    year: i32,
    /// 稅額
    amount: i64,
    /// 繳納期限
    due_on: Option<NaiveDate>,
    /// 是否已繳
    paid: bool,
    /// 繳納日期
    paid_on: Option<NaiveDate>,
    /// 縣市
    city: Option<String>,
}

impl BillRecord {
    pub(crate) fn new(row: bill::Model, audience: Audience) -> Self {
        Self {
            bill_no: row.bill_no,
            taxpayer_id: audience.party(row.taxpayer_id),
            tax_type: row.tax_type,
            object_no: row.object_no,
            year: row.year,
            amount: row.amount,
            due_on: row.due_on,
            paid: row.paid_on.is_some(),
            paid_on: row.paid_on,
            city: row.city,
        }
    }
}

/// A house in the tax register. 房屋稅籍
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HouseRecord {
    /// 房屋稅籍編號
    house_tax_no: HouseTaxNo,
    /// 所有權人統一編號
    owner_id: Masked,
    /// 門牌
    doorplate: String,
    /// 構造
    structure: Option<String>,
    /// Exact, in square metres. 面積（平方公尺）
    #[schema(example = "98.76")]
    area_m2: String,
    /// 課稅現值
    taxable_value: i64,
}

impl HouseRecord {
    pub(crate) fn new(row: house::Model, audience: Audience) -> Self {
        Self {
            house_tax_no: row.house_tax_no,
            owner_id: audience.party(row.owner_id),
            doorplate: row.doorplate,
            structure: row.structure,
            area_m2: row.area_m2.to_string(),
            taxable_value: row.taxable_value,
        }
    }
}
