//! The conditions of partial indexes: what each is called in Rust, and how a statement that the index serves says it.

use protostore_schema::{Column, Condition, Form, Index, Literal, Operator, Role, Schema, Table, Type};

use crate::sql::{condition, plain_condition, quote};

/// The condition of a partial index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partial {
    /// What the names of its functions end in, `where_status_is_pending`.
    pub(crate) rust: String,
    /// The text of the index.
    pub(crate) sql: String,
    /// The text, over columns of the table `t`: the name that filters give the table of a record.
    pub(crate) filter: String,
    /// The text, to be read.
    pub(crate) shown: String,
    /// SQL names of the columns of which it asks no more than that they have a value; none if it asks more.
    has_value: Vec<String>,
}

impl Partial {
    /// Returns the condition of an index of a table with these columns; none of one that holds all rows.
    pub(super) fn of(schema: &Schema, columns: &[&Column], index: &Index) -> Option<Self> {
        let said = index.condition.as_ref()?;
        let find = |sql: &str| columns.iter().copied().find(|c| c.name.sql == sql);
        let rust = |sql: &str| find(sql).map_or_else(|| sql.to_owned(), |c| c.name.rust.clone());
        let word = |name: &str, operator: Operator, literal: &Literal| {
            let column = columns.iter().copied().find(|c| c.name.rust == name);
            let known = column.and_then(|column| word(schema, column, operator, literal));
            known.unwrap_or_else(|| Condition::word(name, operator, literal))
        };
        let sql = plain_condition(said);
        Some(Self {
            rust: format!("where_{}", said.renamed(&rust).words(&word)),
            shown: sql.replace('"', ""),
            sql,
            filter: condition(said, &|name| format!("t.{}", quote(name))),
            has_value: has_value(said).unwrap_or_default(),
        })
    }

    /// Returns whether it leaves out only rows without a value in one of these columns, which are asked for by value.
    pub(super) fn goes_without_saying(&self, by: &[&Column]) -> bool {
        let is_given = |name: &String| by.iter().any(|column| column.name.sql == *name);
        !self.has_value.is_empty() && self.has_value.iter().all(is_given)
    }
}

/// Returns the columns that a condition asks to be set and not empty, if it asks nothing else.
fn has_value(condition: &Condition) -> Option<Vec<String>> {
    match condition {
        Condition::Set { column, set: true } => Some(vec![column.clone()]),
        Condition::Compare { column, operator: Operator::NotEqual, literal } => {
            let is_empty = match literal {
                Literal::Text(text) => text.is_empty(),
                Literal::Bytes(bytes) => bytes.is_empty(),
                Literal::Integer(_) | Literal::Real(_) => false,
            };
            is_empty.then(|| vec![column.clone()])
        }
        Condition::All(parts) => Some(parts.iter().map(has_value).collect::<Option<Vec<_>>>()?.concat()),
        Condition::Compare { .. } | Condition::Set { set: false, .. } | Condition::Any(_) | Condition::Not(_) => None,
    }
}

/// Returns the conditions of a table's own partial indexes, each once.
pub(super) fn of_table(schema: &Schema, table: &Table) -> Vec<Partial> {
    let own = table.columns();
    let mut all: Vec<Partial> = Vec::new();
    for mut partial in table.indexes_of_readers().iter().filter_map(|index| Partial::of(schema, &own, index)) {
        if all.iter().any(|p| p.sql == partial.sql) {
            continue;
        }
        while all.iter().any(|p| p.rust == partial.rust) {
            partial.rust.push('_');
        }
        all.push(partial);
    }
    all
}

/// Returns the words of a comparison with what has a name of its own.
fn word(schema: &Schema, column: &Column, operator: Operator, literal: &Literal) -> Option<String> {
    let Literal::Integer(number) = literal else { return None };
    let (name, sign) = (&column.name.rust, operator.word());
    match (&column.ty, column.role, column.form) {
        (Type::Bool, Role::Presence, _) => Some(format!("{name}_is_{}", if *number == 0 { "unset" } else { "set" })),
        (Type::Bool, _, _) => Some(format!("{name}_{sign}_{}", *number != 0)),
        (Type::Enum(proto), _, _) => {
            let values = &schema.enumeration(proto).values;
            let value = values.iter().find(|value| i64::from(value.number) == *number)?;
            Some(format!("{name}_{sign}_{}", snake(&value.name.rust)))
        }
        (Type::Uint64, _, Form::FullRange) => Some(format!("{name}_{sign}_{}", number.cast_unsigned() ^ (1 << 63))),
        _ => None,
    }
}

/// Returns the name of a variant in lower case, `InProgress` as `in_progress`.
fn snake(variant: &str) -> String {
    let mut out = String::new();
    for c in variant.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
