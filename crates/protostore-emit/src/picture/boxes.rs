//! The boxes of a picture: a table with as many of its columns as can be read.

use protostore_schema::{Column, Schema, Table};

use super::layout::Size;
use crate::page::type_name;

/// Lines that a box has at most: keys and references, and as many others as there is room for.
const ROWS: usize = 14;
/// Height of a line.
pub(super) const ROW: i32 = 18;
/// Height of a box's head.
pub(super) const HEAD: i32 = 26;
/// Space at the left and at the right.
pub(super) const PAD: i32 = 10;
/// Space between the name of a column and its type.
const BETWEEN: i32 = 18;

/// A table of the picture.
pub(super) struct TableBox<'s> {
    /// SQL name.
    pub(super) name: &'s str,
    /// SQL name of the table whose records it is a part of; its own where it has records itself.
    pub(super) record: &'s str,
    /// What is said of the table, its first sentence.
    pub(super) docs: String,
    pub(super) rows: Vec<Row<'s>>,
    /// How many columns are left out.
    pub(super) more: usize,
}

/// A column in a box.
pub(super) struct Row<'s> {
    pub(super) name: &'s str,
    pub(super) ty: String,
    /// `PK`, `FK`, both, or nothing.
    pub(super) mark: &'static str,
    pub(super) is_key: bool,
    pub(super) docs: String,
}

/// Returns the boxes of a schema: each table, and behind it its child tables.
pub(super) fn of(schema: &Schema) -> Vec<TableBox<'_>> {
    let of_table = |table| {
        let table: &Table = table;
        let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
        let composite = |column: &Column| table.foreign_keys.iter().any(|key| key.columns.contains(&column.name.sql));
        let key: Vec<&str> = table.key.iter().map(String::as_str).collect();
        let record = table.name.sql.as_str();
        let own = table_box((record, record), crate::page::sentence(docs), table.all_columns(), &key, &composite);
        let children = table.descendants().into_iter().map(move |child| {
            let key: Vec<&str> = child.key_columns().into_iter().map(|c| c.name.sql.as_str()).collect();
            let composite =
                |column: &Column| child.foreign_keys.iter().any(|key| key.columns.contains(&column.name.sql));
            let names = (child.name.sql.as_str(), record);
            table_box(names, crate::page::sentence(&child.docs), child.columns(), &key, &composite)
        });
        std::iter::once(own).chain(children).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

fn table_box<'s>(
    (name, record): (&'s str, &'s str),
    docs: String,
    columns: Vec<&'s Column>,
    key: &[&str],
    composite: &dyn Fn(&Column) -> bool,
) -> TableBox<'s> {
    let all: Vec<Row<'s>> = columns
        .into_iter()
        .map(|column| {
            let is_key = key.contains(&column.name.sql.as_str());
            let mark = match (is_key, column.reference.is_some() || composite(column)) {
                (true, true) => "PK FK",
                (true, false) => "PK",
                (false, true) => "FK",
                (false, false) => "",
            };
            let null = if column.nullable { "?" } else { "" };
            let ty = format!("{}{null}", type_name(&column.ty));
            Row { name: &column.name.sql, ty, mark, is_key, docs: crate::page::sentence(&column.docs) }
        })
        .collect();
    let marked = all.iter().filter(|row| !row.mark.is_empty()).count();
    let total = all.len();
    // A line that only says that one column is missing takes as much room as the column.
    let mut room = if total <= ROWS + 1 { total } else { ROWS.saturating_sub(marked) };
    let mut shown = |row: &Row<'_>| {
        let is_shown = !row.mark.is_empty() || room > 0;
        room -= usize::from(row.mark.is_empty() && is_shown);
        is_shown
    };
    let rows: Vec<Row<'s>> = all.into_iter().filter(|row| shown(row)).collect();
    let more = total - rows.len();
    TableBox { name, record, docs, rows, more }
}

impl TableBox<'_> {
    /// Returns whether its rows are records, and not parts of one.
    pub(super) fn is_record(&self) -> bool {
        self.name == self.record
    }

    /// Returns the size of the box.
    pub(super) fn size(&self) -> Size {
        let widest = self.rows.iter().map(|row| width(row.name) + BETWEEN + width(&row.ty)).max().unwrap_or(0);
        let lines = self.rows.len() + usize::from(self.more > 0);
        Size {
            width: (2 * PAD + self.marks() + widest).max(2 * PAD + width(self.name) * 13 / 12).max(120),
            height: HEAD + ROW * i32::try_from(lines).expect("a box has few lines") + 4,
        }
    }

    /// Returns the width of the marks before the names.
    pub(super) fn marks(&self) -> i32 {
        self.rows.iter().map(|row| row.mark.len()).max().filter(|most| *most > 0).map_or(0, |most| chars(most) + 6)
    }

    /// Returns where the line of a column is, from the top of the box; of one that is left out, the head.
    pub(super) fn row_of(&self, column: &str) -> i32 {
        self.rows.iter().position(|row| row.name == column).map_or(HEAD / 2, middle)
    }

    /// Returns where the line of the first column of the key is.
    pub(super) fn key_row(&self) -> i32 {
        self.rows.iter().position(|row| row.is_key).map_or(HEAD / 2, middle)
    }
}

fn middle(row: usize) -> i32 {
    HEAD + ROW * i32::try_from(row).expect("a box has few lines") + ROW / 2
}

/// Returns the width of text in a font whose characters have one width, 0.6 of their height of 12.
pub(super) fn width(text: &str) -> i32 {
    chars(text.chars().count())
}

fn chars(number: usize) -> i32 {
    i32::try_from(number * 723 / 100).expect("a name is short") + 1
}
