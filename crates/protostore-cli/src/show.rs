//! `protostore show`: the records of a table.

use prost_reflect::DynamicMessage;
use protostore::upkeep::Database;
use protostore_schema::{Node, Table as Model};

use crate::args::What;
use crate::failure::{Answer, Failure};
use crate::model;
use crate::output::{Output, Style};
use crate::record::{Reader, Shown, show};
use crate::table::{Cell, Table, print_lines};

/// Prints the records that are asked for.
pub(crate) fn run(database: &Database, what: &What, out: &mut Output) -> Result<Answer, Failure> {
    let model = model::Model::of(database)?;
    let table = model.table(&what.table)?;
    let reader = Reader::new(database, table, model.record(table)?);
    if !what.key.is_empty() || table.singleton.is_some() {
        return match reader.get(&what.key)? {
            Some(record) => print_record(&record, table, what, out).map(|()| Answer::Yes),
            None => {
                let named = [&["has no record".to_owned()], what.key.as_slice()].concat().join(" ");
                out.complain(&Failure::Key(format!("{} {named}", table.name.proto)));
                Ok(Answer::No)
            }
        };
    }
    print_all(&reader, table, what, out).map(|()| Answer::Yes)
}

/// Prints a record whole.
fn print_record(record: &DynamicMessage, table: &Model, what: &What, out: &mut Output) -> Result<(), Failure> {
    let shown = show(record, Some(&table.record.nodes), what.reveal);
    if out.is_json() {
        return out.line(&shown.json());
    }
    let heading = [std::slice::from_ref(&table.name.proto), &what.key].concat().join(" ");
    print_lines(&heading, shown.lines(), out)
}

/// Prints records in the order of their keys, and whether there are more.
fn print_all(reader: &Reader<'_>, table: &Model, what: &What, out: &mut Output) -> Result<(), Failure> {
    let limit = if what.limit == 0 { u64::MAX } else { what.limit };
    let columns = columns(&table.record.nodes, "");
    let mut printed = Table::new(columns.iter().map(|(path, _)| path.clone()));
    let (mut count, mut more) = (0_u64, false);
    reader.all(|record| {
        if count == limit {
            more = true;
            return Ok(false);
        }
        count += 1;
        let shown = show(&record, Some(&table.record.nodes), what.reveal);
        if out.is_json() {
            out.line(&shown.json())?;
        } else {
            printed.push(columns.iter().map(|(path, many)| cell(&shown, path, *many)).collect());
        }
        Ok(true)
    })?;
    if out.is_json() {
        return Ok(());
    }
    printed.print(what.expanded, out)?;
    let end = match (count, more) {
        (1, false) => "(1 record)".to_owned(),
        (1, true) => "(1 record; there are more: --limit 0 prints all)".to_owned(),
        (_, false) => format!("({count} records)"),
        (_, true) => format!("({count} records; there are more: --limit 0 prints all)"),
    };
    out.line(&out.styled(Style::Dim, &end))
}

/// Returns the paths of the values of a record that a table has columns for, and whether each is a list or a map.
fn columns(nodes: &[Node], around: &str) -> Vec<(String, bool)> {
    let mut columns = Vec::new();
    for node in nodes {
        let own = node.name().proto.rsplit('.').next().unwrap_or_default();
        let path = if around.is_empty() { own.to_owned() } else { format!("{around}.{own}") };
        match node {
            Node::Scalar(_) => columns.push((path, false)),
            Node::Group(group) if group.nodes.is_empty() => columns.push((path, false)),
            Node::Group(group) => columns.extend(self::columns(&group.nodes, &path)),
            Node::Oneof(oneof) => {
                for variant in &oneof.variants {
                    columns.extend(self::columns(std::slice::from_ref(&variant.node), around));
                }
            }
            Node::Child(_) => columns.push((path, true)),
            Node::Absent(_) => {}
        }
    }
    columns
}

/// Returns what a column shows of a record: of a list or map, how many elements it has.
fn cell(record: &Shown, path: &str, many: bool) -> Cell {
    let mut found = record;
    for name in path.split('.') {
        let Shown::Message(members) = found else { return None };
        found = &members.iter().find(|(member, _)| member == name)?.1;
    }
    match found {
        Shown::Unset => None,
        Shown::Leaf(text, _) => Some(text.clone()),
        Shown::List(items) if many => Some(format!("[{}]", items.len())),
        Shown::Map(entries) if many => Some(format!("[{}]", entries.len())),
        other => Some(other.json()),
    }
}

/// Returns bytes as SQL writes them, `x'c0ffee'`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("x'{}'", digits.collect::<String>())
}
