use chrono::NaiveDate;
use identifiers::{NationalId, PersonName};

/// A person of the invented population.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that a register may hold of anybody"
)]
pub struct Person {
    /// 身分證統一編號
    pub id: NationalId,
    /// 姓名
    pub name: PersonName,
    /// 羅馬拼音姓名
    pub latin: Option<PersonName>,
    /// 出生日期
    pub born: NaiveDate,
    /// Sex as the number says it.
    pub male: bool,
    /// Index of the household.
    pub household: usize,
    /// Place in the household: 0 head, 1 spouse, 2 and up children.
    pub place: usize,
    /// 配偶: index of the person.
    pub spouse: Option<usize>,
    /// 父、母: indexes of the persons.
    pub parents: Option<(usize, usize)>,
    /// 保護註記
    pub protected: bool,
    /// 除戶
    pub removed: bool,
    /// When the identity card was issued.
    pub card_issued: NaiveDate,
    /// 戶籍狀態日期
    pub status_since: NaiveDate,
    /// One of the first people by number: every system invents something of everything for them, so that a demonstration
    /// never asks in vain.
    pub exemplary: bool,
}
