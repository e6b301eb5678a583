//! Reads and writes records by the model and the emitted statements alone, without generated Rust.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use protostore_emit::Statement;
use protostore_schema::{ChildTable, Item, Node, Place, Scalar, Table};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::values::{from_key, from_sql, to_sql};

type Row = Vec<Sql>;

/// A table with the statements of the generated crate, by name.
pub(crate) struct Interpreter<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) table: &'a Table,
    pub(crate) statements: &'a BTreeMap<String, Statement>,
}

impl Interpreter<'_> {
    /// Inserts a record and everything inside it.
    pub(crate) fn insert(&self, message: &DynamicMessage) -> rusqlite::Result<()> {
        let mut row = Row::new();
        bind(&self.table.record.nodes, Some(message), &mut row);
        self.run("insert", &row)?;
        let key = self.key(message);
        self.insert_children(&self.table.children(), message, &self.table.record.nodes, &key)
    }

    /// Reads a record and everything inside it.
    pub(crate) fn get(&self, key: &Row, of: &MessageDescriptor) -> rusqlite::Result<DynamicMessage> {
        let row = self.rows("get", key)?.into_iter().next().expect("the record is there");
        let mut message = DynamicMessage::new(of.clone());
        let mut columns = row.into_iter();
        decode(&self.table.record.nodes, &mut message, &mut columns);
        assert_eq!(columns.next(), None, "every column was read");
        let mut children = BTreeMap::new();
        for child in self.table.descendants() {
            children.insert(child.path.clone(), self.rows(&format!("{}.load", child.name.proto), key)?);
        }
        self.fill(&self.table.record.nodes, &mut message, &Row::new(), &children);
        Ok(message)
    }

    /// Returns the values of the key.
    pub(crate) fn key(&self, message: &DynamicMessage) -> Row {
        let mut row = Row::new();
        bind(&self.table.record.nodes, Some(message), &mut row);
        let names: Vec<_> = self.table.columns().into_iter().map(|c| c.name.sql.clone()).collect();
        let at = |key: &String| names.iter().position(|name| name == key).expect("a key column is a column");
        self.table.key.iter().map(|key| row[at(key)].clone()).collect()
    }

    fn insert_children(
        &self,
        children: &[&ChildTable],
        owner: &DynamicMessage,
        around: &[Node],
        prefix: &Row,
    ) -> rusqlite::Result<()> {
        for child in children {
            let Some(holder) = holder(around, owner, child) else { continue };
            let field = field(&holder, &child.field.proto);
            for (place, item) in elements(&holder, &field, child) {
                let mut row = prefix.clone();
                row.push(place);
                let key = row.clone();
                match (&child.item, &item) {
                    (Item::Scalar(column), value) => row.push(to_sql(&column.ty, value)),
                    (Item::Message { nodes, .. }, Value::Message(item)) => bind(nodes, Some(item), &mut row),
                    (Item::Message { .. }, other) => panic!("{other:?} is no message"),
                }
                self.run(&format!("{}.insert", child.name.proto), &row)?;
                if let (Item::Message { nodes, .. }, Value::Message(item)) = (&child.item, &item) {
                    self.insert_children(&child.nested(), item, nodes, &key)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the elements of child tables into the messages that hold them: those whose places begin with `prefix`.
    fn fill(
        &self,
        nodes: &[Node],
        message: &mut DynamicMessage,
        prefix: &Row,
        children: &BTreeMap<Vec<u32>, Vec<Row>>,
    ) {
        for node in nodes {
            match node {
                Node::Scalar(_) | Node::Absent(_) => {}
                Node::Group(group) => self.fill_inside(&group.name.proto, &group.nodes, message, prefix, children),
                Node::Oneof(oneof) => {
                    for variant in &oneof.variants {
                        if let Node::Group(group) = &variant.node {
                            self.fill_inside(&group.name.proto, &group.nodes, message, prefix, children);
                        }
                    }
                }
                Node::Child(child) => self.fill_list(child, message, prefix, children),
            }
        }
    }

    fn fill_inside(
        &self,
        name: &str,
        nodes: &[Node],
        message: &mut DynamicMessage,
        prefix: &Row,
        children: &BTreeMap<Vec<u32>, Vec<Row>>,
    ) {
        let field = field(message, name);
        if message.has_field(&field)
            && let Value::Message(inner) = message.get_field_mut(&field)
        {
            self.fill(nodes, inner, prefix, children);
        }
    }

    fn fill_list(
        &self,
        child: &ChildTable,
        message: &mut DynamicMessage,
        prefix: &Row,
        children: &BTreeMap<Vec<u32>, Vec<Row>>,
    ) {
        let field = field(message, &child.field.proto);
        let element = element_field(&field);
        for row in &children[&child.path] {
            // The row is 0, the places from the outermost, the columns of the element.
            let (places, item) = row[1..].split_at(prefix.len() + 1);
            if places[..prefix.len()] != prefix[..] {
                continue;
            }
            let value = match &child.item {
                Item::Scalar(_) => from_sql(&element, &item[0]),
                Item::Message { nodes, .. } => {
                    let Kind::Message(of) = element.kind() else { panic!("an element is a message") };
                    let mut inner = DynamicMessage::new(of);
                    let columns = if nodes.iter().all(|n| n.columns().is_empty()) { &[] } else { item };
                    decode(nodes, &mut inner, &mut columns.iter().cloned());
                    self.fill(nodes, &mut inner, &places.to_vec(), children);
                    Value::Message(inner)
                }
            };
            match (message.get_field_mut(&field), &child.place) {
                (Value::List(list), Place::Position(_)) => list.push(value),
                (Value::Map(map), Place::Key(_)) => {
                    let Kind::Message(entry) = field.kind() else { panic!("a map has entries") };
                    let key = from_sql(&entry.map_entry_key_field(), &places[prefix.len()]);
                    map.insert(key.into_map_key().expect("a key"), value);
                }
                (other, _) => panic!("{other:?} is neither list nor map"),
            }
        }
    }

    fn run(&self, name: &str, row: &Row) -> rusqlite::Result<()> {
        let statement = &self.statements[&format!("{}.{name}", self.table.name.proto)];
        assert_eq!(statement.fields.len(), row.len(), "{name}: {}", statement.sql);
        self.db.prepare_cached(&statement.sql)?.execute(params_from_iter(row)).map(|_| ())
    }

    fn rows(&self, name: &str, key: &Row) -> rusqlite::Result<Vec<Row>> {
        let statement = &self.statements[&format!("{}.{name}", self.table.name.proto)];
        let mut prepared = self.db.prepare_cached(&statement.sql)?;
        let columns = prepared.column_count();
        let rows = prepared.query_map(params_from_iter(key), |row| (0..columns).map(|i| row.get(i)).collect())?;
        rows.collect()
    }
}

/// Appends the columns of a message's members; of a message that is not set, all but the presences are NULL.
fn bind(nodes: &[Node], message: Option<&DynamicMessage>, row: &mut Row) {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => row.push(scalar_of(scalar, message)),
            Node::Group(group) => {
                let inner = message.and_then(|m| set_message(m, &group.name.proto));
                row.push(Sql::Integer(inner.is_some().into()));
                bind(&group.nodes, inner.as_ref(), row);
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    bind(std::slice::from_ref(&variant.node), message, row);
                }
            }
            Node::Child(_) | Node::Absent(_) => {}
        }
    }
}

fn scalar_of(scalar: &Scalar, message: Option<&DynamicMessage>) -> Sql {
    let Some(message) = message else { return Sql::Null };
    let field = field(message, &scalar.name.proto);
    if (scalar.optional || scalar.null_for_zero) && !message.has_field(&field) {
        return Sql::Null;
    }
    to_sql(&scalar.column.ty, &message.get_field(&field))
}

/// Sets the members of a message from its columns.
fn decode(nodes: &[Node], message: &mut DynamicMessage, columns: &mut impl Iterator<Item = Sql>) {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => {
                let field = field(message, &scalar.name.proto);
                match columns.next().expect("a column for each scalar") {
                    Sql::Null => {}
                    sql => message.set_field(&field, from_sql(&field, &sql)),
                }
            }
            Node::Group(group) => {
                let field = field(message, &group.name.proto);
                let Kind::Message(of) = field.kind() else { panic!("a group is a message") };
                let set = columns.next() == Some(Sql::Integer(1));
                let mut inner = DynamicMessage::new(of);
                decode(&group.nodes, &mut inner, columns);
                if set {
                    message.set_field(&field, Value::Message(inner));
                }
            }
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    decode(std::slice::from_ref(&variant.node), message, columns);
                }
            }
            Node::Child(_) | Node::Absent(_) => {}
        }
    }
}

/// Returns the message that holds a child table's field, if the messages around it are set.
fn holder(nodes: &[Node], message: &DynamicMessage, child: &ChildTable) -> Option<DynamicMessage> {
    nodes.iter().find_map(|node| match node {
        Node::Child(found) => (found.path == child.path).then(|| message.clone()),
        Node::Scalar(_) | Node::Absent(_) => None,
        Node::Group(group) if node.children().iter().any(|c| c.path == child.path) => {
            holder(&group.nodes, &set_message(message, &group.name.proto)?, child)
        }
        Node::Group(_) => None,
        Node::Oneof(oneof) => oneof.variants.iter().find_map(|v| holder(std::slice::from_ref(&v.node), message, child)),
    })
}

fn set_message(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let field = field(message, name);
    match message.has_field(&field).then(|| message.get_field(&field).into_owned()) {
        Some(Value::Message(inner)) => Some(inner),
        _ => None,
    }
}

fn elements(holder: &DynamicMessage, field: &FieldDescriptor, child: &ChildTable) -> Vec<(Sql, Value)> {
    match (holder.get_field(field).into_owned(), &child.place) {
        (Value::List(list), Place::Position(_)) => {
            list.into_iter().enumerate().map(|(i, v)| (Sql::Integer(i as i64), v)).collect()
        }
        (Value::Map(map), Place::Key(key)) => {
            map.into_iter().map(|(k, v)| (to_sql(&key.ty, &from_key(&k)), v)).collect()
        }
        (other, _) => panic!("{other:?} is neither list nor map"),
    }
}

fn element_field(field: &FieldDescriptor) -> FieldDescriptor {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field(),
        _ => field.clone(),
    }
}

fn field(message: &DynamicMessage, name: &str) -> FieldDescriptor {
    let name = name.rsplit('.').next().unwrap_or(name);
    let descriptor = message.descriptor();
    descriptor.get_field_by_name(name).unwrap_or_else(|| panic!("{} has no field {name}", descriptor.full_name()))
}
