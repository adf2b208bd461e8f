use capability::Audience;
use std::collections::HashSet;

use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{AreaCode, HouseholdNo, Neighbourhood};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::{household, person};

/// A household and those of its members whom the caller may know of. 戶籍資料
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HouseholdRecord {
    /// 戶號
    pub(crate) household_no: HouseholdNo,
    /// 戶別
    #[schema(example = "共同生活戶")]
    pub(crate) household_type: String,
    /// 戶長之統一編號
    pub(crate) head_id: Option<Masked>,
    /// 行政區代碼
    pub(crate) area_code: AreaCode,
    /// 村里
    pub(crate) village: Option<String>,
    /// 鄰
    pub(crate) neighbor: Option<Neighbourhood>,
    /// 門牌
    #[schema(example = "新北市貢寮區福隆街1號")]
    pub(crate) street_doorplate: String,
    /// 立戶日期
    pub(crate) established_on: Option<NaiveDate>,
    /// 戶內人口
    pub(crate) members: Vec<Member>,
}

/// A member of a household. 戶內人口
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    /// 身分證統一編號
    pub(crate) national_id: Masked,
    /// 姓名
    pub(crate) name: Masked,
    /// 出生日期
    pub(crate) birth_date: NaiveDate,
    /// 性別：M 男、F 女
    pub(crate) sex: String,
    /// 稱謂
    pub(crate) relation_to_head: Option<String>,
    /// 戶籍狀態：現戶、除戶
    pub(crate) register_status: String,
}

impl Member {
    pub(crate) fn new(person: person::Model, audience: Audience) -> Self {
        Self {
            national_id: audience.id(person.national_id),
            name: audience.name(&person.name),
            birth_date: person.birth_date,
            sex: person.sex,
            relation_to_head: person.relation_to_head,
            register_status: person.register_status,
        }
    }
}

impl HouseholdRecord {
    pub(crate) fn new(
        household: household::Model,
        members: Vec<Member>,
        hidden: &HashSet<String>,
        audience: Audience,
    ) -> Self {
        Self {
            household_no: household.household_no,
            household_type: household.household_type,
            head_id: household
                .head_id
                .filter(|id| !hidden.contains(id.as_str()))
                .map(|id| audience.id(id)),
            area_code: household.area_code,
            village: household.village,
            neighbor: household.neighbor,
            street_doorplate: household.street_doorplate,
            established_on: household.established_on,
            members,
        }
    }
}
