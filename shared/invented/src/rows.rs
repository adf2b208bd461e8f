//! Rows of a table as an agency would export them.

use std::collections::BTreeMap;

use snapshot::Table;

/// The rows of one table, in the column order of its definition and sorted by its key.
#[derive(Debug)]
pub struct Rows {
    /// The table's name.
    pub table: &'static str,
    /// The cells of each row; an empty cell is a missing value.
    pub cells: Vec<Vec<String>>,
}

impl Rows {
    /// The rows of a table's own type. Of several with the same key the last one stays.
    pub fn of<M: Table>(models: impl IntoIterator<Item = M>) -> Self {
        let definition = M::definition();
        let key: Vec<usize> = definition
            .key
            .iter()
            .filter_map(|name| definition.place(name))
            .collect();
        let rows: BTreeMap<Vec<String>, Vec<String>> = models
            .into_iter()
            .map(|model| {
                let cells = model.cells();
                (key.iter().map(|&at| cells[at].clone()).collect(), cells)
            })
            .collect();
        Self {
            table: definition.name,
            cells: rows.into_values().collect(),
        }
    }
}
