//! Questions that a freshly loaded snapshot must answer before it is switched to, a line each.

use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, Related,
};
use snapshot::Probe;

/// A table whose rows are found by their key and can be compared.
pub trait Keyed: EntityTrait<Model: ModelTrait<Entity = Self> + PartialEq + Sync> {}

impl<E: EntityTrait<Model: ModelTrait<Entity = E> + PartialEq + Sync>> Keyed for E {}

/// There is a row, and it is found again by its key.
#[must_use]
pub const fn reads_back<E: Keyed>(name: &'static str) -> Probe {
    Probe {
        name,
        run: |db| Box::pin(row_by_key::<E>(db)),
    }
}

/// Where there is a row, it is found again by its key; the table may be empty.
#[must_use]
pub const fn any_reads_back<E: Keyed>(name: &'static str) -> Probe {
    Probe {
        name,
        run: |db| Box::pin(async move { first_by_key::<E>(db).await.map(drop) }),
    }
}

/// There is a row, and the row of the other table that it refers to.
#[must_use]
pub const fn reads_related<E, R>(name: &'static str) -> Probe
where
    E: EntityTrait + Related<R>,
    R: EntityTrait,
    E::Model: Sync,
    R::Model: Sync,
{
    Probe {
        name,
        run: |db| Box::pin(row_with_related::<E, R>(db)),
    }
}

async fn row_by_key<E: Keyed>(db: &DatabaseConnection) -> Result<(), String> {
    match first_by_key::<E>(db).await? {
        Some(_) => Ok(()),
        None => Err("there is no row at all".to_owned()),
    }
}

/// The first row, found again by its key.
async fn first_by_key<E: Keyed>(db: &DatabaseConnection) -> Result<Option<E::Model>, String> {
    let Some(first) = E::find().one(db).await.map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let by_key = E::PrimaryKey::iter()
        .map(PrimaryKeyToColumn::into_column)
        .fold(Condition::all(), |key, column| {
            key.add(column.eq(first.get(column)))
        });
    let again = E::find()
        .filter(by_key)
        .one(db)
        .await
        .map_err(|error| error.to_string())?;
    if again.as_ref() == Some(&first) {
        Ok(again)
    } else {
        Err("the first row is not found by its key".to_owned())
    }
}

async fn row_with_related<E, R>(db: &DatabaseConnection) -> Result<(), String>
where
    E: EntityTrait + Related<R>,
    R: EntityTrait,
    E::Model: Sync,
    R::Model: Sync,
{
    let found = E::find()
        .find_also_related(R::default())
        .one(db)
        .await
        .map_err(|error| error.to_string())?;
    match found {
        Some((_, Some(_))) => Ok(()),
        Some((_, None)) => Err("the row that the first row refers to is missing".to_owned()),
        None => Err("there is no row at all".to_owned()),
    }
}
