//! What values must be and what becomes of them: the constraints of columns, in words.

use protostore_schema::{ChildTable, Column, Counted, Form, Generated, Node, OnDelete, Reference, Schema, Table};

use super::prose::with_code;
use crate::markup::{Element, el};

/// Returns what is asked of the values of a column, one thing each.
pub(super) fn of(schema: &Schema, table: &Table, name: &str, column: &Column) -> Vec<Element> {
    let item = |text: String| with_code(el("li"), &text);
    let mut notes: Vec<Element> = column.reference.iter().map(|reference| refers(schema, reference)).collect();
    let keys = table.foreign_keys.iter().filter(|_| name == table.name.sql);
    let keys = keys.chain(table.descendants().into_iter().filter(|c| c.name.sql == name).flat_map(|c| &c.foreign_keys));
    notes.extend(keys.filter(|key| key.columns.contains(&column.name.sql)).map(|key| {
        let how = if key.enforced { action(key.on_delete) } else { "not enforced" };
        item(format!("with `{}` refers to `{}`: {how}", key.columns.join("`, `"), key.table))
    }));
    notes.extend(column.generated.map(|generated| item(made(generated).to_owned())));
    let checks = crate::constraints(schema);
    let single = checks
        .into_iter()
        .filter(|check| check.table == name && check.field == column.name.proto && names_column(&check.name, column));
    notes.extend(single.map(|check| with_code(el("li"), &check.says).set("title", check.name)));
    let of_run_time = column.rules.all.iter().filter(|_| crate::sql::rule_check(column).is_none());
    notes.extend(of_run_time.map(|rule| {
        let says = crate::says::says(&rule.asks);
        let says = if says.is_empty() { format!("`{}`", rule.name) } else { format!("{says} (`{}`)", rule.name) };
        item(format!("the store checks: {says}"))
    }));
    notes.extend(form(column.form).map(|form| item(format!("stored as {form}"))));
    notes.extend(column.redacted.then(|| item("redacted: no readable view and no `Debug` shows it".to_owned())));
    notes.extend(is_immutable(&table.record.nodes, column).then(|| item("immutable".to_owned())));
    notes
}

/// Returns the constraints over several columns of a table.
pub(super) fn several(schema: &Schema, name: &str, columns: &[&Column]) -> Option<Element> {
    let is_single =
        |check: &crate::Constraint| columns.iter().any(|c| check.field == c.name.proto && names_column(&check.name, c));
    let checks = crate::constraints(schema).into_iter().filter(|check| check.table == name && !is_single(check));
    let items: Vec<Element> = checks
        .map(|check| with_code(el("li"), &format!("`{}` {}", check.field, check.says)).set("title", check.name))
        .collect();
    if items.is_empty() {
        return None;
    }
    Some(el("div").with(el("h3").text("Constraints over several columns")).with(el("ul").all(items)))
}

/// Returns how many elements a list or map has, as a sentence.
pub(super) fn counted(child: &ChildTable) -> String {
    let Counted { min, max, unique } = child.counted;
    let number = match (min, max) {
        (None, None) => String::new(),
        (Some(min), None) => format!("At least {min}. "),
        (None, Some(max)) => format!("At most {max}. "),
        (Some(min), Some(max)) => format!("From {min} to {max}. "),
    };
    number + if unique { "None is there twice." } else { "" }
}

/// Returns whether a CHECK is one of a column alone.
fn names_column(check: &str, column: &Column) -> bool {
    let sql = &column.name.sql;
    [protostore_schema::check_name(sql), protostore_schema::rules_name(sql)].iter().any(|name| name == check)
}

fn refers(schema: &Schema, reference: &Reference) -> Element {
    let how = if reference.enforced { action(reference.on_delete) } else { "not enforced" };
    let target = &schema.table(&reference.table).name.sql;
    let link = el("a").set("href", format!("{target}.html")).with(el("code").text(target));
    el("li").text("refers to ").with(link).text(format!(": {how}"))
}

fn action(on_delete: OnDelete) -> &'static str {
    match on_delete {
        OnDelete::Restrict => "a row that is referred to cannot be deleted",
        OnDelete::Cascade => "deleted with the row that it refers to",
        OnDelete::SetNull => "unset where that row is deleted",
    }
}

fn made(generated: Generated) -> &'static str {
    match generated {
        Generated::UuidV7 => "the store makes a UUID of version 7 where it is unset",
        Generated::UuidV4 => "the store makes a UUID of version 4 where it is unset",
        Generated::Sequence => "the store takes the next number where it is unset",
        Generated::CreateTime => "the store sets the time of the insert",
        Generated::UpdateTime => "the store sets the time of the last write",
    }
}

fn form(form: Form) -> Option<&'static str> {
    Some(match form {
        Form::Own => return None,
        Form::FullRange => "the signed number `value XOR 2^63`",
        Form::FloatBits => "the integer of its bits",
        Form::Seconds => "seconds",
        Form::Milliseconds => "milliseconds",
        Form::Microseconds | Form::Timestamptz => "microseconds",
        Form::Rfc3339 => "text of RFC 3339",
        Form::Json => "canonical JSON of protobuf",
        Form::Bytes => "bytes",
    })
}

/// Returns whether a column keeps what its row was inserted with, by itself or with the message around it.
fn is_immutable(nodes: &[Node], column: &Column) -> bool {
    nodes.iter().any(|node| match node {
        Node::Scalar(scalar) => scalar.immutable && scalar.column == *column,
        Node::Group(group) => {
            let inside = group.presence == *column || group.nodes.iter().any(|node| node.columns().contains(&column));
            (group.immutable && inside) || is_immutable(&group.nodes, column)
        }
        Node::Oneof(oneof) => {
            oneof.variants.iter().any(|variant| is_immutable(std::slice::from_ref(&variant.node), column))
        }
        Node::Child(_) | Node::Absent(_) => false,
    })
}
