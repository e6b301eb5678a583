//! What a snapshot says by number: the tables that references, relations and foreign keys name, and their columns by path.
//!
//! In memory these are SQL names, as all that reads a schema writes SQL. A rename of a table or field changes the names,
//! and nothing of what is referred to.

use std::collections::BTreeMap;

use crate::{ChildTable, Column, ForeignKey, Item, Node, Place, Reference, Relation, Role, Schema, Table};

/// The names of a schema's tables and columns, each with the text that a snapshot has for it.
struct Texts {
    /// Tables by SQL name: the number, and the columns by SQL name.
    tables: BTreeMap<String, (u32, Columns)>,
}

/// SQL names of columns, each with its role and path: `3.1`, `owner_key 1`.
#[derive(Clone, Default)]
struct Columns(Vec<(String, String)>);

/// What a snapshot refers to and its schema has not.
pub(crate) struct Missing(pub(crate) String);

/// Returns the schema with numbers in place of the names that it refers by.
pub(crate) fn numbered(schema: &Schema) -> Schema {
    let texts = Texts::of(schema);
    let table = |name: &str| texts.tables.get(name).map_or_else(|| name.to_owned(), |(number, _)| number.to_string());
    let mut new = schema.clone();
    for_each(&mut new, &mut |own, refers| {
        match refers {
            Refers::Reference(Reference { table: name, .. }) => *name = table(name),
            Refers::Relation(Relation { table: name, column, .. }) => {
                let columns = texts.tables.get(name.as_str()).map(|(_, columns)| columns);
                *column = columns.and_then(|columns| columns.text(column)).unwrap_or(column).to_owned();
                *name = table(name);
            }
            Refers::ForeignKey(ForeignKey { table: name, columns, .. }) => {
                for column in columns {
                    *column = own.text(column).unwrap_or(column).to_owned();
                }
                *name = table(name);
            }
        }
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap_or_else(|never| match never {});
    new
}

/// Puts the names back that a schema refers by.
pub(crate) fn name(schema: &mut Schema) -> Result<(), Missing> {
    let mut by_number: BTreeMap<String, (String, Vec<String>, Columns)> = BTreeMap::new();
    for table in &schema.tables {
        let Table { number, name, key, .. } = table;
        by_number.insert(number.to_string(), (name.sql.clone(), key.clone(), Columns::of(&table.all_columns())));
    }
    let table = |number: &str| by_number.get(number).ok_or_else(|| Missing(format!("there is no table {number}")));
    for_each(schema, &mut |own, refers| {
        match refers {
            Refers::Reference(Reference { table: number, column, .. }) => {
                let (name, key, _) = table(number)?;
                let [only] = key.as_slice() else {
                    return Err(Missing(format!("table {number} has no key of one column")));
                };
                column.clone_from(only);
                number.clone_from(name);
            }
            Refers::Relation(Relation { table: number, column, .. }) => {
                let (name, _, columns) = table(number)?;
                *column = columns.name(column)?;
                number.clone_from(name);
            }
            Refers::ForeignKey(ForeignKey { table: number, columns, key, .. }) => {
                for column in columns {
                    *column = own.name(column)?;
                }
                let (name, parts, _) = table(number)?;
                key.clone_from(parts);
                number.clone_from(name);
            }
        }
        Ok(())
    })
}

/// What refers to another table.
enum Refers<'a> {
    Reference(&'a mut Reference),
    Relation(&'a mut Relation),
    ForeignKey(&'a mut ForeignKey),
}

impl Texts {
    fn of(schema: &Schema) -> Self {
        let tables = schema.tables.iter();
        let tables = tables.map(|t| (t.name.sql.clone(), (t.number, Columns::of(&t.all_columns()))));
        Self { tables: tables.collect() }
    }
}

impl Columns {
    fn of(columns: &[&Column]) -> Self {
        let text = |column: &&Column| {
            let path = column.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
            let role = match column.role {
                Role::Value => "",
                Role::Presence => "presence ",
                Role::OwnerKey => "owner_key ",
                Role::Position => "position ",
                Role::MapKey => "map_key ",
                Role::Singleton => "singleton ",
            };
            (column.name.sql.clone(), format!("{role}{path}"))
        };
        Self(columns.iter().map(text).collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str())
    }

    fn name(&self, text: &str) -> Result<String, Missing> {
        let found = self.0.iter().find(|(_, of)| of == text).map(|(name, _)| name.clone());
        found.ok_or_else(|| Missing(format!("there is no column {text:?} to refer by")))
    }
}

/// Calls a function with all that refers, and the columns of the table that it is in.
fn for_each<E>(schema: &mut Schema, call: &mut impl FnMut(&Columns, Refers<'_>) -> Result<(), E>) -> Result<(), E> {
    for table in &mut schema.tables {
        let columns = Columns::of(&table.all_columns());
        for key in &mut table.foreign_keys {
            call(&columns, Refers::ForeignKey(key))?;
        }
        in_nodes(&mut table.record.nodes, &columns, call)?;
    }
    Ok(())
}

fn in_nodes<E>(
    nodes: &mut [Node],
    columns: &Columns,
    call: &mut impl FnMut(&Columns, Refers<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for node in nodes {
        match node {
            Node::Scalar(scalar) => in_column(&mut scalar.column, columns, call)?,
            Node::Group(group) => in_nodes(&mut group.nodes, columns, call)?,
            Node::Oneof(oneof) => {
                for variant in &mut oneof.variants {
                    in_nodes(std::slice::from_mut(&mut variant.node), columns, call)?;
                }
            }
            Node::Child(child) => in_child(child, call)?,
            Node::Absent(absent) => {
                if let Some(relation) = &mut absent.relation {
                    call(columns, Refers::Relation(relation))?;
                }
            }
        }
    }
    Ok(())
}

fn in_child<E>(child: &mut ChildTable, call: &mut impl FnMut(&Columns, Refers<'_>) -> Result<(), E>) -> Result<(), E> {
    let columns = Columns::of(&child.columns());
    for key in &mut child.foreign_keys {
        call(&columns, Refers::ForeignKey(key))?;
    }
    for column in &mut child.owner {
        in_column(column, &columns, call)?;
    }
    match &mut child.place {
        Place::Position(column) | Place::Key(column) => in_column(column, &columns, call)?,
        Place::Alone(_) => {}
    }
    match &mut child.item {
        Item::Scalar(column) => in_column(column, &columns, call),
        Item::Message { nodes, .. } => in_nodes(nodes, &columns, call),
    }
}

fn in_column<E>(
    column: &mut Column,
    columns: &Columns,
    call: &mut impl FnMut(&Columns, Refers<'_>) -> Result<(), E>,
) -> Result<(), E> {
    column.reference.as_mut().map_or(Ok(()), |reference| call(columns, Refers::Reference(reference)))
}

/// The number of a table in a snapshot.
pub(crate) mod table {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(number: &str, serializer: S) -> Result<S::Ok, S::Error> {
        let number: u32 = number.parse().map_err(|_| serde::ser::Error::custom("a snapshot names tables by number"))?;
        serializer.serialize_u32(number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Ok(u32::deserialize(deserializer)?.to_string())
    }
}
