//! The lines that the run time carries out, as JSON: each is one object with one key, the step, and says all that it
//! needs in the names that tables and columns have at that point of the migration.
//!
//! ```text
//! -- protostore: {"text":{"table":"notes","key":["id"],"from":"body","to":"protostore__1"}}
//! -- protostore: {"bits":{"table":"samples","key":["id"],"from":"load","to":"protostore__1","into":true,"single":false}}
//! ```
//! A message, or all of a list or map, is described by its members: [`Member`].

use protostore_evolve::plan::{ColumnId, Place, RustStep};
use protostore_schema::{ChildTable, Column, Form, Node, Place as Among, Type};
use protostore_sql::{Expr, Select};
use serde::Serialize;

use super::member::{Member, at, members, node, nothing};
use super::places::SqlTable;
use super::way::Way;

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'l> {
    /// Writes `to` from `from` in each row where that is not NULL: the bits of a number as an integer, or back.
    Bits {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
        /// Whether bits are made of numbers.
        into: bool,
        /// Whether a number has 32 bits.
        single: bool,
    },
    /// Writes `to`, text, from `from`, bytes, where that is not NULL. Bytes that are no UTF-8, or have NUL, stop the
    /// upgrade.
    Text {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
    },
    /// Writes `to` from `from` where that is not NULL: what is stored, in another form or as another message.
    Reform {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        to: String,
        was: Stored<'l>,
        is: Stored<'l>,
    },
    /// Writes `to` in each row from the member's columns or rows; NULL where it is a message that is not set.
    Encode {
        #[serde(flatten)]
        rows: Rows,
        to: String,
        is: Stored<'l>,
        member: Member<'l>,
    },
    /// Writes the member's columns or rows from `from`, in each row where that is not NULL.
    Decode {
        #[serde(flatten)]
        rows: Rows,
        from: String,
        was: Stored<'l>,
        member: Member<'l>,
    },
    /// Writes `to` in each row, in the order of the key: the hash of the record and of the row before.
    Chain {
        #[serde(flatten)]
        rows: Rows,
        /// The table's number.
        number: u32,
        to: String,
        /// The message of the record, by its members.
        message: &'l str,
        fields: Vec<Member<'l>>,
    },
}

/// The rows of a table, and what tells them apart.
#[derive(Serialize)]
struct Rows {
    table: String,
    key: Vec<String>,
}

/// What a column of bytes or JSON holds.
#[derive(Serialize)]
struct Stored<'l> {
    /// `bytes` of protobuf, or canonical `json`.
    form: &'static str,
    /// The full name of the message; none where the bytes are the field's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'l str>,
    /// The number of the only field of that message that is there: of all of a list or map.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<u32>,
}

/// What an encoded column is made from.
pub(super) enum Source<'w> {
    /// A message in columns, set where this column is not 0.
    Presence(String),
    /// A message in a table of its own, set where this holds.
    Rows(Expr<'w>),
    /// A list or map, which is always there.
    Always,
}

fn print(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("a line is plain data")
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
pub(super) fn convert(way: &Way<'_>, table: &SqlTable<'_>, id: &ColumnId, by: &RustStep) -> String {
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
            let member = at(way.old.places.schema, id, &|place, column| old_name(way, place, column));
            Line::Encode { rows, to, is: stored(column), member: member.unwrap_or_else(|| nothing(id)) }
        }
        RustStep::Reform { .. } | RustStep::Decode { .. } | RustStep::Chain { .. } => {
            Line::Reform { rows, from, to, was: stored(old), is: stored(column) }
        }
    })
}

/// Returns the line that takes a column apart.
pub(super) fn decode(way: &Way<'_>, table: &SqlTable<'_>, from: &ColumnId) -> String {
    let old = way.old.table(&from.place).and_then(|table| table.column(from));
    let member = at(way.new.places.schema, from, &|place, column| new_name(way, place, column));
    let member = member.unwrap_or_else(|| nothing(from));
    print(&Line::Decode { rows: rows(way, table), from: way.physical(from), was: stored(old), member })
}

/// Returns the line that hashes the rows of a table.
pub(super) fn chain(table: &SqlTable<'_>, column: &Column) -> String {
    let key = table.key().into_iter().map(|part| part.name.sql.clone()).collect();
    let rows = Rows { table: table.name.to_owned(), key };
    let name = |_: &Place, column: &Column| column.name.sql.clone();
    let record = &table.record.record;
    let fields = members(table.record.number, &table.place, &record.nodes, &name);
    let (number, to) = (table.record.number, column.name.sql.clone());
    print(&Line::Chain { rows, number, to, message: &record.ty.proto, fields })
}

/// Returns what an encoded column is made from.
pub(super) fn source<'w>(way: &Way<'w>, table: &SqlTable<'_>, id: &ColumnId) -> Source<'w> {
    match node(way.old.places.schema, id) {
        Some(Node::Group(group)) => Source::Presence(old_name(way, &id.place, &group.presence)),
        Some(Node::Child(child)) if matches!(child.place, Among::Alone(_)) => {
            Source::Rows(has_rows(way, table, id, child))
        }
        _ => Source::Always,
    }
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
    let there = Expr::column(way.physical(from)).not_null();
    match node(way.new.places.schema, from)? {
        Node::Group(group) => {
            let presence = Expr::column(new_name(way, &from.place, &group.presence));
            Some(Expr::All(vec![there, presence.not()]))
        }
        Node::Child(child) if matches!(child.place, Among::Alone(_)) => {
            Some(Expr::All(vec![there, has_rows(way, table, from, child).not()]))
        }
        // A list of no elements is empty bytes or an empty list of JSON.
        Node::Child(child) => {
            let empty =
                vec![Expr::Lit(protostore_sql::Lit::Bytes([].as_slice().into())), Expr::text("[]"), Expr::text("{}")];
            let is_there = Expr::NotIn(Box::new(Expr::column(way.physical(from))), empty);
            Some(Expr::All(vec![is_there, has_rows(way, table, from, child).not()]))
        }
        Node::Scalar(_) | Node::Oneof(_) | Node::Absent(_) => None,
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
    let (message, field) = match column.map(|column| &column.ty) {
        Some(Type::Message(encoded)) => (Some(encoded.proto.as_str()), None),
        Some(Type::Repeated(repeated)) => {
            (Some(repeated.owner.proto.as_str()), column.and_then(|column| column.path.last().copied()))
        }
        _ => (None, None),
    };
    let form = if column.is_some_and(|column| column.form == Form::Json) { "json" } else { "bytes" };
    Stored { form, message, field }
}
