use capability::Audience;
use std::collections::HashSet;

use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{HouseholdNo, PersonId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::{id_card, person};

/// A person as the household register knows them. 個人戶籍資料
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonRecord {
    /// 身分證統一編號
    pub(crate) national_id: Masked,
    /// 姓名
    pub(crate) name: Masked,
    /// 羅馬拼音姓名
    pub(crate) name_latin: Option<Masked>,
    /// 出生日期
    pub(crate) birth_date: NaiveDate,
    /// 性別：M 男、F 女
    #[schema(example = "F")]
    pub(crate) sex: String,
    /// 出生地
    pub(crate) birth_place: Option<String>,
    /// 出生別
    pub(crate) birth_order: Option<String>,
    /// 役別
    pub(crate) military_status: Option<String>,
    /// 原住民身分
    pub(crate) indigenous_status: Option<String>,
    /// 戶號
    pub(crate) household_no: HouseholdNo,
    /// 稱謂
    pub(crate) relation_to_head: Option<String>,
    /// 父之統一編號
    pub(crate) father_id: Option<Masked>,
    /// 母之統一編號
    pub(crate) mother_id: Option<Masked>,
    /// 配偶之統一編號
    pub(crate) spouse_id: Option<Masked>,
    /// 養父之統一編號
    pub(crate) adoptive_father_id: Option<Masked>,
    /// 養母之統一編號
    pub(crate) adoptive_mother_id: Option<Masked>,
    /// 戶籍狀態：現戶、除戶
    #[schema(example = "現戶")]
    pub(crate) register_status: String,
    /// 戶籍狀態日期
    pub(crate) status_date: Option<NaiveDate>,
    /// 保護註記；僅本人及具權限人員可見
    pub(crate) protected: bool,
    /// 記事
    pub(crate) register_note: Option<String>,
    /// 國民身分證
    pub(crate) id_card: Option<IdCardRecord>,
}

/// The identity card in force. 國民身分證
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdCardRecord {
    /// 發證日期
    pub(crate) issued_on: NaiveDate,
    /// 發證地點
    pub(crate) issue_place: Option<String>,
    /// 領補換類別
    pub(crate) issue_type: Option<String>,
}

/// Everybody a record refers to.
pub(crate) fn mentioned(person: &person::Model) -> impl Iterator<Item = PersonId> + use<> {
    [
        person.father_id,
        person.mother_id,
        person.spouse_id,
        person.adoptive_father_id,
        person.adoptive_mother_id,
    ]
    .into_iter()
    .flatten()
}

impl PersonRecord {
    pub(crate) fn new(
        person: person::Model,
        card: Option<id_card::Model>,
        hidden: &HashSet<String>,
        audience: Audience,
    ) -> Self {
        let mention = |id: Option<PersonId>| {
            id.filter(|id| !hidden.contains(id.as_str()))
                .map(|id| audience.id(id))
        };
        Self {
            national_id: audience.id(person.national_id),
            name: audience.name(&person.name),
            name_latin: person.name_latin.as_ref().map(|name| audience.name(name)),
            birth_date: person.birth_date,
            sex: person.sex,
            birth_place: person.birth_place,
            birth_order: person.birth_order,
            military_status: person.military_status,
            indigenous_status: person.indigenous_status,
            household_no: person.household_no,
            relation_to_head: person.relation_to_head,
            father_id: mention(person.father_id),
            mother_id: mention(person.mother_id),
            spouse_id: mention(person.spouse_id),
            adoptive_father_id: mention(person.adoptive_father_id),
            adoptive_mother_id: mention(person.adoptive_mother_id),
            register_status: person.register_status,
            status_date: person.status_date,
            protected: person.protected,
            register_note: person.register_note,
            id_card: card.map(|card| IdCardRecord {
                issued_on: card.issued_on,
                issue_place: card.issue_place,
                issue_type: card.issue_type,
            }),
        }
    }
}
