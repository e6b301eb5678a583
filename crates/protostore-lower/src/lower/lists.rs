//! Adds the indexes in whose order lists come, where those that are asked for have no such order.

use protostore_schema::{ChildTable, Index, IndexColumn, Item, List, Node, Table, index_name};

/// An index that a list needs, and the path of the child table that has it.
struct Needed {
    child: Option<Vec<u32>>,
    index: Index,
}

/// Adds them. A unique index over a column that may be NULL cannot end with the key, as it would bind less: one that is
/// not unique is put beside it. An index of elements that has other columns before the owner's key has its records in no
/// order: one of the list's columns alone is put beside it.
pub(super) fn serve(table: &mut Table) {
    while let Some(Needed { child, index }) = needed(table) {
        match child {
            None => table.indexes.push(index),
            Some(path) => {
                let child = table.record.nodes.iter_mut().find_map(|node| child_at(node, &path));
                child.expect("a list goes through a child table of its record").indexes.push(index);
            }
        }
    }
}

fn needed(table: &Table) -> Option<Needed> {
    let lists = table.lists();
    let list = lists.iter().find(|list| table.order_of(list).is_none())?;
    let (name, indexes) = match list.through {
        None => (&table.name.sql, table.indexes_of_readers()),
        Some(child) => (&child.name.sql, child.indexes.clone()),
    };
    let begins = |index: &&Index| {
        let first = index.columns.get(..list.by.len());
        index.condition == list.of
            && first.is_some_and(|first| first.iter().all(|column| list_has(list, &column.column)))
    };
    let found = indexes.iter().find(begins);
    let columns = match (found, list.through) {
        (Some(index), None) => index.columns.clone(),
        (Some(index), Some(_)) => index.columns[..list.by.len()].to_vec(),
        (None, _) => {
            let ascending = |name: &String| IndexColumn { column: name.clone(), descending: false };
            list.by.iter().map(|column| ascending(&column.name.sql)).collect()
        }
    };
    let name = index_name(name, false, &columns, list.of.as_ref());
    let index = Index { name, columns, unique: false, condition: list.of.clone() };
    Some(Needed { child: list.through.map(|child| child.path.clone()), index })
}

fn list_has(list: &List<'_>, name: &str) -> bool {
    list.by.iter().any(|column| column.name.sql == name)
}

/// Returns the child table of a path at or below a member.
fn child_at<'n>(node: &'n mut Node, path: &[u32]) -> Option<&'n mut ChildTable> {
    match node {
        Node::Scalar(_) | Node::Absent(_) => None,
        Node::Group(group) => group.nodes.iter_mut().find_map(|node| child_at(node, path)),
        Node::Oneof(oneof) => oneof.variants.iter_mut().find_map(|variant| child_at(&mut variant.node, path)),
        Node::Child(child) => {
            if child.path == path {
                return Some(child);
            }
            match &mut child.item {
                Item::Scalar(_) => None,
                Item::Message { nodes, .. } => nodes.iter_mut().find_map(|node| child_at(node, path)),
            }
        }
    }
}
