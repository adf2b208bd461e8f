//! Paging by cursor: a page continues after the last key of the one before, so rows are neither lost nor repeated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use runtime::problem::{Kind, Problem};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter,
    QueryOrder, QuerySelect, Select, SelectTwo, Value,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::failure::OrProblem;
use crate::legible::faults;
use crate::tables::Tables;

/// Characters a cursor may have.
const LONGEST_CURSOR: usize = 1_024;

/// Where the next page starts; opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor after the row with this key.
    #[must_use]
    pub fn after(key: &impl Serialize) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// The key it stands for.
    ///
    /// # Errors
    /// 400 on a cursor that this operation did not hand out.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, Problem> {
        if self.0.len() > LONGEST_CURSOR {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| refused())?;
        let said: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        // No database has such a text: some find nothing, others fail.
        if !faults(&said, |character| character == '\0').is_empty() {
            return Err(refused());
        }
        serde_json::from_slice(&bytes).map_err(|_| refused())
    }
}

/// Rows of a page where the caller does not say.
const USUAL_LIMIT: u8 = 50;

crate::paged! {
    /// The paging parameters of a list.
    pub struct PageQuery {}
}

impl PageQuery {
    /// The first rows of a list.
    #[must_use]
    pub fn first(rows: u8) -> Self {
        Self {
            cursor: None,
            limit: Some(rows),
        }
    }

    /// How many rows are wanted.
    pub(crate) fn rows(&self) -> usize {
        usize::from(self.limit.unwrap_or(USUAL_LIMIT))
    }
}

/// A select whose rows are listed page by page, in the order of the key of its first table.
pub trait Pageable: QueryFilter + QueryOrder + QuerySelect {
    /// The table that gives the order.
    type Entity: EntityTrait<Model: ModelTrait<Entity = Self::Entity>>;
    /// What a row is read as.
    type Row;

    /// The part of a row that has the key.
    fn model(row: &Self::Row) -> &<Self::Entity as EntityTrait>::Model;

    /// Reads all of its rows.
    fn rows(self, db: &Tables) -> impl Future<Output = Result<Vec<Self::Row>, DbErr>>;
}

impl<E: EntityTrait<Model: Sync>> Pageable for Select<E> {
    type Entity = E;
    type Row = E::Model;

    fn model(row: &E::Model) -> &E::Model {
        row
    }

    fn rows(self, db: &Tables) -> impl Future<Output = Result<Vec<E::Model>, DbErr>> {
        self.all(db)
    }
}

impl<E: EntityTrait<Model: Sync>, F: EntityTrait<Model: Sync>> Pageable for SelectTwo<E, F> {
    type Entity = E;
    type Row = (E::Model, Option<F::Model>);

    fn model((row, _): &Self::Row) -> &E::Model {
        row
    }

    fn rows(self, db: &Tables) -> impl Future<Output = Result<Vec<Self::Row>, DbErr>> {
        self.all(db)
    }
}

type ColumnOf<R> = <<R as Pageable>::Entity as EntityTrait>::Column;
type ModelOf<R> = <<R as Pageable>::Entity as EntityTrait>::Model;

/// One page, and where the next one starts. A row more than wanted is read, to know whether there is a next page.
pub(crate) async fn fetch<R: Pageable>(
    db: &Tables,
    mut rows: R,
    page: &PageQuery,
) -> Result<(Vec<R::Row>, Option<Cursor>), Problem> {
    let limit = page.rows();
    let key: Vec<ColumnOf<R>> = <R::Entity as EntityTrait>::PrimaryKey::iter()
        .map(PrimaryKeyToColumn::into_column)
        .collect();
    if let Some(cursor) = &page.cursor {
        let here = key.iter().map(|column| Expr::col(column.as_column_ref()));
        let there = values::<R>(cursor, &key)?.into_iter().map(Expr::val);
        rows = QueryFilter::filter(rows, Expr::tuple(here).gt(Expr::tuple(there)));
    }
    for column in &key {
        rows = rows.order_by_asc(*column);
    }
    let mut found = rows.limit(limit as u64 + 1).rows(db).await.or_problem()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| {
        let values = key.iter().map(|column| text(R::model(last).get(*column)));
        Cursor::after(&values.collect::<Vec<_>>())
    });
    Ok((found, next))
}

/// A key's value as a cursor carries it. Keys are text, whole numbers or days, and never missing.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => text,
        Value::Int(number) => number.map(|number| number.to_string()),
        Value::BigInt(number) => number.map(|number| number.to_string()),
        Value::ChronoDate(day) => day.map(|day| day.to_string()),
        _ => None,
    }
}

/// The values of a cursor, each of its column's type, so that a made-up one is refused here and not by the database.
fn values<R: Pageable>(cursor: &Cursor, key: &[ColumnOf<R>]) -> Result<Vec<Value>, Problem> {
    let texts: Vec<String> = cursor.key()?;
    let typed =
        key.iter().zip(&texts).map(
            |(column, text)| match <ModelOf<R> as ModelTrait>::get_value_type(*column) {
                ArrayType::String => Some(text.as_str().into()),
                ArrayType::Int => text.parse::<i32>().ok().map(Value::from),
                ArrayType::BigInt => text.parse::<i64>().ok().map(Value::from),
                ArrayType::ChronoDate => text.parse::<NaiveDate>().ok().map(Value::from),
                _ => None,
            },
        );
    typed
        .collect::<Option<Vec<_>>>()
        .filter(|values| values.len() == key.len() && texts.len() == key.len())
        .ok_or_else(refused)
}

fn refused() -> Problem {
    Problem::new(Kind::Malformed).field(
        "cursor",
        "not a cursor of this list; start again without it",
        "頁次標記無效，請由第一頁重新查詢",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_its_key_back_and_refuses_what_it_did_not_make() {
        let key = ("臺北市".to_owned(), 7_u32);
        assert_eq!(Cursor::after(&key).key::<(String, u32)>().unwrap(), key);
        for broken in ["", "!", "bm90IGpzb24", &"A".repeat(2_000)] {
            assert!(
                Cursor(broken.to_owned()).key::<(String, u32)>().is_err(),
                "{broken}"
            );
        }
    }

    #[test]
    fn a_cursor_holds_nothing_that_a_database_cannot() {
        for forged in ["a\0b", "\0", "-5000-01-01", "+10000-01-01"] {
            let cursor = Cursor::after(&(forged, "F0000000", "A123456789"));
            let read = cursor.key::<(String, String, String)>();
            assert_eq!(read.unwrap_err().kind(), Kind::Malformed, "{forged:?}");
        }
        let key = ("two\nlines".to_owned(), "2026-11-20".to_owned());
        assert_eq!(Cursor::after(&key).key::<(String, String)>().unwrap(), key);
    }
}
