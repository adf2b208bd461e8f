//! What the operator reads at the end of a restore.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use vault::restore::{Restored, Size};

use super::progress::warn;
use crate::outcome::{Failure, say, say_json};

pub(super) fn tell(restored: &Restored, to: &str, json: bool) -> Result<(), Failure> {
    if json {
        say_json(restored)?;
        return Ok(());
    }
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["restored", "system", "files", "rows", "bytes"]);
    for source in &restored.sources {
        table.add_row([
            source.name.clone(),
            source.system.clone().unwrap_or_default(),
            source.files.to_string(),
            source.rows.to_string(),
            source.bytes.to_string(),
        ]);
    }
    for at in 2..5 {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    say(format_args!("{table}"));
    let place = match to.split_once("://") {
        // A URL may hold a password.
        Some((scheme, _)) => format!("the {scheme} database"),
        None => to.to_owned(),
    };
    say(format_args!(
        "backup {} of {} is in {place}: every byte proved, {} fetched in {:.1} s",
        restored.sequence,
        restored.taken_at.format("%Y-%m-%d %H:%M UTC"),
        Size(restored.fetched),
        restored.seconds
    ));
    for blame in &restored.blames {
        warn(&format!(
            "{blame} (the data is good all the same; `lifeboat backup repair` heals it)"
        ));
    }
    Ok(())
}
