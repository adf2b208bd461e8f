use capability::Examination;
use identifiers::RecordNo;
use runtime::problem::Problem;

use super::claim::relief_claim;
use super::own_bill::own_bill;
use crate::rules::{LandDamage, LandLoss, Relief, Verdict};
use crate::tax::TaxType;

relief_claim! {
    /// Land that cannot be used after a disaster. 地價稅災害減免申請
    pub(super) struct LandTaxRelief {
        /// 地價稅繳款書編號：限本人
        bill_no: RecordNo,
        /// 無法使用之原因
        cause: LandLoss,
    }
    name: "land-tax-relief", title: "地價稅災害減免申請", description: "土地坐落及受災情形"
}

impl LandTaxRelief {
    fn verdict(&self) -> Verdict {
        let damage = LandDamage {
            disaster_on: self.disaster_on,
        };
        damage.verdict()
    }

    /// How much of the billed land is lost only the agency can see: no amount is promised.
    async fn tax(&self, asked: &Examination<'_>) -> Result<Option<i64>, Problem> {
        own_bill(asked, self.bill_no, TaxType::LandValue).await?;
        Ok(None)
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
