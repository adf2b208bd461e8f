use chrono::NaiveDate;
use identifiers::{BuildingKey, BuildingNo, ObjectKind, ParcelKey, ParcelNo, Share, ShareType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::shares::share;
use crate::tables::ownership;

/// What somebody owns of a parcel or a building. 權利
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Title {
    /// 土地或建物
    pub(crate) object_kind: ObjectKind,
    /// 地政事務所－地段－地號或建號
    #[schema(example = "AD-0012-00020001")]
    pub(crate) object: String,
    /// 地號或建號，如謄本所載
    #[schema(example = "2-1")]
    pub(crate) number: String,
    /// 登記次序
    #[schema(example = "0001")]
    pub(crate) entry_seq: String,
    /// 權利範圍類別：A 全部、B 公同共有
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) share_type: Option<ShareType>,
    /// 權利範圍分子
    pub(crate) share_numerator: i64,
    /// 權利範圍分母
    pub(crate) share_denominator: i64,
    /// 權利範圍，如謄本所載；null where the numbers are no share.
    #[schema(example = "4分之1")]
    pub(crate) share: Option<String>,
    /// 登記日期
    pub(crate) registered_on: NaiveDate,
    /// 登記原因
    #[schema(example = "繼承")]
    pub(crate) reg_reason: Option<String>,
    /// 權狀字號
    pub(crate) title_certificate_no: Option<String>,
    /// 限制登記
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restriction: Option<String>,
}

/// The key of the object that an entry is of, and its number as people write it. Any eight digits are a number of either
/// kind; how they are shown is the kind's.
pub(crate) fn object_of(entry: &ownership::Model) -> (String, String) {
    let (office, section) = (entry.land_office, entry.section);
    let digits = entry.object_no.as_str();
    let shown = match entry.object_kind {
        ObjectKind::Parcel => digits.parse().map(|number: ParcelNo| {
            let key = ParcelKey {
                office,
                section,
                number,
            };
            (key.to_string(), number.shown())
        }),
        ObjectKind::Building => digits.parse().map(|number: BuildingNo| {
            let key = BuildingKey {
                office,
                section,
                number,
            };
            (key.to_string(), number.shown())
        }),
    };
    shown.unwrap_or_else(|_| (format!("{office}-{section}-{digits}"), digits.to_owned()))
}

impl From<ownership::Model> for Title {
    fn from(entry: ownership::Model) -> Self {
        let (object, number) = object_of(&entry);
        let share = share(
            entry.share_type,
            entry.share_numerator,
            entry.share_denominator,
        );
        Self {
            object_kind: entry.object_kind,
            object,
            number,
            entry_seq: entry.entry_seq,
            share_type: entry.share_type,
            share_numerator: entry.share_numerator,
            share_denominator: entry.share_denominator,
            share: share.ok().as_ref().map(Share::shown),
            registered_on: entry.registered_on,
            reg_reason: entry.reg_reason,
            title_certificate_no: entry.title_certificate_no,
            restriction: entry.restriction,
        }
    }
}
