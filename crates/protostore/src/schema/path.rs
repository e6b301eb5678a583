//! The fields of a record by their paths: what a filter, a mask or an order as text is resolved against.

use super::{Behaviors, Child, Column, Role, Table};

/// A field of a record, or of a message in it, and where it is stored.
///
/// ```
/// # use protostore::Table;
/// /// Says which field of a table may be sorted by.
/// fn sorts(table: &'static Table, path: &str) -> bool {
///     table.path(path).is_some_and(|field| field.child.is_none() && field.column.is_some())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FieldPath {
    /// The path of the field from the record, `root_drive.image_path`.
    pub field: &'static str,
    /// The same in numbers, `[6, 2]`.
    pub numbers: &'static [u32],
    /// The column with the value, or that says whether the message is set. None for a list or map of messages, and for a
    /// message in a table of its own.
    pub column: Option<&'static Column>,
    /// The child table that the column belongs to, or whose rows are the field; none for the record's own row.
    pub child: Option<&'static Child>,
}

impl FieldPath {
    /// Returns who writes and reads the field.
    #[must_use]
    pub fn behaviors(&self) -> Behaviors {
        let whole = self.child.filter(|child| child.field == self.field).map(|child| child.behaviors);
        whole.or_else(|| Some(self.column?.behaviors)).unwrap_or(Behaviors::NONE)
    }
}

impl Table {
    /// Returns the fields of the record that are stored, at every depth: the columns of its row, and then each child table
    /// with its own. A message that is stored as one value is one field.
    pub fn paths(&'static self) -> impl Iterator<Item = FieldPath> {
        let own = self.layout.columns.iter().filter(|column| is_field(column));
        let own = own.map(|column| FieldPath::of(column, None));
        own.chain(self.children.iter().flat_map(|child| child.paths()))
    }

    /// Returns the field of a path as a proto file has it, `root_drive.image_path`: its names, separated by dots.
    #[must_use]
    pub fn path(&'static self, field: &str) -> Option<FieldPath> {
        self.paths().find(|path| path.field == field)
    }

    /// Returns the field of a path in numbers.
    #[must_use]
    pub fn path_of_numbers(&'static self, numbers: &[u32]) -> Option<FieldPath> {
        self.paths().find(|path| path.numbers == numbers)
    }
}

impl Child {
    /// Returns the field that the rows are, and the fields of an element.
    fn paths(&'static self) -> impl Iterator<Item = FieldPath> {
        let is_value = |column: &&'static Column| is_field(column) && column.field == self.field;
        let column = self.layout.columns.iter().find(is_value);
        let whole = FieldPath { field: self.field, numbers: self.path, column, child: Some(self) };
        let inside = self.layout.columns.iter().skip(self.key).filter(|column| is_field(column));
        let inside = inside.filter(|column| column.field != self.field);
        std::iter::once(whole).chain(inside.map(|column| FieldPath::of(column, Some(self))))
    }
}

impl FieldPath {
    const fn of(column: &'static Column, child: Option<&'static Child>) -> Self {
        Self { field: column.field, numbers: column.path, column: Some(column), child }
    }
}

const fn is_field(column: &Column) -> bool {
    matches!(column.role, Role::Value | Role::Presence)
}
