//! What the operator reads at the end: tables, lists of faults, JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use ::snapshot::{Faults, Snapshot, TableCount, acts_on_terminals, shown};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::outcome::Failure;

/// Writes to standard output. A reader that has gone away is no failure of the command.
pub(crate) fn out(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(error)),
        _ => Ok(()),
    }
}

/// Writes JSON to standard output.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::failed)?;
    out(&escaped(&text))
}

/// JSON whose texts hold nothing that a terminal would act on. Outside of texts only the ends of lines do.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && acts_on_terminals(character) {
            // All of them lie in the basic plane, so one escape is enough.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// Shows the faults of a package.
pub(crate) fn faulty(faults: &Faults, as_json: bool) -> Failure {
    let shown = if as_json {
        json(&serde_json::json!({ "outcome": "faults", "faults": faults }))
    } else {
        out(&faults.to_string())
    };
    match shown {
        Err(failure) => failure,
        Ok(()) => Failure::failed(format!("the package has {} fault(s); nothing was changed", faults.total))
            .next("have the agency export it again, or load its good rows with --quarantine if rows are all that is wrong"),
    }
}

/// Writes the rows by table, and which tables were left out, to standard output.
pub(crate) fn tables(tables: &[TableCount]) -> Result<(), Failure> {
    out(&counts(tables).to_string())?;
    absent(tables).map_or(Ok(()), |words| out(&words))
}

fn counts(tables: &[TableCount]) -> Table {
    let mut table = plain(&["table", "rows", "put aside"]);
    for count in tables {
        table.add_row([
            count.name.clone(),
            count.rows.to_string(),
            count.rows_quarantined.to_string(),
        ]);
    }
    align_right(&mut table, &[1, 2]);
    table
}

/// Snapshots, one a line.
pub(crate) fn snapshots(snapshots: &[Snapshot]) -> Table {
    let mut table = plain(&[
        "state",
        "system",
        "id",
        "taken at",
        "sequence",
        "rows",
        "put aside",
        "agency",
        "signature",
        "place",
    ]);
    for snapshot in snapshots {
        table.add_row([
            snapshot.state.to_string(),
            snapshot.system.clone(),
            snapshot.id.to_string(),
            snapshot
                .taken_at
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            snapshot.sequence.to_string(),
            snapshot.rows.to_string(),
            snapshot.rows_quarantined.to_string(),
            shown(&snapshot.agency).into_owned(),
            if snapshot.unsigned.is_some() {
                "none believed"
            } else {
                "good"
            }
            .to_owned(),
            snapshot.place.clone(),
        ]);
    }
    align_right(&mut table, &[4, 5, 6]);
    table
}

/// Which tables the package left out, if any.
fn absent(tables: &[TableCount]) -> Option<String> {
    let absent = tables.iter().filter(|table| table.absent);
    let names: Vec<&str> = absent.map(|table| table.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("not in the package, so empty: {}", names.join(", ")))
}

fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(header.iter().copied());
    table
}

fn align_right(table: &mut Table, columns: &[usize]) {
    for at in columns {
        if let Some(column) = table.column_mut(*at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

#[cfg(test)]
mod tests {
    use ::snapshot::TableCount;

    use super::{absent, escaped};

    #[test]
    fn json_holds_nothing_that_a_terminal_acts_on_and_means_the_same() {
        let value = serde_json::json!({ "agency": "a\u{1b}[31m\u{9b}\u{202e}\n戶政司" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains(r"a\u001b[31m\u009b\u202e\n戶政司"), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, value);
    }

    #[test]
    fn tables_that_the_package_left_out_are_named() {
        let table = |name: &str, absent| TableCount {
            name: name.to_owned(),
            rows: 0,
            rows_quarantined: 0,
            absent,
        };
        let there = [table("person", false)];
        assert_eq!(absent(&there), None);
        let some = [
            table("person", false),
            table("remark", true),
            table("seal", true),
        ];
        let words = "not in the package, so empty: remark, seal";
        assert_eq!(absent(&some).as_deref(), Some(words));
    }
}
