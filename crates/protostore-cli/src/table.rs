//! Rows as aligned columns, or as a line for each value where they are too wide.

use unicode_width::UnicodeWidthStr as _;

use crate::args::Expanded;
use crate::failure::Failure;
use crate::output::{Output, Style, escaped};

/// A cell: its text, or nothing for NULL.
pub(crate) type Cell = Option<String>;

/// What a cell without a value shows.
const NULL: &str = "NULL";

/// A table that is printed when all of its rows are known.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<String>,
    /// Whether a column holds numbers, which end below one another; none where it has no value.
    numbers: Vec<Option<bool>>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns: Vec<String> = columns.into_iter().map(|name| escaped(&name.into())).collect();
        Self { numbers: vec![None; columns.len()], columns, rows: Vec::new() }
    }

    /// Adds a row, which has a cell for each column.
    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        let row: Vec<Cell> = row.into_iter().map(|cell| cell.map(|text| escaped(&text))).collect();
        for (numbers, cell) in self.numbers.iter_mut().zip(&row) {
            if let Some(text) = cell {
                *numbers = Some(numbers.unwrap_or(true) && text.parse::<f64>().is_ok());
            }
        }
        self.rows.push(row);
    }

    /// Prints all rows.
    pub(crate) fn print(&self, expanded: Expanded, out: &mut Output) -> Result<(), Failure> {
        let widths = self.widths();
        let total = widths.iter().sum::<usize>() + 3 * widths.len().saturating_sub(1);
        let expands = match expanded {
            Expanded::On => true,
            Expanded::Off => false,
            Expanded::Auto => out.width().is_some_and(|width| total > width),
        };
        if expands { self.print_expanded(out) } else { self.print_aligned(&widths, out) }
    }

    fn widths(&self) -> Vec<usize> {
        let cell = |at: usize| self.rows.iter().map(move |row| row[at].as_deref().unwrap_or(NULL).width());
        let columns = self.columns.iter().enumerate();
        columns.map(|(at, name)| cell(at).chain([name.width()]).max().unwrap_or_default()).collect()
    }

    fn print_aligned(&self, widths: &[usize], out: &mut Output) -> Result<(), Failure> {
        let last = widths.len().saturating_sub(1);
        let mut heading = Vec::new();
        for (at, (name, width)) in self.columns.iter().zip(widths).enumerate() {
            let pad = if at == last { 0 } else { width - name.width() };
            heading.push(format!("{}{}", out.styled(Style::Heading, name), " ".repeat(pad)));
        }
        out.line(&heading.join(" | "))?;
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        out.line(&out.styled(Style::Dim, &rule.join("-+-")))?;
        for row in &self.rows {
            let mut cells = Vec::new();
            for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
                let pad = " ".repeat(width - cell.as_deref().unwrap_or(NULL).width());
                let text = cell.clone().unwrap_or_else(|| out.styled(Style::Dim, NULL));
                cells.push(match (self.numbers[at] == Some(true), at == last) {
                    (true, _) => format!("{pad}{text}"),
                    (false, true) => text,
                    (false, false) => format!("{text}{pad}"),
                });
            }
            out.line(&cells.join(" | "))?;
        }
        Ok(())
    }

    fn print_expanded(&self, out: &mut Output) -> Result<(), Failure> {
        for (at, row) in self.rows.iter().enumerate() {
            let lines = self.columns.iter().cloned().zip(row.iter().cloned());
            print_lines(&format!("record {}", at + 1), lines, out)?;
        }
        Ok(())
    }
}

/// Prints one record, a line for each of its values.
pub(crate) fn print_lines(
    heading: &str,
    lines: impl IntoIterator<Item = (String, Cell)>,
    out: &mut Output,
) -> Result<(), Failure> {
    let lines: Vec<(String, Cell)> = lines.into_iter().map(|(name, cell)| (escaped(&name), cell)).collect();
    let width = lines.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    out.line(&out.styled(Style::Dim, &format!("-[ {heading} ]-")))?;
    for (name, cell) in lines {
        let pad = " ".repeat(width - name.width());
        let text = cell.map_or_else(|| out.styled(Style::Dim, NULL), |text| escaped(&text));
        out.line(&format!("{}{pad} | {text}", out.styled(Style::Heading, &name)))?;
    }
    Ok(())
}
