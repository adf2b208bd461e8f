//! Signing keys as rows, and the agreement on who rotates them.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter,
    TransactionTrait,
};

use super::tables::{key_rotation, signing_key};
use super::{Store, StoreFault, micros};

/// A new key, sealed.
pub(crate) struct Sealed {
    pub(crate) kid: String,
    pub(crate) bytes: Vec<u8>,
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Published, so that everybody knows it before it signs.
    Next,
    /// Signs.
    Current,
    /// Signs no more; published until the last token it signed has expired.
    Retired,
}

impl Slot {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
        }
    }

    pub(crate) fn of(row: &signing_key::Model) -> Self {
        match row.slot.as_str() {
            "current" => Self::Current,
            "next" => Self::Next,
            _ => Self::Retired,
        }
    }
}

impl Store {
    /// How often keys were rotated, and when last.
    pub(crate) async fn rotation(&self) -> Result<key_rotation::Model, StoreFault> {
        let row = key_rotation::Entity::find_by_id(1)
            .one(&self.connection)
            .await?;
        Ok(row.unwrap_or(key_rotation::Model {
            id: 1,
            generation: 0,
            rotated_us: 0,
        }))
    }

    /// Every key that may still verify something at `now`: retired ones only if they retired after `retired_after`.
    pub(crate) async fn signing_keys(
        &self,
        retired_after: DateTime<Utc>,
    ) -> Result<Vec<signing_key::Model>, StoreFault> {
        let usable = Condition::any()
            .add(signing_key::Column::RetiredUs.is_null())
            .add(signing_key::Column::RetiredUs.gt(micros(retired_after)));
        Ok(signing_key::Entity::find()
            .filter(usable)
            .all(&self.connection)
            .await?)
    }

    /// The first two keys; `false` when another copy was faster.
    pub(crate) async fn plant_keys(
        &self,
        current: Sealed,
        next: Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFault> {
        let transaction = self.connection.begin().await?;
        if !raise(&transaction, 0, now).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        insert(&transaction, current, Slot::Current, now).await?;
        insert(&transaction, next, Slot::Next, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The next key becomes the current one, the current one retires, `fresh` is next; `false` when another copy has
    /// rotated since `generation`.
    pub(crate) async fn rotate_keys(
        &self,
        generation: i64,
        fresh: Sealed,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreFault> {
        let transaction = self.connection.begin().await?;
        if !raise(&transaction, generation, now).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        signing_key::Entity::update_many()
            .col_expr(
                signing_key::Column::Slot,
                Expr::value(Slot::Retired.as_str()),
            )
            .col_expr(signing_key::Column::RetiredUs, Expr::value(micros(now)))
            .filter(signing_key::Column::Slot.eq(Slot::Current.as_str()))
            .exec(&transaction)
            .await?;
        signing_key::Entity::update_many()
            .col_expr(
                signing_key::Column::Slot,
                Expr::value(Slot::Current.as_str()),
            )
            .filter(signing_key::Column::Slot.eq(Slot::Next.as_str()))
            .exec(&transaction)
            .await?;
        insert(&transaction, fresh, Slot::Next, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Destroys keys that retired before `before`.
    pub(crate) async fn forget_keys(&self, before: DateTime<Utc>) -> Result<(), StoreFault> {
        signing_key::Entity::delete_many()
            .filter(signing_key::Column::RetiredUs.lte(micros(before)))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

/// Takes the right to rotate: of all copies that saw `generation`, one gets it.
async fn raise(
    transaction: &DatabaseTransaction,
    generation: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreFault> {
    let raised = key_rotation::Entity::update_many()
        .col_expr(
            key_rotation::Column::Generation,
            Expr::value(generation + 1),
        )
        .col_expr(key_rotation::Column::RotatedUs, Expr::value(micros(now)))
        .filter(key_rotation::Column::Id.eq(1))
        .filter(key_rotation::Column::Generation.eq(generation))
        .exec(transaction)
        .await?;
    Ok(raised.rows_affected == 1)
}

async fn insert(
    transaction: &DatabaseTransaction,
    key: Sealed,
    slot: Slot,
    now: DateTime<Utc>,
) -> Result<(), StoreFault> {
    let row = signing_key::ActiveModel {
        kid: Set(key.kid),
        sealed: Set(key.bytes),
        slot: Set(slot.as_str().to_owned()),
        created_us: Set(micros(now)),
        retired_us: Set(None),
    };
    signing_key::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
