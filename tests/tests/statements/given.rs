//! What the operation of each statement gives it, by the statement's name.

use protostore_emit::Statement;
use protostore_schema::{ChildTable, Column, Generated, Item, Place, Table};
use protostore_sql::ParamRole;

/// What an operation gives: values of these fields in this order, and what else.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Given {
    pub(crate) values: Option<Vec<String>>,
    pub(crate) after: bool,
    /// Of a list's place, the values that a range goes on after.
    pub(crate) range: bool,
    pub(crate) keys: bool,
    /// The key at which a range ends.
    pub(crate) to: bool,
    pub(crate) now: bool,
    pub(crate) limit: bool,
    pub(crate) offset: bool,
}

impl Given {
    fn values<'v>(fields: impl IntoIterator<Item = &'v str>) -> Self {
        Self { values: Some(fields.into_iter().map(str::to_owned).collect()), ..Self::default() }
    }

    fn now(self) -> Self {
        Self { now: true, ..self }
    }

    fn page(self) -> Self {
        Self { limit: true, ..self }.now()
    }

    fn keys() -> Self {
        Self { keys: true, ..Self::values([]) }
    }
}

/// Returns what the operation of a statement gives it; nothing where no operation has a statement of that name.
pub(crate) fn given(table: &Table, statement: &Statement) -> Option<Given> {
    let rest = statement.name.strip_prefix(&format!("{}.", table.name.proto))?;
    let (path, last) = rest.rsplit_once('.').unwrap_or(("", rest));
    let key = table.key_columns();
    let by_key = || Given::values(fields(&key));
    let child = table.descendants().into_iter().find(|child| child.name.proto == path);
    let is_lookup = rest.starts_with("list_by_") || rest.starts_with("get_by_");
    Some(match (path, last, child) {
        (_, _, Some(child)) => of_child(table, child, last, by_key)?,
        ("", "insert" | "upsert", _) => Given::values(fields(&table.columns())),
        ("", "get" | "delete", _) => by_key().now(),
        ("", "page_first", _) => Given::values([]).page(),
        ("", "page_after", _) => Given { after: true, ..Given::values([]).page() },
        ("", "get_many" | "delete_many", _) => Given::keys().now(),
        // It takes the values out of a record, each by its field.
        ("", "clear", _) => Given::default().now(),
        ("", "sweep", _) => Given::values([]).page(),
        ("", "touch", _) => {
            let times = table.columns().into_iter().filter(|c| c.generated == Some(Generated::UpdateTime));
            let written: Vec<&Column> = times.chain(table.revision_column()).collect();
            Given::values(fields(&written).chain(fields(&key)))
        }
        (list, after, _) if is_lookup && (after == "after" || after.starts_with("after_")) => {
            Given { range: true, ..lookup(table, statement, list)?.page() }
        }
        (list, "count", _) if is_lookup => lookup(table, statement, list)?.page(),
        (list, "delete", _) if is_lookup => lookup(table, statement, list)?.now(),
        ("", list, _) if list.starts_with("list_by_") => lookup(table, statement, list)?.page(),
        ("", get, _) if is_lookup => lookup(table, statement, get)?.now(),
        (columns, "exists", _) => Given::values(columns.split('.')).now().or_joined(statement, columns)?,
        (_, "of", _) => Given { values: asked(statement), ..Given::default() }.now(),
        (_, "of_all", _) => Given::keys().now(),
        (_, "read", _) => by_key().now(),
        (field, "next", _) => Given::values([field]),
        (_, "begin" | "last" | "delete_with", _) => Given::values([]),
        (_, "deleted" | "restore" | "purge" | "get", _) => by_key(),
        (_, "page_first", _) => Given { limit: true, ..Given::values([]) },
        (_, "page_after", _) => Given { limit: true, after: true, ..Given::values([]) },
        (time, "settle", _) => Given::values([time].into_iter().chain(fields_of(table.revision_column()))),
        (_, "restore_with", _) => Given::values(fields_of(table.soft_delete_column())),
        (named, _, _) if named.starts_with("named_by.") => by_key().now(),
        (kept, _, _) if kept.starts_with("kept_by.") || kept.starts_with("missing.") => Given::values([]).now(),
        // The rows that the elements of a list name.
        (list, _, _) if table.descendants().iter().any(|child| child.name.proto == list) => by_key().now(),
        _ => return None,
    })
}

fn of_child(table: &Table, child: &ChildTable, last: &str, by_key: impl Fn() -> Given) -> Option<Given> {
    let key = table.key_columns();
    let entry = || Given::values(fields(&key).chain(fields_of(child.place.column())));
    Some(match last {
        "insert" => Given::values(fields(&child.columns())),
        "delete" | "load" | "next" | "around" => by_key(),
        "load_many" => Given::keys(),
        "load_range" => Given { to: true, ..by_key() },
        "remove_at" => Given { offset: true, ..by_key() },
        "get" => entry(),
        "remove" => match child.place {
            Place::Key(_) => entry(),
            Place::Position(_) | Place::Alone(_) => Given::values(fields(&key).chain([child.name.proto.as_str()])),
        },
        // The reference of an element that is the whole of it; and the rows that elements name.
        "exists" => Given::values([child.name.proto.as_str()]).now(),
        _ => by_key().now(),
    })
}

impl Given {
    /// Paths have dots themselves, so the fields of several columns are compared with what they are joined to.
    fn or_joined(self, statement: &Statement, joined: &str) -> Option<Self> {
        let values = asked(statement)?;
        (values.join(".") == joined).then_some(Self { values: Some(values), ..self })
    }
}

/// Returns what a lookup gives: the fields that its name is made of, in that order.
fn lookup(table: &Table, statement: &Statement, name: &str) -> Option<Given> {
    let values = asked(statement)?;
    let by = name.split_once("_by_")?.1;
    let is_joined = |columns: &[&Column], rest: &str, values: &[&String]| {
        let rust = |field: &&String| columns.iter().find(|c| c.name.proto == **field).map(|c| c.name.rust.as_str());
        let parts: Option<Vec<&str>> = values.iter().map(rust).collect();
        parts.is_some_and(|parts| rest.trim_start_matches('_').starts_with(&parts.join("_")))
    };
    let of_table = is_joined(&table.columns(), by, &values.iter().collect::<Vec<_>>());
    // A list through elements begins with the name of their list, which names an element that is a value.
    let of_child = table.descendants().into_iter().any(|child| {
        let is_element = |field: &str| matches!(&child.item, Item::Scalar(value) if value.name.proto == field);
        let others: Vec<&String> = values.iter().filter(|field| !is_element(field)).collect();
        by.strip_prefix(child.name.rust.as_str()).is_some_and(|rest| is_joined(&child.columns(), rest, &others))
    });
    (of_table || of_child).then_some(Given { values: Some(values), ..Given::default() })
}

/// Returns the fields whose values a statement asks for.
fn asked(statement: &Statement) -> Option<Vec<String>> {
    let values = statement.params().iter().filter(|p| matches!(p.role, ParamRole::Value | ParamRole::Place));
    Some(values.map(|p| p.field.to_string()).collect())
}

fn fields<'c>(columns: &[&'c Column]) -> impl Iterator<Item = &'c str> + use<'c> {
    columns.iter().map(|c| c.name.proto.as_str()).collect::<Vec<_>>().into_iter()
}

fn fields_of(column: Option<&Column>) -> impl Iterator<Item = &str> {
    column.into_iter().map(|c| c.name.proto.as_str())
}

/// Says what a statement asks for that it is not given, or not asks for that it is.
pub(crate) fn mismatch(given: &Given, params: &[(ParamRole, String)], key: &[&str]) -> Option<String> {
    let of = |role| params.iter().filter(move |(asked, _)| *asked == role).map(|(_, field)| field.as_str());
    let values = params.iter().filter(|(role, _)| matches!(role, ParamRole::Value | ParamRole::Place));
    let values: Vec<&str> = values.map(|(_, field)| field.as_str()).collect();
    if given.values.as_ref().is_some_and(|given| *given != values) {
        return Some(format!("is given {:?}, and asks for {values:?}", given.values));
    }
    // What the page before ended with: other columns may come before the key, which is whole unless values fix some of it.
    let after: Vec<&str> = of(ParamRole::After).collect();
    let ended: Vec<&str> = after.iter().copied().filter(|field| key.contains(field)).collect();
    let open: Vec<&str> =
        key.iter().copied().filter(|field| ended.contains(field) || !values.contains(field)).collect();
    let in_order: Vec<&str> = key.iter().copied().filter(|field| ended.contains(field)).collect();
    let is_misplaced = match given.range {
        true => ended != in_order,
        false => given.after == after.is_empty() || (given.after && ended != open),
    };
    if is_misplaced {
        return Some(format!("goes on after {after:?}, and the key is {key:?}"));
    }
    let to: Vec<&str> = of(ParamRole::To).collect();
    let last = if given.to { key } else { &[] };
    if to != last {
        return Some(format!("ends at {to:?}, and the key is {last:?}"));
    }
    for (name, role, is_given) in [
        ("a list of keys", ParamRole::Keys, given.keys),
        ("a limit", ParamRole::Limit, given.limit),
        ("an offset", ParamRole::Offset, given.offset),
    ] {
        if of(role).count() != usize::from(is_given) {
            return Some(format!("{name}: asked {} times, given: {is_given}", of(role).count()));
        }
    }
    let is_timed = params.iter().any(|(role, _)| matches!(role, ParamRole::Now(_)));
    let is_numbered = params.iter().any(|(role, _)| matches!(role, ParamRole::Nth(_)));
    if is_numbered || (is_timed && !given.now) { Some("asks for what nothing gives".to_owned()) } else { None }
}
