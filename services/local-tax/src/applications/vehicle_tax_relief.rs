use access::caller::Assurance;
use capability::{Deadline, Examination, Form, Kind, not_later};
use chrono::{Datelike, NaiveDate};
use identifiers::{Phone, Plate, RecordNo};
use runtime::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::own_bill::own_bill;
use crate::rules::{Engine, Relief, VehicleDamage, VehicleKind};
use crate::tax::TaxType;

/// A vehicle that cannot be used after a disaster. 使用牌照稅災害減免申請
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct VehicleTaxRelief {
    /// 使用牌照稅繳款書編號：限本人
    bill_no: RecordNo,
    /// 號牌號碼
    plate: Plate,
    /// 車輛種類
    vehicle_kind: VehicleKind,
    /// In cubic centimetres. 汽缸總排氣量
    #[validate(range(max = 30_000, message = "must be at most 30000"))]
    #[schema(maximum = 30_000)]
    engine_cc: u32,
    /// 災害發生日
    disaster_on: NaiveDate,
    /// 受損情形
    #[validate(length(min = 1, max = 500, message = "must have 1 to 500 characters"))]
    #[schema(min_length = 1, max_length = 500)]
    description: String,
    /// 聯絡電話
    contact_phone: Phone,
    /// 受災照片及證明文件：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

impl VehicleTaxRelief {
    fn damage(&self) -> VehicleDamage {
        VehicleDamage {
            engine: Engine {
                kind: self.vehicle_kind,
                cc: self.engine_cc,
            },
            disaster_on: self.disaster_on,
        }
    }
}

impl Form for VehicleTaxRelief {
    const KIND: Kind = Kind {
        name: "vehicle-tax-relief",
        title: "使用牌照稅災害減免申請",
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
        let bill = own_bill(asked, self.bill_no, TaxType::VehicleLicence).await?;
        let of_that_year = bill.year == self.disaster_on.year();
        let tax = of_that_year.then_some(bill.amount);
        Ok(self.damage().verdict().of(tax, asked.today()))
    }
}

capability::files! {
    /// Asks for relief of the vehicle licence tax within one month of a disaster. 申請使用牌照稅災害減免
    file_vehicle_tax_relief(VehicleTaxRelief) -> Relief at "/v1/applications/vehicle-tax-relief",
    example: {
        "bill_no": "B000000002", "plate": "ABC-1235", "vehicle_kind": "car", "engine_cc": 1798,
        "disaster_on": "2026-11-20", "description": "泡水無法發動", "contact_phone": "0912345678"
    }
}
