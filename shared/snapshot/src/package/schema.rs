//! The table schema of a resource (Frictionless Table Schema).

use crate::fault::{Fault, Faults};
use crate::field::{DateForms, Format};
use crate::package::node::Node;

/// What a package says about the columns of one resource.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Columns in the order of the file.
    pub fields: Vec<PackageField>,
    /// Columns of the key, if the package names them.
    pub primary_key: Option<Vec<String>>,
    /// Texts that mean "no value".
    pub missing_values: Vec<String>,
    /// Where the schema stands in `datapackage.json`.
    pub(crate) place: String,
}

impl Schema {
    /// Whether `text` means "no value". Asked of every cell, most of which are empty or of another length.
    pub(crate) fn is_missing(&self, text: &str) -> bool {
        let mut values = self.missing_values.iter();
        values.any(|value| value.len() == text.len() && (text.is_empty() || value == text))
    }
}

/// One column as the package declares it.
#[derive(Debug, Clone)]
pub struct PackageField {
    /// Name in the header.
    pub name: String,
    /// Declared type.
    pub declared: Declared,
    /// How its values are written.
    pub format: Format,
    /// Whether the package promises that no value is missing.
    pub required: bool,
    /// Where the field stands in `datapackage.json`.
    pub(crate) place: String,
}

/// The types of Table Schema that a column here can be declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Declared {
    /// `string`
    Text,
    /// `integer`
    Integer,
    /// `year`
    Year,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
    /// `date`
    Date,
    /// `datetime`
    Instant,
    /// `any`
    Any,
}

/// Types of Table Schema that no column of the 18 systems has.
const OTHER_TYPES: [&str; 7] = [
    "object",
    "array",
    "time",
    "yearmonth",
    "duration",
    "geopoint",
    "geojson",
];

/// Reads `schema`.
pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Schema {
    let mut schema = Schema {
        place: node.place(),
        missing_values: vec![String::new()],
        ..Schema::default()
    };
    if let Err(fault) = fill(node, &mut schema, faults) {
        faults.push(fault);
    }
    schema
}

fn fill(node: &Node<'_>, schema: &mut Schema, faults: &mut Faults) -> Result<(), Fault> {
    if let Some(missing) = node.get("missingValues") {
        schema.missing_values = missing.texts()?;
    }
    if let Some(key) = node.get("primaryKey") {
        schema.primary_key = Some(key.texts()?);
    }
    for item in node.require("fields")?.items()? {
        match field(&item) {
            Ok(field) if schema.fields.iter().any(|other| other.name == field.name) => {
                faults.push(
                    Fault::of_file(field.place, "field", "every field once").quoting(&field.name),
                );
            }
            Ok(field) => schema.fields.push(field),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(())
}

fn field(node: &Node<'_>) -> Result<PackageField, Fault> {
    let name = node.require("name")?.text()?.to_owned();
    let declared = match node.get("type") {
        None => Declared::Text,
        Some(member) => declared(&member)?,
    };
    let mut field = PackageField {
        name,
        declared,
        format: Format::default(),
        required: false,
        place: node.place(),
    };
    if declared == Declared::Date {
        field.format.date = DateForms::Western;
    }
    if let Some(format) = node.get("format") {
        read_format(&format, &mut field)?;
    }
    if let Some(texts) = node.get("trueValues") {
        field.format.true_values = texts.texts()?;
    }
    if let Some(texts) = node.get("falseValues") {
        field.format.false_values = texts.texts()?;
    }
    if let Some(constraints) = node.get("constraints") {
        field.required = required(&constraints)?;
    }
    plain_numbers(node)?;
    Ok(field)
}

fn declared(member: &Node<'_>) -> Result<Declared, Fault> {
    Ok(match member.text()? {
        "string" => Declared::Text,
        "integer" => Declared::Integer,
        "year" => Declared::Year,
        "number" => Declared::Number,
        "boolean" => Declared::Boolean,
        "date" => Declared::Date,
        "datetime" => Declared::Instant,
        "any" => Declared::Any,
        other if OTHER_TYPES.contains(&other) => {
            return Err(member.fault("type", "a type that a column of this system can have"));
        }
        _ => {
            return Err(member.fault(
                "type",
                "string, integer, year, number, boolean, date, datetime or any",
            ));
        }
    })
}

fn read_format(member: &Node<'_>, field: &mut PackageField) -> Result<(), Fault> {
    let format = member.text()?;
    match field.declared {
        Declared::Date => {
            field.format.date = match format {
                "default" => DateForms::Western,
                "any" => DateForms::ByShape,
                "roc" => DateForms::Roc,
                "%Y-%m-%d" => DateForms::Iso,
                "%Y%m%d" => DateForms::Compact,
                _ => return Err(member.fault("format", "default, any, roc, %Y-%m-%d or %Y%m%d")),
            };
            Ok(())
        }
        // The texts themselves are what is stored; these formats only say what they look like.
        Declared::Text if matches!(format, "default" | "email" | "uri" | "uuid") => Ok(()),
        Declared::Text => Err(member.fault("format", "default, email, uri or uuid")),
        _ if format == "default" => Ok(()),
        _ => Err(member.fault("format", "default")),
    }
}

/// A promise that is not checked is worth nothing, so only the one that is checked is accepted.
fn required(constraints: &Node<'_>) -> Result<bool, Fault> {
    let mut required = false;
    for (name, member) in constraints.members()? {
        if name != "required" {
            return Err(member.fault(
                "constraint",
                "no such constraint: only `required` is supported",
            ));
        }
        required = member.flag()?;
    }
    Ok(required)
}

/// Numbers are written with a point and nothing else.
fn plain_numbers(node: &Node<'_>) -> Result<(), Fault> {
    for (name, fits) in [("decimalChar", "."), ("groupChar", "")] {
        if let Some(member) = node.get(name)
            && member.text()? != fits
        {
            return Err(member.fault("format", format!("`{fits}`: nothing else is supported")));
        }
    }
    match node.get("bareNumber") {
        Some(member) if !member.flag()? => {
            Err(member.fault("format", "true: nothing else is supported"))
        }
        _ => Ok(()),
    }
}
