use access::caller::Assurance;
use capability::{Deadline, Examination, Form, Kind, not_later};
use chrono::NaiveDate;
use identifiers::{Phone, RecordNo};
use runtime::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::own_bill::own_bill;
use crate::rules::{LandDamage, LandLoss, Relief};
use crate::tax::TaxType;

/// Land that cannot be used after a disaster. 地價稅災害減免申請
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct LandTaxRelief {
    /// 地價稅繳款書編號：限本人
    bill_no: RecordNo,
    /// 災害發生日
    disaster_on: NaiveDate,
    /// 無法使用之原因
    cause: LandLoss,
    /// 土地坐落及受災情形
    #[validate(length(min = 1, max = 500, message = "must have 1 to 500 characters"))]
    #[schema(min_length = 1, max_length = 500)]
    description: String,
    /// 聯絡電話
    contact_phone: Phone,
    /// 受災照片及證明文件：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

impl LandTaxRelief {
    fn damage(&self) -> LandDamage {
        LandDamage {
            disaster_on: self.disaster_on,
        }
    }
}

impl Form for LandTaxRelief {
    const KIND: Kind = Kind {
        name: "land-tax-relief",
        title: "地價稅災害減免申請",
        assurance: Assurance::Basic,
        attachments: 5,
    };
    type Finding = Relief;

    fn deadline(&self) -> Option<Deadline> {
        Some(self.damage().verdict().deadline())
    }

    fn attachments(&self) -> &[Uuid] {
        &self.attachments
    }

    async fn examine(&self, asked: &Examination<'_>) -> Result<Relief, Problem> {
        not_later("disaster_on", self.disaster_on, asked.today())?;
        // How much of the billed land is lost only the agency can see: no amount is promised.
        own_bill(asked, self.bill_no, TaxType::LandValue).await?;
        Ok(self.damage().verdict().of(None, asked.today()))
    }
}

capability::files! {
    /// Asks for relief of the land value tax by 22 September or within 30 days of a disaster. 申請地價稅災害減免
    file_land_tax_relief(LandTaxRelief) -> Relief at "/v1/applications/land-tax-relief",
    example: {
        "bill_no": "B000000001", "disaster_on": "2026-11-20", "cause": "landslide", "description": "山崩掩埋農地",
        "contact_phone": "0912345678"
    }
}
