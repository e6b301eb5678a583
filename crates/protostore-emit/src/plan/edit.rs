//! The statements that write single elements of a list or map, and what of the record's row is written with them.

use protostore_schema::{ChildTable, Column, Generated, Item, Node, Place, Table};
use protostore_sql::{self as sql, Delete, Expr, Limit, Order, Param, ParamRole, Select, Update};

use super::{Statement, Statements, equal, own, value};

/// The statements of a list or map that is in the record, or in a message in its row.
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

/// The message in the record's row that a child table is in.
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
        let key = child.key_columns();
        let (owner, places) = key.split_at(table.key.len());
        let from = &child.name.sql;
        let tied = || super::tied(None, owner, &table.key_columns());
        let mut add = |name: &str, statement: sql::Statement<'_>| {
            all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), statement)
        };
        match &child.place {
            Place::Alone(_) => None,
            Place::Position(position) => {
                let position = || Expr::column(&position.name.sql);
                let last = Expr::Max(Box::new(position())).coalesce(Expr::int(-1));
                let next = Select::from(from, [Expr::Plus(Box::new(last), 1)]).rows(tied());
                let skipped = Param { field: "".into(), role: ParamRole::Offset, ty: None };
                let one = Select::from(from, [position()]).rows(tied()).order([Order::by(position())]);
                let one = position().equals(Expr::Value(Box::new(one.limit(Limit::OneAfter(skipped)))));
                let remove_at = Delete { table: from.into(), rows: tied().into_iter().chain([one]).collect() };
                let remove = match &child.item {
                    Item::Scalar(value) if value.ty.can_be_indexed() => {
                        let is_value = Expr::column(&value.name.sql).equals(Expr::value(&child.name.proto));
                        Some(Delete { table: from.into(), rows: tied().into_iter().chain([is_value]).collect() })
                    }
                    Item::Scalar(_) | Item::Message { .. } => None,
                };
                Some(Self::List {
                    next: add("next", next.into()),
                    remove_at: add("remove_at", remove_at.into()),
                    remove: remove.map(|remove| add("remove", remove.into())),
                })
            }
            Place::Key(key) => {
                let what = own(&[places, &child.item_columns()].concat());
                let entry: Vec<Expr<'_>> = tied().into_iter().chain(equal(&[key])).collect();
                let get = Select::from(from, std::iter::once(Expr::int(0)).chain(what)).rows(entry.clone());
                let remove = Delete { table: from.into(), rows: entry };
                Some(Self::Map { get: add("get", get.into()), remove: add("remove", remove.into()) })
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
        let set = Select::from(&table.name.sql, [Expr::column(&presence.name.sql)]).rows(equal(&table.key_columns()));
        let name = format!("{}.{}.around", table.name.proto, child.name.proto);
        may_be_unset.then(|| Self { field: &presence.name.proto, set: all.add(name, set) })
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
        let touch = Update {
            table: (&table.name.sql).into(),
            set: columns.iter().map(|c| ((&c.name.sql).into(), value(c))).collect(),
            rows: equal(&table.key_columns()),
            returning: Vec::new(),
        };
        Some(Self { touch: all.add(format!("{}.touch", table.name.proto), touch), columns })
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
