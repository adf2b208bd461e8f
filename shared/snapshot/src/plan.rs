//! How the resources of a package become the tables of a system.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::definition::{Column, System, TableDefinition};
use crate::fault::{Fault, Faults};
use crate::field::{DateForms, Format, Kind};
use crate::package::Package;
use crate::package::node::DESCRIPTOR;
use crate::package::resource::{Encoding, Resource};
use crate::package::schema::{Declared, PackageField};

/// Most bytes of text in a column that a key or an index holds.
const LONGEST_INDEXED: usize = 1024;

/// Most bytes of text in one row of a key or an index. PostgreSQL takes no index row of more than 2,704 bytes; the rest of that is
/// for its head, for columns of other types, and for what lies between columns.
const LONGEST_INDEX_ROW: usize = 2400;

/// How much further than this machine's clock a package may have been taken: clocks differ, and so do those who set them.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// A package and a system that fit.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One per table that the package has, in the system's order.
    pub(crate) tables: Vec<TablePlan>,
    /// Tables that the package leaves out, as they allow; they are empty.
    pub(crate) absent: Vec<TableDefinition>,
}

impl Plan {
    /// Every table of the system, also those that the package leaves out.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &TableDefinition> {
        let present = self.tables.iter().map(|table| &table.definition);
        present.chain(&self.absent)
    }
}

/// A resource and the table that it fills.
#[derive(Debug)]
pub(crate) struct TablePlan {
    pub(crate) definition: TableDefinition,
    pub(crate) resource: Resource,
    /// One per column of the table, in the table's order.
    pub(crate) columns: Vec<ColumnPlan>,
    /// Places in `columns` of the key, the most significant first.
    pub(crate) key: Vec<usize>,
}

/// A column and the cells that fill it.
#[derive(Debug)]
pub(crate) struct ColumnPlan {
    pub(crate) column: Column,
    /// Place of the cell in a record of the package, from 0.
    pub(crate) place: usize,
    pub(crate) format: Format,
    /// Whether a value must be there, for the table or by the package's own promise.
    pub(crate) required: bool,
    /// Most bytes of a text that a key or an index holds.
    pub(crate) longest: Option<usize>,
}

impl TablePlan {
    /// Whether character references are read back.
    pub(crate) fn has_references(&self) -> bool {
        self.resource.encoding != Encoding::Utf8
    }
}

/// Fits `package` to `system` at the time `now`.
///
/// # Errors
/// Everything in the package's description that does not fit.
pub(crate) fn fit(package: &Package, system: &System, now: DateTime<Utc>) -> Result<Plan, Faults> {
    let mut faults = Faults::default();
    let origin = &package.origin;
    let member = |name: &str| format!("{DESCRIPTOR}#/lifeboat/{name}");
    if origin.system != system.name {
        let expected = format!("the system {}", system.name);
        faults.push(Fault::of_file(member("system"), "system", expected).quoting(&origin.system));
    }
    if origin.schema_version != system.schema_version {
        let expected = format!("version {} of the tables", system.schema_version);
        let found = origin.schema_version.to_string();
        faults.push(
            Fault::of_file(member("schema_version"), "schema-version", expected).quoting(&found),
        );
    }
    // It would make every honest package after it look older than what is served.
    if origin.taken_at.signed_duration_since(now) > AHEAD {
        let expected = format!(
            "an instant at most 24 hours after {}, which this machine's clock shows; see that the clock is right",
            instant(now)
        );
        faults.push(
            Fault::of_file(member("taken_at"), "future", expected)
                .quoting(&instant(origin.taken_at)),
        );
    }
    for resource in &package.resources {
        if system.table(&resource.name).is_none() {
            let names: Vec<_> = system.tables.iter().map(|table| table.name).collect();
            let expected = format!("one of the tables {}", names.join(", "));
            faults.push(
                Fault::of_file(format!("{}/name", resource.place), "resource", expected)
                    .quoting(&resource.name),
            );
        }
    }
    let mut tables = Vec::new();
    let mut absent = Vec::new();
    for table in &system.tables {
        match package
            .resources
            .iter()
            .find(|resource| resource.name == table.name)
        {
            Some(resource) => tables.extend(fit_table(table, resource, &mut faults)),
            None if table.may_be_absent => absent.push(table.clone()),
            None => faults.push(Fault::of_file(
                format!("{DESCRIPTOR}#/resources"),
                "missing-table",
                format!(
                    "a resource `{}`; a table without rows is a file with only its header",
                    table.name
                ),
            )),
        }
    }
    faults.unless_any(Plan { tables, absent })
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn fit_table(
    table: &TableDefinition,
    resource: &Resource,
    faults: &mut Faults,
) -> Option<TablePlan> {
    let schema = &resource.schema;
    for field in &schema.fields {
        if table.place(&field.name).is_none() {
            let place = format!("{}/name", field.place);
            faults.push(
                Fault::of_file(place, "field", format!("a column of {}", table.name))
                    .quoting(&field.name),
            );
        }
    }
    if let Some(key) = &schema.primary_key
        && key != &table.key
    {
        let place = format!("{}/primaryKey", schema.place);
        let expected = format!("the key {}", table.key.join(", "));
        faults.push(Fault::of_file(place, "primary-key", expected).quoting(&key.join(", ")));
    }
    let mut columns = Vec::new();
    for column in &table.columns {
        if let Some(place) = schema
            .fields
            .iter()
            .position(|field| field.name == column.name)
        {
            match fit_column(table, column, &schema.fields[place], place) {
                Ok(fitted) => columns.push(fitted),
                Err(fault) => faults.push(fault),
            }
        } else {
            let place = format!("{}/fields", schema.place);
            faults.push(Fault::of_file(
                place,
                "missing-column",
                format!("a field `{}`", column.name),
            ));
        }
    }
    if columns.len() != table.columns.len() {
        return None;
    }
    let key = table
        .key
        .iter()
        .filter_map(|name| table.place(name))
        .collect();
    Some(TablePlan {
        definition: table.clone(),
        resource: resource.clone(),
        columns,
        key,
    })
}

fn fit_column(
    table: &TableDefinition,
    column: &Column,
    field: &PackageField,
    place: usize,
) -> Result<ColumnPlan, Fault> {
    if !fits(column.kind, field.declared) {
        let expected = format!("a type that fits {} ({})", column.name, types(column.kind));
        return Err(
            Fault::of_file(format!("{}/type", field.place), "type", expected)
                .quoting(&format!("{:?}", field.declared).to_lowercase()),
        );
    }
    let mut format = field.format.clone();
    if field.declared != Declared::Date {
        format.date = DateForms::ByShape;
    }
    let required = !column.nullable || field.required;
    Ok(ColumnPlan {
        column: column.clone(),
        place,
        format,
        required,
        longest: longest(table, column),
    })
}

/// Most bytes that a text of `column` may have, if a key or an index holds it: what PostgreSQL cannot index is a fault of the row, and
/// no failure of the load when its rows are in.
fn longest(table: &TableDefinition, column: &Column) -> Option<usize> {
    if column.kind != Kind::Text {
        return None;
    }
    let indexes = table.indexes.iter().map(|index| &index.columns);
    let most = std::iter::once(&table.key)
        .chain(indexes)
        .filter(|columns| columns.contains(&column.name))
        .map(|columns| texts(table, columns))
        .max()?;
    Some(LONGEST_INDEXED.min(LONGEST_INDEX_ROW / most.max(1)))
}

/// How many of these columns hold text.
fn texts(table: &TableDefinition, columns: &[&str]) -> usize {
    let is_one = |column: &&Column| column.kind == Kind::Text && columns.contains(&column.name);
    table.columns.iter().filter(is_one).count()
}

/// Text and `any` fit every column, because exporters that guess types from a first row guess text; the rules of the column
/// itself decide then.
fn fits(kind: Kind, declared: Declared) -> bool {
    match declared {
        Declared::Text | Declared::Any => true,
        Declared::Integer | Declared::Year => {
            matches!(kind, Kind::Integer | Kind::BigInteger | Kind::Decimal)
        }
        Declared::Number => kind == Kind::Decimal,
        Declared::Boolean => kind == Kind::Boolean,
        Declared::Date => kind == Kind::Date,
        Declared::Instant => kind == Kind::Timestamp,
    }
}

fn types(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Integer | Kind::BigInteger => "integer, year or string",
        Kind::Boolean => "boolean or string",
        Kind::Date => "date or string",
        Kind::Decimal => "number, integer or string",
        Kind::Timestamp => "datetime or string",
    }
}
