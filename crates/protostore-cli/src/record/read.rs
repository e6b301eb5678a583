//! Reads the records of a table: their own rows, and the rows of the child tables at any depth.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use protostore::upkeep::{Database, Value as Sql};
use protostore_schema::{ChildTable, Column, Item, Node, Place, Table};

use super::{key, quoted, value};
use crate::failure::Failure;

type Row = Vec<Sql>;

/// The rows of each child table of one record, by the path of the field.
type Children = BTreeMap<Vec<u32>, Vec<Row>>;

/// Reads the records of a table.
pub(crate) struct Reader<'a> {
    database: &'a Database,
    table: &'a Table,
    of: MessageDescriptor,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(database: &'a Database, table: &'a Table, of: MessageDescriptor) -> Self {
        Self { database, table, of }
    }

    /// Reads the record of that key, as it was typed; nothing where there is none.
    pub(crate) fn get(&self, words: &[String]) -> Result<Option<DynamicMessage>, Failure> {
        let key = key::parse(self.table, &self.of, words)?;
        let mut found = None;
        self.each(Some(&key), |record| {
            found = Some(record);
            Ok(false)
        })?;
        Ok(found)
    }

    /// Reads all records in the order of their keys, until `record` returns `false`.
    pub(crate) fn all(&self, record: impl FnMut(DynamicMessage) -> Result<bool, Failure>) -> Result<(), Failure> {
        self.each(None, record)
    }

    fn each(
        &self,
        key: Option<&Row>,
        mut record: impl FnMut(DynamicMessage) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let Table { name, .. } = self.table;
        let keys = self.table.key_columns();
        let columns: Vec<&Column> = keys.iter().copied().chain(self.table.columns()).collect();
        let sql = select(&columns, &name.sql, key.map_or(&[][..], |_| &keys), &keys);
        let mut failure = None;
        self.database.each_row(&sql, key.map_or(&[][..], Vec::as_slice), |_, row| {
            match self.message(row).and_then(&mut record) {
                Ok(more) => Ok(more),
                Err(why) => {
                    failure = Some(why);
                    Ok(false)
                }
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    /// Makes a message of a row: the key, and then all columns.
    fn message(&self, mut row: Row) -> Result<DynamicMessage, Failure> {
        let columns = row.split_off(self.table.key_columns().len());
        let key = row;
        let named = |why: String| Failure::Value(format!("{} {}", self.table.name.proto, key::words(&key)), why);
        let mut message = DynamicMessage::new(self.of.clone());
        decode(&self.table.record.nodes, &mut message, &mut columns.into_iter()).map_err(named)?;
        let mut children = Children::new();
        for child in self.table.descendants() {
            children.insert(child.path.clone(), self.rows(child, &key)?);
        }
        // The owner's key is the record's key.
        fill(&self.table.record.nodes, &mut message, &key, &children).map_err(named)?;
        Ok(message)
    }

    /// Reads the rows of a child table that belong to a record: the owner's key, the place, the columns of the element.
    fn rows(&self, child: &ChildTable, key: &Row) -> Result<Vec<Row>, Failure> {
        let columns: Vec<&Column> = child.columns();
        let order = child.key_columns();
        let sql = select(&columns, &child.name.sql, &order[..key.len()], &order);
        let mut rows = Vec::new();
        self.database.each_row(&sql, key, |_, row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    }
}

fn select(columns: &[&Column], table: &str, equal: &[&Column], order: &[&Column]) -> String {
    let names = |columns: &[&Column]| columns.iter().map(|column| quoted(&column.name.sql)).collect::<Vec<_>>();
    let mut sql = format!("SELECT {} FROM {}", names(columns).join(", "), quoted(table));
    if !equal.is_empty() {
        let equal = names(equal).into_iter().zip(1..).map(|(name, at)| format!("{name} = ?{at}"));
        sql += &format!(" WHERE {}", equal.collect::<Vec<_>>().join(" AND "));
    }
    sql + &format!(" ORDER BY {}", names(order).join(", "))
}

/// Sets the members of a message from its columns.
fn decode(nodes: &[Node], message: &mut DynamicMessage, columns: &mut impl Iterator<Item = Sql>) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => {
                let field = field(message, &scalar.name.proto)?;
                match columns.next().ok_or("a column is missing")? {
                    Sql::Null => {}
                    sql => message.set_field(&field, value::read(&scalar.column, &field, &sql)?),
                }
            }
            Node::Group(group) => {
                let field = field(message, &group.name.proto)?;
                let set = columns.next() == Some(Sql::Integer(1));
                let mut inner = DynamicMessage::new(message_of(&field)?);
                decode(&group.nodes, &mut inner, columns)?;
                if set {
                    message.set_field(&field, Value::Message(inner));
                }
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    decode(std::slice::from_ref(&variant.node), message, columns)?;
                }
            }
            Node::Child(_) | Node::Absent(_) => {}
        }
    }
    Ok(())
}

/// Puts the elements of child tables into the messages that hold them: those whose key begins with `prefix`.
fn fill(nodes: &[Node], message: &mut DynamicMessage, prefix: &[Sql], children: &Children) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Scalar(_) | Node::Absent(_) => {}
            Node::Group(group) => {
                let field = field(message, &group.name.proto)?;
                if message.has_field(&field)
                    && let Value::Message(inner) = message.get_field_mut(&field)
                {
                    fill(&group.nodes, inner, prefix, children)?;
                }
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    fill(std::slice::from_ref(&variant.node), message, prefix, children)?;
                }
            }
            Node::Child(child) => fill_list(child, message, prefix, children)?,
        }
    }
    Ok(())
}

fn fill_list(
    child: &ChildTable,
    message: &mut DynamicMessage,
    prefix: &[Sql],
    children: &Children,
) -> Result<(), String> {
    let field = field(message, &child.field.proto)?;
    let element = match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field(),
        _ => field.clone(),
    };
    let rows = children.get(&child.path).map_or(&[][..], Vec::as_slice);
    for row in rows.iter().filter(|row| row.starts_with(prefix)) {
        let (places, item) = row.split_at(child.key_columns().len());
        let value = match &child.item {
            Item::Scalar(column) => value::read(column, &element, item.first().ok_or("an element has no value")?)?,
            Item::Message { nodes, .. } => {
                let mut inner = DynamicMessage::new(message_of(&element)?);
                decode(nodes, &mut inner, &mut item.iter().cloned())?;
                fill(nodes, &mut inner, places, children)?;
                Value::Message(inner)
            }
        };
        match (&child.place, message.get_field_mut(&field)) {
            (Place::Alone(_), place) => *place = value,
            (Place::Position(_), Value::List(list)) => list.push(value),
            (Place::Key(column), Value::Map(map)) => {
                let entry = message_of(&field)?;
                let key = value::read(column, &entry.map_entry_key_field(), &places[places.len() - 1])?;
                map.insert(key.into_map_key().ok_or("the key of a map has a wrong type")?, value);
            }
            _ => return Err(format!("{} is not as its descriptor says", field.full_name())),
        }
    }
    Ok(())
}

fn message_of(field: &FieldDescriptor) -> Result<MessageDescriptor, String> {
    match field.kind() {
        Kind::Message(of) => Ok(of),
        _ => Err(format!("{} is no message", field.full_name())),
    }
}

fn field(message: &DynamicMessage, name: &str) -> Result<FieldDescriptor, String> {
    let name = name.rsplit('.').next().unwrap_or(name);
    let of = message.descriptor();
    of.get_field_by_name(name).ok_or_else(|| format!("{} has no field {name}", of.full_name()))
}
