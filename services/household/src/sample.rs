//! People of the loaded register who can sign in, and what they could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::{HouseholdNo, NationalId, PersonId};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use crate::applications::IdLossReport;
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

/// People of the register who are registered, unmarked, and have an identity card, in the order of their numbers; married
/// ones first.
///
/// # Errors
/// When the database fails.
pub async fn citizens(db: &DatabaseConnection, most: u64) -> Result<Vec<Citizen>, DbErr> {
    let eligible = || {
        person::Entity::find()
            .inner_join(id_card::Entity)
            .select_also(id_card::Entity)
            .filter(person::Column::Protected.eq(false))
            .filter(person::Column::RegisterStatus.eq("現戶"))
            .order_by_asc(person::Column::NationalId)
            .limit(most)
    };
    let married = eligible().filter(person::Column::SpouseId.is_not_null());
    let single = eligible().filter(person::Column::SpouseId.is_null());
    let mut found = married.all(db).await?;
    found.extend(single.all(db).await?);
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let citizens = found.into_iter().filter_map(|(person, card)| {
        Some(Citizen {
            national_id: person.national_id,
            birth_date: person.birth_date,
            household_no: person.household_no,
            id_card_issued_on: card?.issued_on,
        })
    });
    Ok(citizens.collect())
}

/// A person's report that their identity card was lost today.
pub(crate) async fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> Sampled {
    let PersonId::National(id) = id else {
        return Ok(None);
    };
    let card = id_card::Entity::find_by_id(id).one(db).await?;
    Ok(card.map(|_| {
        SampleApplication::of::<IdLossReport>(json!({
            "lost_on": today, "lost_at": "新北市貢寮區福隆車站", "contact_phone": "0912345678",
        }))
    }))
}
