//! The lines that the run time carries out, as JSON: each is one object with one key, the step, and says all that it
//! needs in the names that tables and columns have at that point of the migration.
//!
//! ```text
//! -- protostore: {"text":{"table":"notes","key":["id"],"from":"body","to":"protostore__1"}}
//! ```
//! A message, or all of a list or map, is described by its members.

mod text;

use protostore_evolve::plan::{ColumnId, Place, RustStep};
use protostore_schema::{ChildTable, Column, Form, Item, Kind, Node, Place as Among, Role, Schema, Type};
use protostore_sql::{Expr, Select};

use super::member::{Names, at, members, node, nothing};
use super::places::SqlTable;
use super::way::Way;
pub(super) use text::{Call, Run};
use text::{Line, Rows, Stored, print};

/// What an encoded column is made from.
pub(super) enum Source<'w> {
    /// A message in columns, set where this column is not 0.
    Presence(String),
    /// A message in a table of its own, or the only element of a list, set where this holds.
    Rows(Expr<'w>),
    /// What becomes a list or map, which is there where this column is not 0, if there is one.
    Always(Option<String>),
}

fn rows(way: &Way<'_>, table: &SqlTable<'_>) -> Rows {
    let old = way.old.table(&table.place).filter(|_| way.kept.contains_key(&table.place));
    let key = match old {
        Some(old) => old.key().into_iter().map(|part| way.physical(&old.id(part))).collect(),
        None => table.key().into_iter().map(|part| part.name.sql.clone()).collect(),
    };
    Rows { table: way.name(&table.place), key }
}

/// Returns the line that writes a column from others.
pub(super) fn convert(way: &Way<'_>, table: &SqlTable<'_>, id: &ColumnId, by: &RustStep) -> Run {
    let column = table.column(id);
    let to = match (way.kept.get(&table.place), column) {
        (Some(work), Some(column)) => work.now(column),
        (_, column) => column.map(|column| column.name.sql.clone()).unwrap_or_default(),
    };
    let old = way.old.table(&id.place).and_then(|table| table.column(id));
    let (rows, from) = (rows(way, table), way.physical(id));
    print(&match by {
        RustStep::Bits { into, .. } => {
            let single = column.is_some_and(|column| column.ty == Type::Float);
            Line::Bits { rows, from, to, into: *into, single }
        }
        RustStep::Text { .. } => Line::Text { rows, from, to },
        RustStep::Encode { .. } => {
            let (table, column_of) =
                (|place: &Place, _: &ChildTable| way.name(place), |place: &Place, c: &Column| old_name(way, place, c));
            let member = at(way.old.places.schema, id, Names { table: &table, column: &column_of });
            let is = stored(column);
            let was = held(way.old.places.schema, id, &is);
            let within = within(way, id).filter(|_| is.field.is_some());
            Line::Encode { rows, to, was, is, within, member: member.unwrap_or_else(|| nothing(id)) }
        }
        RustStep::Reform { .. } | RustStep::Decode { .. } | RustStep::Chain { .. } | RustStep::Hook { .. } => {
            let (was, is) = (stored(old), stored(column));
            let within = within(way, id).filter(|_| was.field.is_none() && is.field.is_some());
            Line::Reform { rows, from, to, was, is, within }
        }
    })
}

/// Returns the line that takes a column apart.
pub(super) fn decode(way: &Way<'_>, table: &SqlTable<'_>, from: &ColumnId) -> Run {
    let old = way.old.table(&from.place).and_then(|table| table.column(from));
    let (table_of, column_of) =
        (|place: &Place, _: &ChildTable| way.name(place), |place: &Place, c: &Column| new_name(way, place, c));
    let member = at(way.new.places.schema, from, Names { table: &table_of, column: &column_of });
    let member = member.unwrap_or_else(|| nothing(from));
    let was = stored(old);
    let is = held(way.new.places.schema, from, &was);
    print(&Line::Decode { rows: rows(way, table), from: way.physical(from), was, is, member })
}

/// Returns the line that hashes the rows of a table.
pub(super) fn chain(table: &SqlTable<'_>, column: &Column) -> Run {
    let rows = plain_rows(table);
    let record = &table.record.record;
    let names = Names { table: &|_, child| child.name.sql.clone(), column: &|_, column| column.name.sql.clone() };
    let fields = members(table.record.number, &table.place, &record.nodes, names);
    let (number, to) = (table.record.number, column.name.sql.clone());
    print(&Line::Chain { rows, number, to, message: &record.ty.proto, fields })
}

/// Returns the line that keeps the rows of a table of the older schema.
pub(super) fn keep(table: &SqlTable<'_>, into: String, to: &str) -> Run {
    let record = &table.record.record;
    let names = Names { table: &|_, child| child.name.sql.clone(), column: &|_, column| column.name.sql.clone() };
    let fields = members(table.record.number, &table.place, &record.nodes, names);
    print(&Line::Keep { rows: plain_rows(table), into, to, message: &record.ty.proto, fields })
}

/// Returns the line that hands the rows of a table to the program.
pub(super) fn hook(old: &SqlTable<'_>, new: &SqlTable<'_>, (kept, from): (String, &str), calls: Vec<Call<'_>>) -> Run {
    let kept = Rows { table: kept, ..plain_rows(old) };
    print(&Line::Hook { rows: plain_rows(new), kept, from, message: &new.record.record.ty.proto, calls })
}

/// Returns the rows of a table by the names that its schema has.
fn plain_rows(table: &SqlTable<'_>) -> Rows {
    Rows { table: table.name.to_owned(), key: table.key().into_iter().map(|part| part.name.sql.clone()).collect() }
}

/// Returns the line that counts the rows which break the rules of a column.
pub(super) fn report(table: &SqlTable<'_>, column: &Column) -> Run {
    let key = table.key().into_iter().map(|part| part.name.sql.clone()).collect();
    let rows = Rows { table: table.name.to_owned(), key };
    let mut rules = column.rules.clone();
    rules.all.retain(|rule| rule.asks.is_counted());
    let field = format!("{}.{}", table.record.name.proto, column.name.proto);
    print(&Line::Report { rows, column: column.name.sql.clone(), field, rules })
}

/// Returns the line that counts the lists of a child table that break how many elements there may be.
pub(super) fn lists(table: &SqlTable<'_>, child: &ChildTable, around: &SqlTable<'_>) -> Run {
    let holds = |column: &&&Column| {
        column.role == Role::Presence && column.path.len() < child.path.len() && child.path.starts_with(&column.path)
    };
    // Where the list is within a message in columns, it is a list only where that is set.
    let within = around.columns.iter().filter(holds).max_by_key(|column| column.path.len());
    let value = table.columns.iter().find(|column| column.role == Role::Value && column.path == table.place.path);
    print(&Line::Lists {
        rows: plain_rows(around),
        within: within.map(|column| column.name.sql.clone()),
        of: table.name.to_owned(),
        owner: child.owner.iter().map(|part| part.name.sql.clone()).collect(),
        field: format!("{}.{}", table.record.name.proto, child.field.proto),
        least: child.counted.min,
        most: child.counted.max,
        unique: value.filter(|_| child.counted.unique).map(|column| column.name.sql.clone()),
    })
}

/// Returns what an encoded column is made from.
pub(super) fn source<'w>(way: &Way<'w>, table: &SqlTable<'_>, id: &ColumnId) -> Source<'w> {
    if stored(table.column(id)).field.is_some() {
        return Source::Always(within(way, id));
    }
    match node(way.old.places.schema, id).map(|found| found.node) {
        Some(Node::Group(group)) => Source::Presence(old_name(way, &id.place, &group.presence)),
        Some(Node::Child(child)) => Source::Rows(has_rows(way, table, id, child)),
        _ => Source::Always(None),
    }
}

/// Returns the rows of which the run time did not write what it makes of another column.
pub(super) fn unformed<'w>(way: &Way<'w>, id: &ColumnId, into: Expr<'w>) -> Expr<'w> {
    let column = |side: &'w super::definitions::Side<'w>| side.table(&id.place).and_then(|table| table.column(id));
    let (was, is) = (stored(column(way.old)), stored(column(way.new)));
    let missing = [into.is_null()];
    let there = match (was.field, is.field) {
        // A list of no elements is a list of none in any form; a message that becomes of it is not set.
        (Some(_), None) => Some(is_there(way, id)),
        (None, Some(_)) => within(way, id).map(Expr::column),
        _ => Some(Expr::column(way.physical(id)).not_null()),
    };
    Expr::All(there.into_iter().chain(missing).collect())
}

/// Returns whether an older column has a value; of a list whether it has an element.
fn is_there<'w>(way: &Way<'w>, id: &ColumnId) -> Expr<'w> {
    let column = Expr::column(way.physical(id));
    let old = way.old.table(&id.place).and_then(|table| table.column(id));
    match old.map(|old| &old.ty) {
        // A list of no elements is empty bytes or an empty list of JSON.
        Some(Type::Repeated(_)) => {
            let empty = Expr::Lit(protostore_sql::Lit::Bytes([].as_slice().into()));
            Expr::NotIn(Box::new(column), vec![empty, Expr::text("[]"), Expr::text("{}")])
        }
        _ => column.not_null(),
    }
}

/// Returns the presence of the message around a column in its table, if one is around it that may be unset.
fn within(way: &Way<'_>, id: &ColumnId) -> Option<String> {
    let table = way.new.table(&id.place)?;
    let column = table.column(id).filter(|column| column.nullable)?;
    let around = |other: &&&Column| {
        other.role == Role::Presence && other.path != column.path && column.path.starts_with(&other.path)
    };
    let presence = table.columns.iter().filter(around).max_by_key(|other| other.path.len())?;
    Some(new_name(way, &id.place, presence))
}

fn has_rows<'w>(way: &Way<'w>, table: &SqlTable<'_>, id: &ColumnId, child: &ChildTable) -> Expr<'w> {
    let place = Place { table: id.place.table, path: child.path.clone() };
    let old = way.old.table(&place).or_else(|| way.new.table(&place));
    let owner = child.owner.iter().map(|part| Expr::column(part.name.sql.clone()));
    let name = old.map(|_| way.name(&place)).unwrap_or_default();
    let key = rows(way, table).key.into_iter().map(Expr::column);
    Expr::tuple(key).in_rows(Select::from(name, owner))
}

/// Returns the rows whose message was not taken apart; nothing where SQL cannot see it.
pub(super) fn undecoded<'w>(way: &Way<'w>, table: &SqlTable<'_>, from: &ColumnId) -> Option<Expr<'w>> {
    let there = is_there(way, from);
    match node(way.new.places.schema, from)?.node {
        Node::Group(group) => {
            let presence = Expr::column(new_name(way, &from.place, &group.presence));
            Some(Expr::All(vec![there, presence.not()]))
        }
        Node::Child(child) => Some(Expr::All(vec![there, has_rows(way, table, from, child).not()])),
        Node::Scalar(scalar) => {
            let into = Expr::column(new_name(way, &from.place, &scalar.column));
            Some(Expr::All(vec![there, into.is_null()]))
        }
        Node::Oneof(_) | Node::Absent(_) => None,
    }
}

fn old_name(way: &Way<'_>, place: &Place, column: &Column) -> String {
    let id = ColumnId { place: place.clone(), path: column.path.clone(), role: column.role };
    way.physical(&id)
}

fn new_name(way: &Way<'_>, place: &Place, column: &Column) -> String {
    let known = way.kept.get(place).and_then(|work| Some(work.now(work.new.column(&work.id(column))?)));
    known.unwrap_or_else(|| column.name.sql.clone())
}

fn stored(column: Option<&Column>) -> Stored<'_> {
    let Some(column) = column else { return Stored { form: "bytes", message: None, field: None } };
    let (message, field) = match (&column.ty, &column.kind) {
        (Type::Message(encoded), _) => (Some(encoded.proto.as_str()), None),
        (Type::Repeated(repeated), _) => (Some(repeated.owner.proto.as_str()), column.path.last().copied()),
        (_, Some(Kind::Message(known))) => (Some(known.as_str()), None),
        _ => (None, None),
    };
    let form = match (&column.ty, column.form) {
        (_, Form::Json) | (Type::Struct | Type::Value | Type::ListValue, Form::Own) => "json",
        (Type::FieldMask, Form::Own) => "paths",
        _ => "bytes",
    };
    Stored { form, message, field }
}

/// Returns what columns and rows at a path are as bytes: a message, where the other side is one; else all of their field.
fn held<'l>(schema: &'l Schema, id: &ColumnId, other: &Stored<'_>) -> Stored<'l> {
    let found = node(schema, id);
    let own = match found.map(|found| found.node) {
        _ if other.field.is_some() => None,
        Some(Node::Group(group)) => Some(group.message.proto.as_str()),
        Some(Node::Child(child)) if matches!(child.place, Among::Alone(_)) => match &child.item {
            Item::Message { message, .. } => Some(message.proto.as_str()),
            Item::Scalar(_) => None,
        },
        _ => None,
    };
    let field = if own.is_some() { None } else { id.path.last().copied() };
    Stored { form: "bytes", message: own.or(found.map(|found| found.message)), field }
}
