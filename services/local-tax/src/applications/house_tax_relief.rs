use capability::{Examination, OrProblem, not_yours};
use chrono::Datelike;
use identifiers::{HouseTaxNo, PartyId};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::claim::relief_claim;
use crate::lookups::bills;
use crate::rules::{DamagePercent, HouseDamage, Relief, Verdict};
use crate::tables::{bill, house};
use crate::tax::TaxType;

relief_claim! {
    /// A house damaged in a disaster. 房屋稅災害減免申請
    pub(crate) struct HouseTaxRelief {
        /// 房屋稅籍編號：限本人所有
        house_tax_no: HouseTaxNo,
        /// The damaged part of the whole building in percent, as a text or a number. 毀損面積占整棟面積百分比
        damage_percent: DamagePercent,
    }
    name: "house-tax-relief", title: "房屋稅災害減免申請", description: "毀損情形"
}

impl HouseTaxRelief {
    fn verdict(&self) -> Verdict {
        let damage = HouseDamage {
            percent: self.damage_percent,
            disaster_on: self.disaster_on,
        };
        damage.verdict()
    }

    /// The tax of the disaster's year on the applicant's own house, where it was billed.
    async fn tax(&self, asked: &Examination<'_>) -> Result<Option<i64>, Problem> {
        let me = PartyId::from(asked.own_id());
        house::Entity::find_by_id(self.house_tax_no)
            .filter(house::Column::OwnerId.eq(me))
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("house_tax_no"))?;
        let billed = bills::of(me)
            .filter(bill::Column::ObjectNo.eq(self.house_tax_no.as_str()))
            .filter(bill::Column::TaxType.eq(TaxType::House.term()))
            .filter(bill::Column::Year.eq(self.disaster_on.year()))
            .one(asked.db())
            .await
            .or_problem()?;
        Ok(billed.map(|bill| bill.amount))
    }
}

capability::files! {
    /// Asks for relief of the house tax within 30 days of a disaster. 申請房屋稅災害減免
    file_house_tax_relief(HouseTaxRelief) -> Relief at "/v1/applications/house-tax-relief",
    example: {
        "house_tax_no": "H00000000001", "disaster_on": "2026-11-20", "damage_percent": "49.9",
        "description": "颱風掀翻屋頂", "contact_phone": "0912345678"
    }
}
