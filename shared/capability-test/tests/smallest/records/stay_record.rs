use capability::Audience;
use chrono::NaiveDate;
use identifiers::RecordNo;
use identifiers::mask::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::stay;

/// A stay of a person in a shelter. 收容紀錄
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StayRecord {
    /// 身分證統一編號
    pub(crate) person_id: Masked,
    /// 收容所編號
    pub(crate) shelter_no: RecordNo,
    /// 入住日期
    pub(crate) from: NaiveDate,
    /// 離開日期；null while it lasts.
    pub(crate) to: Option<NaiveDate>,
}

impl StayRecord {
    pub(crate) fn new(row: &stay::Model, audience: Audience) -> Self {
        Self {
            person_id: audience.id(row.person_id),
            shelter_no: row.shelter_no,
            from: row.from,
            to: row.to,
        }
    }
}
