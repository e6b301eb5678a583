//! A table as SQL has it: a record's own, or that of a repeated field, with everything that SQL can tell of it.

use protostore_schema::{
    Alone, ChildTable, Column, Counted, ForeignKey, Index, Item, Node, Place, Role, Schema, Table,
};

/// What a column is called by: the path of field numbers, and what it holds of the field.
pub(crate) type ColumnId = (Vec<u32>, Role);

/// A table of its own, or of a repeated field.
pub(crate) struct Relation<'a> {
    /// Field numbers of the repeated field; none for the record's own table.
    pub(crate) path: &'a [u32],
    pub(crate) name: &'a str,
    pub(crate) columns: Vec<Placed<'a>>,
    pub(crate) key: Vec<ColumnId>,
    pub(crate) oneofs: Vec<Members<'a>>,
    pub(crate) indexes: &'a [Index],
    /// What is said of a message in a table of its own.
    pub(crate) alone: Option<Alone>,
    pub(crate) foreign_keys: &'a [ForeignKey],
    /// How many rows an owner may have.
    pub(crate) counted: Counted,
    /// Whether all rows of an owner together keep what they are when it is inserted.
    pub(crate) immutable: bool,
}

/// A column and whether it may be unset where it stands.
pub(crate) struct Placed<'a> {
    pub(crate) column: &'a Column,
    /// Inside a message every column is nullable, and a CHECK tells which of them must be set with the message.
    pub(crate) optional: bool,
    /// Whether it keeps the value of the insert, itself or with a message around.
    pub(crate) immutable: bool,
}

/// A oneof and its members.
pub(crate) struct Members<'a> {
    pub(crate) name: &'a str,
    pub(crate) required: bool,
    pub(crate) members: Vec<Member<'a>>,
}

/// A member of a oneof: the column or the table that says that it is set, and the label that the readable view shows.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) path: &'a [u32],
    /// What the column holds of the field; nothing of a message in a table of its own.
    pub(crate) role: Option<Role>,
    /// SQL name of the column or table.
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
}

/// Returns the tables of a record: its own first.
pub(crate) fn relations(table: &Table) -> Vec<Relation<'_>> {
    let singleton = table.singleton.iter().map(alone);
    let own = Relation {
        path: &[],
        name: &table.name.sql,
        columns: singleton.chain(placed(&table.record.nodes, Around::default())).collect(),
        key: table.key_columns().into_iter().map(id).collect(),
        oneofs: oneofs(&table.record.nodes),
        indexes: &table.indexes,
        alone: None,
        foreign_keys: &table.foreign_keys,
        counted: Counted::default(),
        immutable: false,
    };
    std::iter::once(own).chain(table.descendants().into_iter().map(child)).collect()
}

pub(crate) fn id(column: &Column) -> ColumnId {
    (column.path.clone(), column.role)
}

/// Returns what a reference points at by number: the table's, and the identity of the key column.
pub(crate) fn target(schema: &Schema, column: &Column) -> Option<(u32, ColumnId)> {
    let reference = column.reference.as_ref()?;
    let table = schema.tables.iter().find(|table| table.name.sql == reference.table)?;
    let key = table.columns().into_iter().find(|key| key.name.sql == reference.column)?;
    Some((table.number, id(key)))
}

fn child(child: &ChildTable) -> Relation<'_> {
    let fixed = child.key_columns();
    let mut columns: Vec<_> = fixed.iter().map(|&column| alone(column)).collect();
    let (items, oneofs) = match &child.item {
        Item::Scalar(column) => (vec![alone(column)], Vec::new()),
        Item::Message { nodes, .. } => (placed(nodes, Around::default()), oneofs(nodes)),
    };
    columns.extend(items);
    Relation {
        path: &child.path,
        name: &child.name.sql,
        columns,
        key: fixed.into_iter().map(id).collect(),
        oneofs,
        indexes: &child.indexes,
        alone: match child.place {
            Place::Alone(alone) => Some(alone),
            Place::Position(_) | Place::Key(_) => None,
        },
        foreign_keys: &child.foreign_keys,
        counted: child.counted,
        immutable: child.immutable,
    }
}

/// What the messages around say of a field.
#[derive(Clone, Copy, Default)]
struct Around {
    in_message: bool,
    immutable: bool,
}

/// A column of which nothing but itself says what may stand in it.
fn alone(column: &Column) -> Placed<'_> {
    Placed { column, optional: column.nullable, immutable: false }
}

fn placed(nodes: &[Node], around: Around) -> Vec<Placed<'_>> {
    nodes.iter().flat_map(|node| placed_node(node, around)).collect()
}

fn placed_node(node: &Node, around: Around) -> Vec<Placed<'_>> {
    match node {
        Node::Scalar(scalar) => {
            let column = &scalar.column;
            let optional = match around.in_message {
                true => (scalar.optional && !scalar.open) || scalar.null_for_zero,
                false => column.nullable,
            };
            vec![Placed { column, optional, immutable: around.immutable || scalar.immutable }]
        }
        Node::Group(group) => {
            let immutable = around.immutable || group.immutable;
            let presence = Placed { immutable, ..alone(&group.presence) };
            let inside = Around { in_message: true, immutable };
            std::iter::once(presence).chain(placed(&group.nodes, inside)).collect()
        }
        Node::Oneof(oneof) => oneof.variants.iter().flat_map(|v| placed_node(&v.node, around)).collect(),
        Node::Child(_) | Node::Absent(_) => Vec::new(),
    }
}

fn oneofs(nodes: &[Node]) -> Vec<Members<'_>> {
    nodes.iter().flat_map(oneofs_of).collect()
}

fn oneofs_of<'n>(node: &'n Node) -> Vec<Members<'n>> {
    match node {
        Node::Scalar(_) | Node::Child(_) | Node::Absent(_) => Vec::new(),
        Node::Group(group) => oneofs(&group.nodes),
        Node::Oneof(oneof) => {
            let member = |node: &'n Node| {
                let label = node.name().proto.as_str();
                if let Node::Child(child) = node {
                    return Some(Member { path: &child.path, role: None, name: &child.name.sql, label });
                }
                let column = node.columns().into_iter().next()?;
                Some(Member { path: &column.path, role: Some(column.role), name: &column.name.sql, label })
            };
            let members = oneof.variants.iter().filter_map(|v| member(&v.node)).collect();
            let inner = oneof.variants.iter().flat_map(|v| oneofs_of(&v.node));
            std::iter::once(Members { name: &oneof.name.sql, required: oneof.required, members }).chain(inner).collect()
        }
    }
}
