use capability::Examination;
use chrono::Datelike;
use identifiers::{Plate, RecordNo};
use runtime::problem::Problem;

use super::claim::relief_claim;
use super::own_bill::own_bill;
use crate::rules::{Relief, VehicleDamage, VehicleKind, Verdict};
use crate::tax::TaxType;

relief_claim! {
    /// A vehicle that cannot be used after a disaster. 使用牌照稅災害減免申請
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
    }
    name: "vehicle-tax-relief", title: "使用牌照稅災害減免申請", description: "受損情形"
}

impl VehicleTaxRelief {
    fn verdict(&self) -> Verdict {
        VehicleDamage::of(self.vehicle_kind, self.engine_cc, self.disaster_on).verdict()
    }

    /// The tax of the applicant's own bill, where it is of the disaster's year.
    async fn tax(&self, asked: &Examination<'_>) -> Result<Option<i64>, Problem> {
        let bill = own_bill(asked, self.bill_no, TaxType::VehicleLicence).await?;
        let of_that_year = bill.year == self.disaster_on.year();
        Ok(of_that_year.then_some(bill.amount))
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
