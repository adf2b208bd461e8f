use capability::Audience;
use chrono::NaiveDate;
use identifiers::PersonId;
use identifiers::mask::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::person;

/// A relative whom the register links to a person. 親屬
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KinRecord {
    /// 親屬關係
    pub(crate) relation: KinRelation,
    /// 身分證統一編號
    pub(crate) national_id: Masked,
    /// 姓名
    pub(crate) name: Masked,
    /// 出生日期
    pub(crate) birth_date: NaiveDate,
    /// 性別：M 男、F 女
    pub(crate) sex: String,
    /// 戶籍狀態：現戶、除戶
    pub(crate) register_status: String,
}

/// How a relative stands to the person asked about. 親屬關係
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KinRelation {
    /// 父
    Father,
    /// 母
    Mother,
    /// 養父
    AdoptiveFather,
    /// 養母
    AdoptiveMother,
    /// 配偶
    Spouse,
    /// 子女
    Child,
    /// 養子女
    AdoptedChild,
}

impl KinRelation {
    /// How `relative` stands to `person`; `None` where neither row names the other.
    pub(crate) fn between(person: &person::Model, relative: &person::Model) -> Option<Self> {
        let them = Some(PersonId::from(relative.national_id));
        let us = Some(PersonId::from(person.national_id));
        let links = [
            (person.father_id == them, Self::Father),
            (person.mother_id == them, Self::Mother),
            (person.adoptive_father_id == them, Self::AdoptiveFather),
            (person.adoptive_mother_id == them, Self::AdoptiveMother),
            (person.spouse_id == them, Self::Spouse),
            (
                relative.father_id == us || relative.mother_id == us,
                Self::Child,
            ),
            (
                relative.adoptive_father_id == us || relative.adoptive_mother_id == us,
                Self::AdoptedChild,
            ),
        ];
        links
            .into_iter()
            .find_map(|(linked, relation)| linked.then_some(relation))
    }
}

impl KinRecord {
    pub(crate) fn new(relation: KinRelation, relative: person::Model, audience: Audience) -> Self {
        Self {
            relation,
            national_id: audience.id(relative.national_id),
            name: audience.name(&relative.name),
            birth_date: relative.birth_date,
            sex: relative.sex,
            register_status: relative.register_status,
        }
    }
}
