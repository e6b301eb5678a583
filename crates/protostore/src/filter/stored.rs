//! What a column says, as expressions: its value, and whether it is set.

use std::borrow::Cow;

use protostore_sql::{Arm, Column, Expr, Lit, Name, Qualifier, Select};

use super::column::{Holds, Nil, Place};
use crate::value::Kept;

/// The alias of the table of a member in rows of its own.
const ROW: &str = "m";

/// Returns a column of the table of an alias.
pub(super) fn column(table: &Name<'static>, name: &'static str) -> Expr<'static> {
    Expr::Column(Column { of: Qualifier::Alias(table.clone()), name: name.into() })
}

/// Returns the value of a column: NULL where it is not set.
pub(super) fn value_of(table: &Name<'static>, place: &Place) -> Expr<'static> {
    let value = column(table, place.column);
    match place.holds {
        Holds::Value | Holds::Message | Holds::Oneof(..) | Holds::Row => value,
        Holds::Zero { nil, within: None } => value.coalesce(nil.lit()),
        Holds::Zero { nil, within: Some(message) } => {
            Expr::Case(None, vec![Arm(column(table, message), value.coalesce(nil.lit()))], None)
        }
    }
}

/// Returns the condition that a column is set.
pub(super) fn is_set(table: &Name<'static>, place: &Place) -> Expr<'static> {
    let is_true = |name| Expr::IsTrue(Box::new(column(table, name)));
    match place.holds {
        Holds::Value | Holds::Zero { .. } => value_of(table, place).not_null(),
        Holds::Message => is_true(place.column),
        Holds::Row => Expr::Const(true),
        Holds::Oneof(members, rows) => {
            let members = members.iter().map(|(name, is_message)| match is_message {
                true => is_true(name),
                false => column(table, name).not_null(),
            });
            let rows = rows.iter().map(|(child, ties)| {
                let ties = ties.iter().map(|(own, around)| Expr::of(ROW, *own).equals(column(table, around)));
                Select::of(child.layout.name, ROW, [Expr::int(1)]).rows(ties).exists()
            });
            Expr::any(members.chain(rows))
        }
    }
}

/// Returns the condition that a column is not set.
pub(super) fn is_unset(table: &Name<'static>, place: &Place) -> Expr<'static> {
    match place.holds {
        // Without an expression around the column, an index serves.
        Holds::Value | Holds::Zero { .. } => value_of(table, place).is_null(),
        Holds::Message | Holds::Row | Holds::Oneof(..) => is_set(table, place).not_true(),
    }
}

/// Says whether a value is one that the column has as NULL.
pub(super) fn is_nil(place: &Place, value: &Kept) -> bool {
    matches!(place.holds, Holds::Zero { nil, .. } if nil.kept() == *value)
}

impl Nil {
    fn lit(self) -> Expr<'static> {
        match self {
            Self::Text => Expr::text(""),
            Self::Int => Expr::int(0),
            Self::Blob => Expr::Lit(Lit::Bytes(Cow::Borrowed(&[]))),
        }
    }

    pub(super) fn kept(self) -> Kept {
        match self {
            Self::Text => Kept::Text(String::new()),
            Self::Int => Kept::Int(0),
            Self::Blob => Kept::Blob(Vec::new()),
        }
    }
}
