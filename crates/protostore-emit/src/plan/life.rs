//! Which rows of a table are there for readers, as SQL, and the statements that see to the others.

use protostore_schema::{ChildTable, Column, Condition, Form, Index, Table};

use super::{Statement, Statements, equal, names};
use crate::sql::{list, plain_condition, quote};

/// The condition that a row is there, and the forms of the present time that are its last parameters.
#[derive(Default)]
pub(super) struct Live {
    condition: String,
    clocks: Option<Vec<Form>>,
}

impl Live {
    /// Returns the condition on a table, by its alias or its name, whose parameters count from `first`.
    pub(super) fn of(table: &Table, alias: &str, first: usize) -> Self {
        if let Some(time) = table.soft_delete_column() {
            return Self::literal(format!("{alias}{} IS NULL", quote(&time.name.sql)));
        }
        let Some(expire) = table.expire_column() else { return Self::default() };
        let column = format!("{alias}{}", quote(&expire.name.sql));
        // With the sign no index of that column is taken, which would find nearly all rows and no order.
        let condition = match expire.nullable {
            true => format!("(+{column} IS NULL OR +{column} > ?{first})"),
            false => format!("+{column} > ?{first}"),
        };
        Self { condition, clocks: Some(vec![expire.form]) }
    }

    /// Returns a condition that needs no clock.
    pub(super) fn literal(condition: String) -> Self {
        Self { condition, clocks: Some(Vec::new()) }
    }

    /// Adds a condition on another table, whose parameters come after.
    pub(super) fn and(mut self, other: Self, wrap: impl FnOnce(&str) -> String) -> Self {
        let Some(clocks) = other.clocks else { return self };
        let other = wrap(&other.condition);
        let gap = if self.condition.is_empty() { "" } else { " AND " };
        self.condition = format!("{}{gap}{other}", self.condition);
        self.clocks.get_or_insert_default().extend(clocks);
        self
    }

    /// Returns how many parameters the condition has.
    pub(super) fn parameters(&self) -> usize {
        self.clocks.as_ref().map_or(0, Vec::len)
    }

    /// Returns `before` and the condition after it: ` WHERE …`, ` AND …`; nothing where every row is there.
    pub(super) fn after(&self, before: &str) -> String {
        if self.condition.is_empty() { String::new() } else { format!("{before}{}", self.condition) }
    }

    /// Returns the forms of the present time, which a statement says with the condition.
    pub(super) fn into_clocks(self) -> Option<Vec<Form>> {
        self.clocks
    }

    /// Says that the present time is the last parameter, without a condition.
    fn clock(column: &Column) -> Self {
        Self { condition: String::new(), clocks: Some(vec![column.form]) }
    }
}

/// The statements about rows that have expired.
pub(crate) struct ExpirePlan<'s> {
    pub(crate) column: &'s Column,
    /// The columns of each unique index.
    pub(crate) uniques: Vec<Vec<&'s str>>,
    pub(crate) clear: Statement,
    pub(crate) sweep: Statement,
}

impl<'s> ExpirePlan<'s> {
    /// Returns the plan of a table whose rows expire.
    pub(super) fn of(table: &'s Table, all: &mut Statements) -> Option<Self> {
        let column = table.expire_column()?;
        let (own, time) = (quote(&table.name.sql), quote(&column.name.sql));
        let columns = table.columns();
        let unique = || table.indexes.iter().filter(|index| index.unique);
        let of = |index: &'s Index| index.columns.iter().map(|c| c.column.as_str()).collect::<Vec<&str>>();
        // The parameters are those of an insert: all columns, and then the time.
        let parameter = |name: &str| match columns.iter().position(|c| c.name.sql == name) {
            Some(at) => format!("{} = ?{}", quote(name), at + 1),
            None => format!("{} = 1", quote(name)),
        };
        let key: Vec<&str> = table.key.iter().map(String::as_str).collect();
        let agrees = |names: &[&str], condition: Option<&Condition>| {
            let mut all: Vec<String> = names.iter().map(|name| parameter(name)).collect();
            // In the words of the index, which serves no others.
            all.extend(condition.map(plain_condition));
            if all.len() == 1 { all.concat() } else { format!("({})", all.join(" AND ")) }
        };
        let indexed = unique().map(|index| agrees(&of(index), index.condition.as_ref()));
        let agrees: Vec<String> = std::iter::once(agrees(&key, None)).chain(indexed).collect();
        let clear = format!("DELETE FROM {own} WHERE ({}) AND +{time} <= ?{}", agrees.join(" OR "), columns.len() + 1);
        let tuple = if key.len() == 1 { list(key.iter().copied()) } else { format!("({})", list(key.iter().copied())) };
        let sweep = format!(
            "DELETE FROM {own} WHERE {tuple} IN (SELECT {0} FROM {own} WHERE {time} <= ?2 ORDER BY {time}, {0} LIMIT ?1)",
            list(key.iter().copied())
        );
        let mut add = |name: &str, sql, fields| {
            all.add_live(format!("{}.{name}", table.name.proto), sql, fields, Live::clock(column))
        };
        Some(Self {
            column,
            clear: add("clear", clear, super::fields(&columns)),
            sweep: add("sweep", sweep, vec![String::new()]),
            uniques: unique().map(of).collect(),
        })
    }
}

/// Returns the condition that a row of a child table, as `c`, belongs to a record that is there.
pub(super) fn around(table: &Table, child: &ChildTable, first: usize) -> Live {
    let ties: Vec<String> = table
        .key
        .iter()
        .zip(&child.owner)
        .map(|(key, own)| format!("o.{} = c.{}", quote(key), quote(&own.name.sql)))
        .collect();
    Live::default().and(Live::of(table, "o.", first), |condition| {
        format!("EXISTS (SELECT 1 FROM {} o WHERE {} AND {condition})", quote(&table.name.sql), ties.join(" AND "))
    })
}

/// Returns the condition that the record is there to which a row of a child table belongs, by the parameters of its key.
pub(super) fn owner(table: &Table, first: usize) -> Live {
    let (key, own) = (table.key_columns(), quote(&table.name.sql));
    Live::default().and(Live::of(table, "", first), |condition| {
        format!("EXISTS (SELECT 1 FROM {own} WHERE {} AND {condition})", equal(names(&key), 1))
    })
}
