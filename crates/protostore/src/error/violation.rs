//! A broken constraint as the engine reports it, and what it means by the layout of the table.

use std::borrow::Cow;

use super::{Error, Kind};
use crate::schema::{Constraint, ForeignKey, Layout, Recursion};

/// What the engine said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A unique index or primary key, by its columns.
    Unique {
        /// The table.
        table: String,
        /// The columns, in the index's order.
        columns: Vec<String>,
    },
    /// A unique index or primary key, by its name: a server knows no more, and SQLite of an index over expressions.
    UniqueIndex(String),
    /// A column that cannot be NULL.
    NotNull {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A CHECK, by its name.
    Check(String),
    /// A value whose storage class the column does not take.
    Datatype {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A value that never changes, by its column.
    Immutable {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A table whose rows never change.
    AppendOnly {
        /// The table of the record.
        table: String,
    },
    /// Some foreign key: SQLite does not say which, so the session is asked afterwards.
    ForeignKey,
    /// A foreign key, by its name.
    Reference(String),
    /// Deletes that follow one another deeper than the engine goes.
    TooDeep,
}

impl Violation {
    /// Says whether a counter would go beyond the largest number, where SQLite goes on with a real one.
    pub(crate) fn is_end_of_counter(&self) -> bool {
        matches!(self, Self::Datatype { table, column } if table == "protostore__sequences" && column == "last")
    }

    /// Turns the violation into an error that names table, field and constraint.
    #[cold]
    pub(crate) fn explain(self, layout: &'static Layout) -> Error {
        match self {
            Self::Unique { table, columns } if columns == ["_singleton"] => {
                Error::new(Kind::AlreadyExists, "has its only record already")
                    .by_constraint(format!("{table}._singleton"))
                    .in_table(table)
            }
            Self::Unique { table, columns } => {
                let constraint = columns.iter().map(|c| format!("{table}.{c}")).collect::<Vec<_>>().join(", ");
                let fields = columns.iter().map(|c| field(layout, &table, c)).collect::<Vec<_>>().join(", ");
                Error::new(Kind::AlreadyExists, "is taken by another record")
                    .at(fields)
                    .in_table(record(layout, table))
                    .by_constraint(constraint)
            }
            Self::UniqueIndex(name) => match layout.unique(&name) {
                Some(unique) => {
                    let columns = unique.columns.iter().map(|column| (*column).to_owned()).collect();
                    Self::Unique { table: layout.name.to_owned(), columns }.explain(layout)
                }
                None => Error::new(Kind::AlreadyExists, format!("is taken by another record, by index {name}"))
                    .in_table(layout.record)
                    .by_constraint(name),
            },
            Self::NotNull { table, column } => {
                Error::missing(field(layout, &table, &column)).in_table(record(layout, table)).by_constraint(column)
            }
            Self::Check(name) => match layout.checks.iter().find(|check| check.name == name) {
                Some(check) if check.field.is_empty() => Error::new(Kind::Invalid, check.says).in_table(layout.record),
                Some(check) => Error::invalid(check.field, check.says).in_table(layout.record),
                None => Error::new(Kind::Invalid, format!("breaks the constraint {name}")).in_table(layout.record),
            }
            .by_constraint(name),
            // A trigger took a number, for the revision of a record that the statement changes as well.
            end if end.is_end_of_counter() => {
                Error::new(Kind::OutOfRange, "a record that it changes has no revision left").in_table(layout.record)
            }
            Self::Datatype { table, column } => {
                Error::invalid(field(layout, &table, &column), "is of a type that the column does not store")
                    .in_table(record(layout, table))
                    .by_constraint(column)
            }
            Self::Immutable { table, column } => {
                Error::invalid(field(layout, &table, &column), "is immutable, and has another value")
                    .in_table(record(layout, table))
                    .by_constraint(column)
            }
            Self::AppendOnly { table } => {
                Error::new(Kind::Precondition, "is append-only, so that its records never change").in_table(table)
            }
            Self::TooDeep => too_deep().in_table(layout.record),
            Self::Reference(name) => match layout.constraint(&name) {
                Some(Constraint::Reference(key)) => missing(layout, key),
                _ => Self::ForeignKey.explain(layout).by_constraint(name),
            },
            Self::ForeignKey => {
                Error::new(Kind::Reference, "refers to a record that does not exist, or another record refers to it")
                    .in_table(layout.record)
            }
        }
    }
}

/// Says that a row names another that is not there.
#[cold]
pub(crate) fn missing(layout: &Layout, key: &ForeignKey) -> Error {
    Error::new(Kind::Reference, format!("refers to a record of {} that does not exist", key.table))
        .in_table(layout.record)
        .at(key.field)
        .by_constraint(key.columns.join(", "))
}

/// Says that a delete would go on for longer than the engine follows it.
#[cold]
pub(crate) fn too_deep() -> Error {
    let why = format!(
        "a delete goes by CASCADE through no more than {} records one behind another: delete those at the other end first",
        Recursion::DEEPEST
    );
    Error::new(Kind::Precondition, why)
}

/// Returns the table of the record that a row belongs to; another table, which a cascade reached, is returned as it is.
fn record(layout: &Layout, table: String) -> Cow<'static, str> {
    if table == layout.name { layout.record.into() } else { table.into() }
}

/// Returns the field of a column; a column of another table, which a cascade reached, stands for itself.
fn field(layout: &Layout, table: &str, column: &str) -> String {
    let known = layout.columns.iter().find(|c| table == layout.name && c.name == column);
    known.map_or(column, |c| c.field).to_owned()
}
