use capability::Cursor;
use serde::Serialize;
use utoipa::ToSchema;

use super::{EncumbranceEntry, OwnershipEntry};
use crate::shares::Shares;

/// The transcript of a parcel or a building, in one class. 登記謄本
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transcript<D> {
    /// 地政事務所－地段－地號或建號
    #[schema(example = "AD-0012-00020001")]
    pub(crate) object: String,
    /// 地號或建號，如謄本所載
    #[schema(example = "2-1")]
    pub(crate) number: String,
    /// 謄本類別：1、2、3（土地登記規則第24條之1）
    #[schema(minimum = 1, maximum = 3)]
    pub(crate) class: u8,
    /// 標示部
    pub(crate) description: D,
    /// 所有權部
    pub(crate) ownership: Vec<OwnershipEntry>,
    /// 所有權部續頁標記: entries beyond the first hundred follow with `?cursor=`; null where these are all.
    pub(crate) ownership_next: Option<Cursor>,
    /// 權利範圍合計, of all entries
    pub(crate) shares: Shares,
    /// 他項權利部
    pub(crate) encumbrances: Vec<EncumbranceEntry>,
}
