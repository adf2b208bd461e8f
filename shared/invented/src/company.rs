use chrono::NaiveDate;
use identifiers::Ubn;

use crate::household::Area;

/// A company of the invented economy.
#[derive(Debug)]
pub struct Company {
    /// 統一編號
    pub ubn: Ubn,
    /// 名稱
    pub name: String,
    /// 代表人: index of the person.
    pub responsible: usize,
    /// Where it is registered.
    pub area: &'static Area,
    /// 設立日期
    pub set_up: NaiveDate,
    /// 資本額, in New Taiwan dollars.
    pub capital: i64,
}
