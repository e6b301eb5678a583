//! The statements that write single elements of a list or map, and what of the record's row is written with them.

use protostore_schema::{ChildTable, Column, Generated, Item, Node, Place, Table};

use super::{Statement, Statements, equal, fields, names};
use crate::sql::{list, quote};

/// The statements of a list or map that stands in the record, or in a message in its row.
pub(crate) enum EditPlan {
    /// Of a list.
    List {
        /// Reads the position behind the last element.
        next: Statement,
        /// Deletes the element of an index.
        remove_at: Statement,
        /// Deletes the elements of a value, where the database compares them.
        remove: Option<Statement>,
    },
    /// Of a map: reads and deletes the entry of a key.
    Map { get: Statement, remove: Statement },
}

/// The message in the record's row that a child table stands in.
pub(crate) struct AroundPlan<'s> {
    /// The path of the field.
    pub(crate) field: &'s str,
    /// Reads whether it is set.
    pub(crate) set: Statement,
}

/// The columns that every write changes, and the statement that writes them alone.
pub(crate) struct TouchPlan<'s> {
    pub(crate) columns: Vec<&'s Column>,
    pub(crate) touch: Statement,
}

impl EditPlan {
    /// Returns the plan of a child table; nothing for one of rows that never change, or inside another, or of one row.
    pub(super) fn of(table: &Table, child: &ChildTable, all: &mut Statements) -> Option<Self> {
        if !is_edited(table, child) {
            return None;
        }
        let own = quote(&child.name.sql);
        let key = child.key_columns();
        let (owner, places) = key.split_at(table.key.len());
        let (tied, last) = (equal(names(owner), 1), owner.len() + 1);
        let owner_fields = fields(&table.key_columns());
        let mut add = |name: &str, sql: String, more: &[&str]| {
            let fields = owner_fields.iter().cloned().chain(more.iter().map(|&field| field.to_owned())).collect();
            all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), sql, fields)
        };
        let field = child.name.proto.as_str();
        match &child.place {
            Place::Alone(_) => None,
            Place::Position(position) => {
                let position = quote(&position.name.sql);
                let next = format!("SELECT coalesce(max({position}), -1) + 1 FROM {own} WHERE {tied}");
                let remove_at = format!(
                    "DELETE FROM {own} WHERE {tied} AND {position} = \
                     (SELECT {position} FROM {own} WHERE {tied} ORDER BY {position} LIMIT 1 OFFSET ?{last})"
                );
                let remove = match &child.item {
                    Item::Scalar(value) if value.ty.can_be_indexed() => {
                        Some(format!("DELETE FROM {own} WHERE {tied} AND {} = ?{last}", quote(&value.name.sql)))
                    }
                    Item::Scalar(_) | Item::Message { .. } => None,
                };
                Some(Self::List {
                    next: add("next", next, &[]),
                    remove_at: add("remove_at", remove_at, &[""]),
                    remove: remove.map(|sql| add("remove", sql, &[field])),
                })
            }
            Place::Key(key) => {
                let selected: Vec<&str> = names(&[places, &child.item_columns()].concat()).collect();
                let entry = format!("{tied} AND {} = ?{last}", quote(&key.name.sql));
                let get = format!("SELECT 0, {} FROM {own} WHERE {entry}", list(selected));
                Some(Self::Map {
                    get: add("get", get, &[&key.name.proto]),
                    remove: add("remove", format!("DELETE FROM {own} WHERE {entry}"), &[&key.name.proto]),
                })
            }
        }
    }
}

impl<'s> AroundPlan<'s> {
    /// Returns the innermost message around an edited child table, if one of those around may be unset.
    pub(super) fn of(table: &'s Table, child: &ChildTable, all: &mut Statements) -> Option<Self> {
        if !is_edited(table, child) {
            return None;
        }
        let (presence, may_be_unset) = around(&table.record.nodes, child)??;
        let (own, key) = (quote(&table.name.sql), table.key_columns());
        let sql = format!("SELECT {} FROM {own} WHERE {}", quote(&presence.name.sql), equal(names(&key), 1));
        let name = format!("{}.{}.around", table.name.proto, child.name.proto);
        may_be_unset.then(|| Self { field: &presence.name.proto, set: all.add(name, sql, fields(&key)) })
    }
}

impl<'s> TouchPlan<'s> {
    /// Returns the plan of a table; nothing where no write changes a column, or none is of an element alone.
    pub(super) fn of(table: &'s Table, all: &mut Statements) -> Option<Self> {
        let revision = table.revision_column();
        let is_time = |column: &&Column| column.generated == Some(Generated::UpdateTime);
        let columns: Vec<&Column> = table.columns().into_iter().filter(is_time).chain(revision).collect();
        if columns.is_empty() || !table.children().into_iter().any(|child| is_edited(table, child)) {
            return None;
        }
        let key = table.key_columns();
        let set: Vec<String> =
            columns.iter().zip(1..).map(|(column, i)| format!("{} = ?{i}", quote(&column.name.sql))).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quote(&table.name.sql),
            set.join(", "),
            equal(names(&key), columns.len() + 1)
        );
        let parameters = [fields(&columns), fields(&key)].concat();
        Some(Self { touch: all.add(format!("{}.touch", table.name.proto), sql, parameters), columns })
    }
}

/// Returns whether elements of a child table are written alone: those of a list or map at the top of the record.
fn is_edited(table: &Table, child: &ChildTable) -> bool {
    let of_many = match child.place {
        Place::Position(_) | Place::Key(_) => true,
        Place::Alone(_) => false,
    };
    of_many && !table.append_only && table.children().iter().any(|outer| outer.path == child.path)
}

/// Finds a child table; returns the presence of the innermost message around it, and whether one of them may be unset.
#[allow(clippy::option_option, reason = "found without a message around it")]
fn around<'n>(nodes: &'n [Node], child: &ChildTable) -> Option<Option<(&'n Column, bool)>> {
    nodes.iter().find_map(|node| match node {
        Node::Child(found) => (found.path == child.path).then_some(None),
        Node::Scalar(_) | Node::Absent(_) => None,
        Node::Group(group) => {
            let inner = around(&group.nodes, child)?;
            let (presence, may_be_unset) = inner.unwrap_or((&group.presence, false));
            Some(Some((presence, may_be_unset || !group.required)))
        }
        Node::Oneof(oneof) => oneof.variants.iter().find_map(|variant| {
            let inner = around(std::slice::from_ref(&variant.node), child)?;
            Some(inner.map(|(presence, _)| (presence, true)))
        }),
    })
}
