//! A second mapping, which these tests alone have: other names of columns and tables, and no defaults.
//!
//! It is made of what the first mapping says, as plain data: the generator has no place where another could be put in.

use protostore_schema::{ChildTable, Column, ForeignKey, Index, Item, Node, Place, Role, Schema, Table};

/// The version of this mapping.
pub(crate) const SECOND: u32 = 2;

/// Turns the schema of a store into what the second mapping makes of its messages.
pub(super) fn second(schema: &mut Schema) {
    schema.mapping = SECOND;
    for table in &mut schema.tables {
        let Table { key, singleton, record, indexes, foreign_keys, revision, hash_chain, expire, soft_delete, .. } =
            table;
        key.iter_mut().for_each(name);
        singleton.iter_mut().for_each(column);
        [revision, hash_chain, expire, soft_delete].into_iter().flatten().for_each(name);
        derived(indexes, foreign_keys);
        nodes(&mut record.nodes, true);
    }
}

/// A path is joined by another word, and a place in a list is called otherwise.
fn name(sql: &mut String) {
    *sql = sql.replace("__", "_of_").replace("_position", "_place");
}

fn column(column: &mut Column) {
    name(&mut column.name.sql);
    if let Some(to) = &mut column.reference {
        name(&mut to.table);
        name(&mut to.column);
    }
}

fn derived(indexes: &mut [Index], foreign_keys: &mut [ForeignKey]) {
    for index in indexes {
        name(&mut index.name);
        index.columns.iter_mut().for_each(|of| name(&mut of.column));
        let renamed = |sql: &str| {
            let mut sql = sql.to_owned();
            name(&mut sql);
            sql
        };
        index.condition = index.condition.as_ref().map(|condition| condition.renamed(&renamed));
    }
    for ForeignKey { columns, table, key, .. } in foreign_keys {
        columns.iter_mut().chain([table]).chain(key).for_each(name);
    }
}

/// `is_top` says whether they are columns of a record itself, of which none keeps its default.
fn nodes(all: &mut [Node], is_top: bool) {
    for node in all {
        match node {
            Node::Scalar(scalar) => {
                column(&mut scalar.column);
                name(&mut scalar.name.sql);
                scalar.column.default_zero &= !(is_top && scalar.column.role == Role::Value);
            }
            Node::Group(group) => {
                column(&mut group.presence);
                name(&mut group.name.sql);
                nodes(&mut group.nodes, false);
            }
            Node::Oneof(oneof) => {
                name(&mut oneof.name.sql);
                oneof.variants.iter_mut().for_each(|of| nodes(std::slice::from_mut(&mut of.node), is_top));
            }
            Node::Child(of) => child(of),
            Node::Absent(absent) => {
                if let Some(relation) = &mut absent.relation {
                    name(&mut relation.table);
                    name(&mut relation.column);
                }
            }
        }
    }
}

fn child(child: &mut ChildTable) {
    let ChildTable { name: own, owner, place, item, indexes, foreign_keys, .. } = child;
    name(&mut own.sql);
    owner.iter_mut().for_each(column);
    match place {
        Place::Position(of) | Place::Key(of) => column(of),
        Place::Alone(_) => {}
    }
    match item {
        Item::Scalar(of) => column(of),
        Item::Message { nodes: inner, .. } => nodes(inner, false),
    }
    derived(indexes, foreign_keys);
}
