//! Derives a snapshot table from its sea-orm entity.
//!
//! The sea-orm `Model` is the only list of a table's columns. From it come the DDL of both databases, the check of an
//! agency's data package, and the parsers of its cells, so that no second list can disagree with the first.

mod table;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `snapshot::Table` for a sea-orm `Model`.
///
/// It reads what sea-orm reads (`table_name`, `column_name`, `primary_key`, `indexed`, `unique`), the doc comments of the
/// fields, and, on the struct, `#[snapshot(index(first, second))]` for an index over several columns and
/// `#[snapshot(may_be_absent)]` for a table that a package may leave out while it has no rows. The primary key is made of the
/// `primary_key` fields in the order they are written; rows of a package are sorted by it.
///
/// It also writes what sea-orm wants beside every `Model`, an empty `Relation` and an `ActiveModelBehavior`. A table that is
/// joined with others says `#[snapshot(related)]` and writes both itself.
#[proc_macro_derive(Table, attributes(sea_orm, snapshot))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    table::expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
