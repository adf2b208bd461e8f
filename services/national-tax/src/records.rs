//! What answers look like. Numbers of persons are masked for their audience; money is in whole New Taiwan dollars.

use capability::Audience;
use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{RecordNo, Ubn};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::{assessment, business_registration, payment};

/// What a taxpayer was assessed for a year. 核定稅額
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentRecord {
    /// 納稅義務人統一編號
    taxpayer_id: Masked,
    /// 稅目
    #[schema(example = "綜合所得稅")]
    tax_type: String,
    /// 年度
    #[schema(example = 2025)]
    year: i32,
    /// 繳款書或核定通知書編號
    notice_no: RecordNo,
    /// 核定稅額
    assessed: i64,
    /// 已繳金額
    paid: i64,
    /// 未繳金額
    outstanding: i64,
    /// 應退稅額
    refundable: i64,
    /// 繳納期限
    due_on: Option<NaiveDate>,
    /// 繳納狀態
    status: String,
}

impl AssessmentRecord {
    pub(crate) fn new(row: assessment::Model, audience: Audience) -> Self {
        Self {
            taxpayer_id: audience.party(row.taxpayer_id),
            outstanding: row.outstanding(),
            tax_type: row.tax_type,
            year: row.year,
            notice_no: row.notice_no,
            assessed: row.assessed,
            paid: row.paid,
            refundable: row.refundable,
            due_on: row.due_on,
            status: row.status,
        }
    }
}

/// A payment. 繳納紀錄
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentRecord {
    /// 繳納編號
    payment_no: RecordNo,
    /// 繳款書或核定通知書編號
    notice_no: RecordNo,
    /// 繳納日期
    paid_on: NaiveDate,
    /// 繳納金額
    amount: i64,
    /// 繳納管道
    channel: Option<String>,
}

impl From<payment::Model> for PaymentRecord {
    fn from(row: payment::Model) -> Self {
        Self {
            payment_no: row.payment_no,
            notice_no: row.notice_no,
            paid_on: row.paid_on,
            amount: row.amount,
            channel: row.channel,
        }
    }
}

/// The public part of a business's tax registration; who is responsible is not. 稅籍登記公示資料
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BusinessRecord {
    /// 統一編號
    ubn: Ubn,
    /// 營業人名稱
    name: String,
    /// 營業地址
    address: Option<String>,
    /// 營業狀況
    #[schema(example = "營業中")]
    status: String,
    /// 登記日期
    registered_on: Option<NaiveDate>,
}

impl From<business_registration::Model> for BusinessRecord {
    fn from(row: business_registration::Model) -> Self {
        Self {
            ubn: row.ubn,
            name: row.name,
            address: row.address,
            status: row.status,
            registered_on: row.registered_on,
        }
    }
}
