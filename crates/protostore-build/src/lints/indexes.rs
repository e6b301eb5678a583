//! Notes about indexes: those that let more through than they seem to, and those that another one serves.

use protostore_schema::{Index, IndexColumn, Schema, Table};

use super::Lint;

/// Returns a note for each unique index with a column that may be unset: SQL takes two unset values for different ones.
pub(super) fn unique_optional(schema: &Schema) -> Vec<Lint> {
    let of_table = |table: &Table| {
        let columns = table.columns();
        let lint = |index: Index| {
            let open = index.columns.iter().find_map(|part| {
                let column = columns.iter().find(|column| column.name.sql == part.column)?;
                // Where the condition asks for a value, the rows without one are meant to be left out.
                let is_asked = index
                    .condition
                    .as_ref()
                    .is_some_and(|condition| condition.columns().contains(&part.column.as_str()));
                (column.nullable && !is_asked).then_some(column.name.proto.as_str())
            })?;
            // One field that is unique where it is set says what it does; of several, the others look unique as well.
            if index.columns.len() == 1 {
                return None;
            }
            let (store, name) = (&schema.name, &table.name.proto);
            let says = format!(
                "`{name}` of `{store}` can have several rows of the same {} where `{open}` is unset, though the index is \
                 unique: a unique index without `{open}`, `where: \"NOT {open}:*\"`, keeps them apart; REQUIRED excludes \
                 them",
                spelled(&index.columns),
            );
            Some(Lint { name: "unique_optional", place: format!("{store}.{name}.{open}"), says })
        };
        table.indexes_of_readers().into_iter().filter(|index| index.unique).filter_map(lint).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

/// Returns a note for each index whose columns are the first ones of the key or of another index.
pub(super) fn prefixes(schema: &Schema) -> Vec<Lint> {
    let of_table = |table: &Table| {
        let lint = |index: &Index| {
            let own = without_key(index, table);
            let key: Vec<IndexColumn> =
                table.key.iter().map(|column| IndexColumn { column: column.clone(), descending: false }).collect();
            let by_key = index.condition.is_none() && own.len() < key.len() && key.starts_with(own);
            let longer = table.indexes.iter().find(|other| {
                let columns = without_key(other, table);
                other.condition == index.condition && columns.len() > own.len() && columns.starts_with(own)
            });
            let by = match (by_key, longer) {
                (true, _) => "the key begins with them".to_owned(),
                (false, Some(other)) => format!("the index on {} begins with them", spelled(without_key(other, table))),
                (false, None) => return None,
            };
            let (store, name) = (&schema.name, &table.name.proto);
            let says = format!(
                "`{name}` of `{store}` has an index on {}, and {by}, so it finds the same rows: without it, writes are faster \
                 and the file is smaller",
                spelled(own),
            );
            let place = format!(
                "{store}.{name}.{}",
                own.first().map(|part| part.column.replace("__", ".")).unwrap_or_default()
            );
            Some(Lint { name: "prefix_index", place, says })
        };
        table.indexes.iter().filter(|index| !index.unique).filter_map(lint).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

/// Returns the columns that the proto names: an index that is not unique ends with those of the key.
fn without_key<'i>(index: &'i Index, table: &Table) -> &'i [IndexColumn] {
    let columns = &index.columns;
    let is_key = |part: &&IndexColumn| table.key.contains(&part.column);
    let end = columns.len() - columns.iter().rev().take_while(is_key).count();
    if index.unique || end == 0 { columns } else { &columns[..end] }
}

/// Returns columns as fields: `status`, `create_time desc`.
fn spelled(columns: &[IndexColumn]) -> String {
    let one = |part: &IndexColumn| {
        format!("`{}{}`", part.column.replace("__", "."), if part.descending { " desc" } else { "" })
    };
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}
