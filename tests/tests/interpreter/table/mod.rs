//! Reads and writes records by the model and the emitted statements alone, without generated Rust.

mod bind;
pub(crate) mod clock;
mod decode;
mod explain;

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use protostore::Error;
use protostore_emit::{Constraint, Dialect, Statement};
use protostore_schema::{ChildTable, Column, Item, Node, Place, Table};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use super::json::Names;
use super::values::{Parameters, put, take};
use bind::{Bound, bind};
use clock::given;
use decode::decode;

pub(crate) type Row = Vec<Sql>;

/// A table with the statements of the generated crate, by name.
pub(crate) struct Interpreter<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) table: &'a Table,
    pub(crate) statements: &'a BTreeMap<String, Statement>,
    pub(crate) constraints: &'a [Constraint],
    /// What earlier versions called what JSON holds.
    pub(crate) names: &'a Names,
}

impl Interpreter<'_> {
    /// Inserts a record and everything inside it, or says why not, as the run time does.
    pub(crate) fn insert(&self, message: &DynamicMessage) -> Result<(), Error> {
        let row = self.own_row(message)?;
        self.run("insert", &self.table.name.sql, &self.table.columns(), row)?;
        let key = self.key(message)?;
        self.insert_children(&self.table.children(), message, &self.table.record.nodes, &key)
    }

    /// Reads a record and everything inside it; nothing where it is not there for readers, since it has expired or was
    /// deleted.
    pub(crate) fn get(&self, key: &Row, of: &MessageDescriptor) -> rusqlite::Result<Option<DynamicMessage>> {
        let Some(row) = self.rows("get", key)?.into_iter().next() else { return Ok(None) };
        let mut message = DynamicMessage::new(of.clone());
        let row = if self.table.columns().is_empty() { Row::new() } else { row };
        let mut columns = row.into_iter();
        decode(&self.table.record.nodes, &mut message, &mut columns, self.names);
        assert_eq!(columns.next(), None, "every column was read");
        let mut children = BTreeMap::new();
        for child in self.table.descendants() {
            children.insert(child.path.clone(), self.rows(&format!("{}.load", child.name.proto), key)?);
        }
        self.fill(&self.table.record.nodes, &mut message, &Row::new(), &children);
        Ok(Some(message))
    }

    /// Writes a record and everything inside it over the one that has its key, as the run time does: the row by the upsert,
    /// and lists by deleting their elements and inserting them again.
    pub(crate) fn replace(&self, message: &DynamicMessage) -> Result<(), Error> {
        let row = self.own_row(message)?;
        self.run("upsert", &self.table.name.sql, &self.table.columns(), row)?;
        let key = self.key(message)?;
        for child in self.table.children() {
            let statement = self.statement(&format!("{}.delete", child.name.proto));
            let values = given(statement, &key);
            let ran = self
                .db
                .prepare_cached(&statement.sql(Dialect::Sqlite))
                .and_then(|mut s| s.execute(params_from_iter(values)));
            ran.map_err(|e| self.explain(&e, &child.name.sql, &child.columns(), &key))?;
        }
        self.insert_children(&self.table.children(), message, &self.table.record.nodes, &key)
    }

    /// Deletes a record and everything inside it.
    pub(crate) fn delete(&self, key: &Row) -> rusqlite::Result<usize> {
        let statement = self.statement("delete");
        let values = given(statement, key);
        self.db.prepare_cached(&statement.sql(Dialect::Sqlite))?.execute(params_from_iter(values))
    }

    /// Returns the values of the key.
    pub(crate) fn key(&self, message: &DynamicMessage) -> Result<Row, Error> {
        if self.table.singleton.is_some() {
            return Ok(vec![Sql::Integer(1)]);
        }
        let row = self.own_row(message)?;
        let columns = self.table.columns();
        let at = |key: &String| columns.iter().position(|c| c.name.sql == *key).expect("a key column is a column");
        Ok(self.table.key.iter().map(|key| row[at(key)].clone()).collect())
    }

    fn own_row(&self, message: &DynamicMessage) -> Result<Row, Error> {
        let mut row = Bound { table: &self.table.name.sql, parameters: Parameters::default() };
        bind(&self.table.record.nodes, Some(message), &mut row)?;
        Ok(row.parameters.0)
    }

    fn insert_children(
        &self,
        children: &[&ChildTable],
        owner: &DynamicMessage,
        around: &[Node],
        prefix: &Row,
    ) -> Result<(), Error> {
        for child in children {
            let Some(holder) = holder(around, owner, child) else { continue };
            let field = field(&holder, &child.field.proto);
            for (place, item) in elements(&holder, &field, child) {
                let mut row = Bound { table: &child.name.sql, parameters: Parameters(prefix.clone()) };
                match (&child.place, &place) {
                    (Place::Key(key), Some(place)) => row.put(key, place)?,
                    (Place::Position(_), Some(Value::I64(at))) => row.parameters.0.push(Sql::Integer(*at)),
                    (Place::Alone(_), None) => {}
                    (_, other) => panic!("{other:?} is no place"),
                }
                let key = row.parameters.0.clone();
                match (&child.item, &item) {
                    (Item::Scalar(column), value) => row.put(column, value)?,
                    (Item::Message { nodes, .. }, Value::Message(item)) => bind(nodes, Some(item), &mut row)?,
                    (Item::Message { .. }, other) => panic!("{other:?} is no message"),
                }
                let statement = format!("{}.insert", child.name.proto);
                self.run(&statement, &child.name.sql, &child.columns(), row.parameters.0)?;
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
                        match &variant.node {
                            Node::Group(group) => {
                                self.fill_inside(&group.name.proto, &group.nodes, message, prefix, children);
                            }
                            Node::Child(child) => self.fill_list(child, message, prefix, children),
                            Node::Scalar(_) | Node::Oneof(_) | Node::Absent(_) => {}
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
            let own = usize::from(child.place.column().is_some());
            let (places, item) = row[1..].split_at(prefix.len() + own);
            if places[..prefix.len()] != prefix[..] {
                continue;
            }
            let value = match &child.item {
                Item::Scalar(column) => take(self.names, column, &element, &item[0]),
                Item::Message { nodes, .. } => {
                    let Kind::Message(of) = element.kind() else { panic!("an element is a message") };
                    let mut inner = DynamicMessage::new(of);
                    let columns = if nodes.iter().all(|n| n.columns().is_empty()) { &[] } else { item };
                    decode(nodes, &mut inner, &mut columns.iter().cloned(), self.names);
                    self.fill(nodes, &mut inner, &places.to_vec(), children);
                    Value::Message(inner)
                }
            };
            if let Place::Alone(_) = child.place {
                message.set_field(&field, value);
                continue;
            }
            match (message.get_field_mut(&field), &child.place) {
                (Value::List(list), Place::Position(_)) => list.push(value),
                (Value::Map(map), Place::Key(column)) => {
                    let Kind::Message(entry) = field.kind() else { panic!("a map has entries") };
                    let key = take(self.names, column, &entry.map_entry_key_field(), &places[prefix.len()]);
                    map.insert(key.into_map_key().expect("a key"), value);
                }
                (other, _) => panic!("{other:?} is neither list nor map"),
            }
        }
    }

    fn statement(&self, name: &str) -> &Statement {
        &self.statements[&format!("{}.{name}", self.table.name.proto)]
    }

    fn run(&self, name: &str, table: &str, columns: &[&Column], row: Row) -> Result<(), Error> {
        let statement = self.statement(name);
        let sql = statement.sql(Dialect::Sqlite);
        let fields: Vec<_> = columns.iter().map(|c| &c.name.proto).collect();
        let params: Vec<_> = statement.params().iter().map(|param| param.field.as_ref()).collect();
        assert!(statement.row && params.len() == row.len(), "{name}: {sql}");
        assert_eq!(params, fields, "{name} names the field of each parameter");
        let ran = self.db.prepare_cached(&sql).and_then(|mut s| s.execute(params_from_iter(&row)));
        ran.map(|_| ()).map_err(|e| self.explain(&e, table, columns, &row))
    }

    fn rows(&self, name: &str, key: &Row) -> rusqlite::Result<Vec<Row>> {
        let statement = self.statement(name);
        let mut prepared = self.db.prepare_cached(&statement.sql(Dialect::Sqlite))?;
        let (columns, values) = (prepared.column_count(), given(statement, key));
        let rows = prepared.query_map(params_from_iter(values), |row| (0..columns).map(|i| row.get(i)).collect())?;
        rows.collect()
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

pub(super) fn set_message(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let field = field(message, name);
    match message.has_field(&field).then(|| message.get_field(&field).into_owned()) {
        Some(Value::Message(inner)) => Some(inner),
        _ => None,
    }
}

/// Returns the elements of a list with their positions, of a map with their keys, or a message that is set.
fn elements(holder: &DynamicMessage, field: &FieldDescriptor, child: &ChildTable) -> Vec<(Option<Value>, Value)> {
    if let Place::Alone(_) = child.place {
        let set = holder.has_field(field).then(|| holder.get_field(field).into_owned());
        return set.into_iter().map(|value| (None, value)).collect();
    }
    match (holder.get_field(field).into_owned(), &child.place) {
        (Value::List(list), Place::Position(_)) => {
            list.into_iter().zip(0..).map(|(value, at)| (Some(Value::I64(at)), value)).collect()
        }
        (Value::Map(map), Place::Key(_)) => map.into_iter().map(|(k, v)| (Some(Value::from(k)), v)).collect(),
        (other, _) => panic!("{other:?} is neither list nor map"),
    }
}

fn element_field(field: &FieldDescriptor) -> FieldDescriptor {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field(),
        _ => field.clone(),
    }
}

pub(super) fn field(message: &DynamicMessage, name: &str) -> FieldDescriptor {
    let name = name.rsplit('.').next().unwrap_or(name);
    let descriptor = message.descriptor();
    descriptor.get_field_by_name(name).unwrap_or_else(|| panic!("{} has no field {name}", descriptor.full_name()))
}
