use capability::{Examination, Form, Kind, OrProblem, Text, not_before, not_later, not_yours};
use chrono::NaiveDate;
use identifiers::{LandObject, PartyId, Phone, Share};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::object::Object;
use crate::shares::share;
use crate::tables::ownership::{self, Column};

/// The loss of a title certificate, for which a new one is asked. 權狀遺失補給
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct TitleCertificateLoss {
    /// 土地或建物標示：限本人所有
    object: LandObject,
    /// 權狀字號
    title_certificate_no: Text<1, 30>,
    /// 滅失日期
    lost_on: NaiveDate,
    /// 滅失原因
    circumstances: Text<1, 500>,
    /// 聯絡電話
    contact_phone: Phone,
    /// 切結書等附件, at most three.
    #[serde(default)]
    #[validate(length(max = 3, message = "must be at most 3"))]
    #[schema(max_items = 3)]
    attachments: Vec<Uuid>,
}

/// What becomes of it. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TitleCertificateFinding {
    /// 權利範圍; null where the register's numbers are no share.
    #[schema(example = "4分之1")]
    share: Option<String>,
    /// 公告天數
    #[schema(example = 30)]
    notice_days: u8,
    /// 法令依據
    #[schema(example = "土地登記規則第155條")]
    law: &'static str,
}

/// How long a loss is announced before a new certificate is given (土地登記規則 §155).
const NOTICE_DAYS: u8 = 30;

impl Form for TitleCertificateLoss {
    const KIND: Kind =
        Kind::new("title-certificate-loss", "土地或建物權狀遺失補給").with_attachments(3);
    type Finding = TitleCertificateFinding;

    fn attachments(&self) -> &[Uuid] {
        &self.attachments
    }

    async fn examine(&self, asked: &Examination<'_>) -> Result<TitleCertificateFinding, Problem> {
        not_later("lost_on", self.lost_on, asked.today())?;
        let entry = ownership::Entity::find()
            .filter(Object::from(self.object).owned())
            .filter(Column::OwnerId.eq(PartyId::Person(asked.own_id()).as_str()))
            .filter(Column::TitleCertificateNo.eq(self.title_certificate_no.as_str()))
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("title_certificate_no"))?;
        not_before("lost_on", self.lost_on, entry.registered_on)?;
        let share = share(
            entry.share_type,
            entry.share_numerator,
            entry.share_denominator,
        );
        Ok(TitleCertificateFinding {
            share: share.ok().as_ref().map(Share::shown),
            notice_days: NOTICE_DAYS,
            law: "土地登記規則第155條",
        })
    }
}

capability::files! {
    /// Reports a title certificate lost and asks for a new one. 權狀遺失補給
    file_title_certificate_loss(TitleCertificateLoss) -> TitleCertificateFinding at "/v1/applications/title-certificate-loss",
    example: {"object": "parcel:AD-0012-00020001", "title_certificate_no": "0000010", "lost_on": "2026-11-20",
              "circumstances": "住家遭地震毀損", "contact_phone": "0912345678"}
}
