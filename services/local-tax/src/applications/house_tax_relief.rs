use access::caller::Assurance;
use capability::{Deadline, Examination, Form, Kind, OrProblem, not_later, not_yours};
use chrono::{Datelike, NaiveDate};
use identifiers::{HouseTaxNo, PartyId, Phone};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::lookups::bills;
use crate::rules::{DamagePercent, HouseDamage, Relief};
use crate::tables::{bill, house};
use crate::tax::TaxType;

/// A house damaged in a disaster. 房屋稅災害減免申請
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct HouseTaxRelief {
    /// 房屋稅籍編號：限本人所有
    house_tax_no: HouseTaxNo,
    /// 災害發生日
    disaster_on: NaiveDate,
    /// The damaged part of the whole building in percent, as a text or a number. 毀損面積占整棟面積百分比
    damage_percent: DamagePercent,
    /// 毀損情形
    #[validate(length(min = 1, max = 500, message = "must have 1 to 500 characters"))]
    #[schema(min_length = 1, max_length = 500)]
    description: String,
    /// 聯絡電話
    contact_phone: Phone,
    /// 受災照片及證明文件：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

impl HouseTaxRelief {
    fn damage(&self) -> HouseDamage {
        HouseDamage {
            percent: self.damage_percent,
            disaster_on: self.disaster_on,
        }
    }
}

impl Form for HouseTaxRelief {
    const KIND: Kind = Kind {
        name: "house-tax-relief",
        title: "房屋稅災害減免申請",
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
        let me = PartyId::Person(asked.own_id());
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
        let tax = billed.map(|bill| bill.amount);
        Ok(self.damage().verdict().of(tax, asked.today()))
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
