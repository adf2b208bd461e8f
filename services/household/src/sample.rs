//! A person of the loaded register who can sign in; for demonstrations and drills, never for serving.

use chrono::NaiveDate;
use identifiers::{HouseholdNo, NationalId};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::tables::{id_card, person};

/// The registry facts of one person.
#[derive(Clone, Debug)]
pub struct Citizen {
    /// 身分證統一編號
    pub national_id: NationalId,
    /// 出生日期
    pub birth_date: NaiveDate,
    /// 戶號
    pub household_no: HouseholdNo,
    /// 國民身分證發證日期
    pub id_card_issued_on: NaiveDate,
}

/// The first person in the register who is registered, unmarked, and has an identity card; married where there is one.
///
/// # Errors
/// When the database fails.
pub async fn citizen(db: &DatabaseConnection) -> Result<Option<Citizen>, DbErr> {
    let eligible = || {
        person::Entity::find()
            .inner_join(id_card::Entity)
            .select_also(id_card::Entity)
            .filter(person::Column::Protected.eq(false))
            .filter(person::Column::RegisterStatus.eq("現戶"))
            .order_by_asc(person::Column::NationalId)
    };
    let married = eligible()
        .filter(person::Column::SpouseId.is_not_null())
        .one(db)
        .await?;
    let found = match married {
        Some(found) => Some(found),
        None => eligible().one(db).await?,
    };
    Ok(found.and_then(|(person, card)| {
        Some(Citizen {
            national_id: person.national_id,
            birth_date: person.birth_date,
            household_no: person.household_no,
            id_card_issued_on: card?.issued_on,
        })
    }))
}
