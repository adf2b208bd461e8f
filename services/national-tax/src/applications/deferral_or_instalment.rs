use capability::{Examination, Form, Kind, OrProblem, Text, not_yours};
use identifiers::{PartyId, Phone, RecordNo};
use runtime::problem::{self, Problem};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::rules::{Arrangement, Plan};
use crate::tables::assessment::{self, Column};

/// A tax that somebody cannot pay in time because of a disaster. 延期或分期繳納申請
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct DeferralOrInstalment {
    /// 繳款書或核定通知書編號：限本人未繳清者
    notice_no: RecordNo,
    /// 繳納方式
    arrangement: Arrangement,
    /// Months to put it off (1 to 12), or monthly instalments (2 to 36). 延期月數或分期期數
    #[schema(minimum = 1, maximum = 36)]
    count: u32,
    /// 無法如期繳納之原因
    reason: Text<1, 500>,
    /// 聯絡電話
    contact_phone: Phone,
}

impl Form for DeferralOrInstalment {
    const KIND: Kind = Kind::new("deferral-or-instalment", "延期或分期繳納申請");
    type Finding = Plan;

    async fn examine(&self, asked: &Examination<'_>) -> Result<Plan, Problem> {
        let bounds = self.arrangement.bounds();
        if !bounds.contains(&self.count) {
            let (least, most) = (bounds.start(), bounds.end());
            return Err(Problem::new(problem::Kind::Unprocessable).field(
                "count",
                format!("must be from {least} to {most} for this arrangement (稅捐稽徵法第26條)"),
                format!("此繳納方式限 {least} 至 {most}（稅捐稽徵法第26條）。"),
            ));
        }
        let notice = assessment::Entity::find()
            .filter(Column::TaxpayerId.eq(PartyId::Person(asked.own_id())))
            .filter(Column::NoticeNo.eq(self.notice_no))
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("notice_no"))?;
        let base = notice
            .due_on
            .map_or(asked.today(), |due_on| due_on.max(asked.today()));
        self.arrangement
            .plan(notice.outstanding(), self.count, base)
            .ok_or_else(|| {
                Problem::new(problem::Kind::Unprocessable).field(
                    "notice_no",
                    "nothing is left to pay on this notice",
                    "此筆稅款已無未繳金額。",
                )
            })
    }
}

capability::files! {
    /// Asks to pay a tax later, or in parts, after a disaster. 申請延期或分期繳納
    file_deferral_or_instalment(DeferralOrInstalment) -> Plan at "/v1/applications/deferral-or-instalment",
    example: {
        "notice_no": "202500000001", "arrangement": "instalments", "count": 12, "reason": "颱風受災，收入中斷",
        "contact_phone": "0912345678"
    }
}
