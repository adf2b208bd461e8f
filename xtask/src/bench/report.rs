//! What a bench found: printed as a table, written as JSON and as a chart.

use std::fmt;
use std::fs;
use std::path::Path;

use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use super::chart;
use super::machine::Machine;
use super::rounds::Series;
use crate::Failure;

/// A figure that every contestant has, or may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) digits: usize,
}

impl Column {
    pub(crate) const fn new(key: &'static str, title: &'static str, digits: usize) -> Self {
        Self { key, title, digits }
    }
}

/// What the project wants of a ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

impl Aim {
    fn json(self) -> Value {
        match self {
            Self::AtLeast(aim) => json!({"at_least": aim}),
            Self::AtMost(aim) => json!({"at_most": aim}),
        }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(aim) => write!(out, "at least {aim}"),
            Self::AtMost(aim) => write!(out, "at most {aim}"),
        }
    }
}

/// One contestant's median over another's.
#[derive(Debug, Clone)]
pub(crate) struct Ratio {
    /// Key of the column that is compared.
    pub(crate) column: &'static str,
    pub(crate) of: String,
    pub(crate) to: String,
    /// Where the project has set itself an aim.
    pub(crate) aim: Option<Aim>,
}

/// What a bench found.
#[derive(Debug)]
pub(crate) struct Report {
    /// Of the files.
    pub(crate) name: &'static str,
    pub(crate) title: String,
    /// The first column is what is drawn.
    pub(crate) columns: Vec<Column>,
    pub(crate) series: Vec<Series>,
    pub(crate) ratios: Vec<Ratio>,
}

impl Report {
    fn series(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.name == name)
    }

    fn ratio(&self, ratio: &Ratio) -> Option<f64> {
        let median = |name| self.series(name)?.median(ratio.column);
        Some(median(&ratio.of)? / median(&ratio.to)?)
    }

    /// Writes `NAME.json` and `NAME.svg` into the folder.
    pub(crate) fn write(&self, folder: &Path, machine: &Machine) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        let json = serde_json::to_string_pretty(&self.json(machine)?)?;
        fs::write(folder.join(self.name).with_extension("json"), json + "\n")?;
        let chart = self.columns.first().map(|column| {
            let bars: Vec<(&str, f64)> = self
                .series
                .iter()
                .filter_map(|series| Some((series.name.as_str(), series.median(column.key)?)))
                .collect();
            chart::bars(
                &format!("{}: {}", self.title, column.title),
                &bars,
                &machine.line(),
            )
        });
        fs::write(
            folder.join(self.name).with_extension("svg"),
            chart.unwrap_or_default(),
        )?;
        Ok(())
    }

    fn json(&self, machine: &Machine) -> Result<Value, Failure> {
        let series = self.series.iter().map(|series| {
            let medians = self.columns.iter().filter_map(|column| Some((column.key, series.median(column.key)?)));
            json!({
                "name": series.name,
                "medians": medians.map(|(key, value)| (key.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
                "runs": series.runs,
            })
        });
        let ratios = self.ratios.iter().map(|ratio| {
            json!({"column": ratio.column, "of": ratio.of, "to": ratio.to, "ratio": self.ratio(ratio), "aim": ratio.aim.map(Aim::json)})
        });
        Ok(json!({
            "bench": self.name,
            "title": self.title,
            "machine": serde_json::to_value(machine)?,
            "columns": self.columns.iter().map(|column| (column.key.to_owned(), json!(column.title))).collect::<serde_json::Map<_, _>>(),
            "series": series.collect::<Vec<_>>(),
            "ratios": ratios.collect::<Vec<_>>(),
        }))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.title)?;
        let mut table = Table::new();
        table.load_style(comfy_table::presets::ASCII_MARKDOWN);
        table.set_header(
            [""].into_iter()
                .chain(self.columns.iter().map(|column| column.title)),
        );
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for series in &self.series {
            let figures = self.columns.iter().map(|column| {
                let median = series.median(column.key);
                median.map_or_else(String::new, |median| format!("{median:.*}", column.digits))
            });
            table.add_row([series.name.clone()].into_iter().chain(figures));
        }
        writeln!(out, "{table}")?;
        for ratio in &self.ratios {
            let found = self
                .ratio(ratio)
                .map_or_else(|| "?".to_owned(), |found| format!("{found:.2}"));
            let aim = ratio
                .aim
                .map_or_else(String::new, |aim| format!(" (aim: {aim})"));
            let column = self
                .columns
                .iter()
                .find(|column| column.key == ratio.column);
            let title = column.map_or(ratio.column, |column| column.title);
            writeln!(out, "{title}: {} : {} = {found} ×{aim}", ratio.of, ratio.to)?;
        }
        Ok(())
    }
}
