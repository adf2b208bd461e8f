use capability::Audience;
use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::mask::transcript::{Class, Field, Party};
use identifiers::{PartyId, Share, ShareType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shares::share;
use crate::tables::ownership;

/// An entry in the ownership part. 所有權部
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnershipEntry {
    /// 登記次序
    #[schema(example = "0001")]
    pub(crate) entry_seq: String,
    /// 所有權人統一編號；第三類不顯示
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner_id: Option<Masked>,
    /// 所有權人
    pub(crate) owner_name: Masked,
    /// 登記日期
    pub(crate) registered_on: NaiveDate,
    /// 原因發生日期
    pub(crate) cause_date: Option<NaiveDate>,
    /// 登記原因
    #[schema(example = "買賣")]
    pub(crate) reg_reason: Option<String>,
    /// 權利範圍類別：A 全部、B 公同共有
    pub(crate) share_type: Option<ShareType>,
    /// 權利範圍分子
    pub(crate) share_numerator: i64,
    /// 權利範圍分母
    pub(crate) share_denominator: i64,
    /// 權利範圍，如謄本所載；null where the numbers are no share.
    #[schema(example = "4分之1")]
    pub(crate) share: Option<String>,
    /// 權狀字號
    pub(crate) title_certificate_no: Option<String>,
    /// 限制登記
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restriction: Option<String>,
}

impl OwnershipEntry {
    /// The entry as `class` shows it. In the first class a citizen with basic assurance sees numbers and names as in any
    /// record of their own.
    pub(crate) fn new(entry: ownership::Model, class: Class, audience: Audience) -> Self {
        let (owner_id, owner_name) = match (class, audience, entry.owner_id) {
            (Class::First, Audience::Basic, id @ PartyId::Person(_)) => {
                (Some(audience.party(id)), audience.name(&entry.owner_name))
            }
            (_, _, id) => (
                class.id(&id),
                class.name(Party::from(&id), &entry.owner_name),
            ),
        };
        let share = share(
            entry.share_type,
            entry.share_numerator,
            entry.share_denominator,
        );
        Self {
            entry_seq: entry.entry_seq,
            owner_id,
            owner_name,
            registered_on: entry.registered_on,
            cause_date: entry.cause_date,
            reg_reason: entry.reg_reason,
            share_type: entry.share_type,
            share_numerator: entry.share_numerator,
            share_denominator: entry.share_denominator,
            share: share.ok().as_ref().map(Share::shown),
            title_certificate_no: entry.title_certificate_no,
            restriction: entry
                .restriction
                .filter(|_| class.shows(Field::Restriction)),
        }
    }
}
