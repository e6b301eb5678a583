//! Refuses SQL names that meet: engines do not tell names apart by case.

use std::collections::BTreeMap;

use protostore_schema::{check_name, oneof_name, presence_name, sql_name, view_name};

use super::Report;
use super::draft::{Draft, Shape, Spot};
use crate::diagnostic::Place;
use crate::{Code, names};

/// Checks the columns and constraints of each table, and the tables, views and indexes of the store.
pub(super) fn check(drafts: &[Draft], report: &mut Report<'_>) {
    let mut store = Taken::default();
    for draft in drafts {
        let place = draft.name_place(report.sources);
        relation(&draft.sql, format!("the table `{}`", draft.field.name()), place, &mut store, report);
        check_table(draft, None, report);
        for (i, spot) in draft.spots.iter().enumerate().filter(|(_, spot)| spot.has_table()) {
            let what = format!("the child table of `{}.{}`", draft.field.name(), spot.dotted());
            relation(&spot.sql, what, spot.place(report.sources), &mut store, report);
            check_table(draft, Some(i), report);
        }
    }
    for draft in drafts {
        for (child, index) in &draft.indexes {
            let place =
                child.map_or_else(|| draft.name_place(report.sources), |i| draft.spots[i].place(report.sources));
            let what = format!("an index of `{}`", draft.field.name());
            if let Some(other) = store.take(&index.name, &what) {
                let text = format!("the name `{}` of {what} is taken by {other}", index.name);
                report.add(Code::TableNameTaken, place, text, "rename one of the fields, with `name` or in the proto");
            }
        }
    }
}

/// Checks the name of a table, and of the view beside it.
fn relation(name: &str, what: String, place: Place, store: &mut Taken, report: &mut Report<'_>) {
    let lower = name.to_ascii_lowercase();
    if let Some(prefix) = names::RESERVED_PREFIXES.iter().find(|prefix| lower.starts_with(**prefix)) {
        let text = format!("the name `{name}` begins with `{prefix}`, which is reserved");
        report.add(Code::ReservedName, place.clone(), text, "write another name");
    }
    let view = view_name(name);
    for (name, what) in [(name, what.clone()), (&view, format!("the readable view of {what}"))] {
        if let Some(other) = store.take(name, &what) {
            let text = format!("the name `{name}` of {what} is taken by {other}");
            let help = "rename one of the two; names that differ only in case are the same";
            report.add(Code::TableNameTaken, place, text, help);
            return;
        }
    }
}

/// Checks the columns of one table, then the constraints.
fn check_table(draft: &Draft, child: Option<usize>, report: &mut Report<'_>) {
    let in_table = |spot: &&Spot| spot.child == child && !spot.has_table() && !spot.shape_is_absent();
    let mut columns = Taken::default();
    let mut constraints = Taken::default();
    let mut made: Vec<&str> = Vec::new();
    if let Some(i) = child {
        made.extend(draft.spots[i].owner.iter().map(String::as_str));
        // The key of a map is a field of its entries, and is checked among them.
        let has_position = matches!(draft.spots[i].shape, Shape::Scalars(_) | Shape::Messages(_));
        made.extend(has_position.then_some(draft.spots[i].place_column.as_str()));
        made.extend(matches!(draft.spots[i].shape, Shape::Scalars(_)).then_some("value"));
    }
    if child.is_none() && draft.singleton {
        columns.take(names::SINGLETON, "the key of a table of at most one row");
        constraints.take(&check_name(names::SINGLETON), "the key of a table of at most one row");
    }
    for name in made {
        let what = format!("the column `{name}` that each child table has");
        constraints.take(&check_name(name), &what);
        if let (Some(_), Some(spot)) = (columns.take(name, &what), child.map(|i| &draft.spots[i])) {
            let text = format!("two fields of the key are both `{name}` in the child table of `{}`", spot.dotted());
            let help = "name the column of one of them: `[(protostore.v1.column) = {name: \"…\"}]`";
            report.add(Code::NameTaken, spot.place(report.sources), text, help);
        }
    }
    for spot in draft.spots.iter().filter(in_table) {
        let what = format!("`{}`", spot.dotted());
        let place = || match &spot.column.name {
            Some((_, said)) => said.place(report.sources, &[("name", 0)]),
            None => spot.place(report.sources),
        };
        let own = match spot.shape {
            Shape::Message(_) => Some(presence_name(&spot.sql)),
            Shape::Scalar(_)
            | Shape::Row(_)
            | Shape::Scalars(_)
            | Shape::Messages(_)
            | Shape::Map(_)
            | Shape::Absent => None,
        };
        let taken = columns.take(&spot.sql, &what);
        let clash = [Some(check_name(&spot.sql)), own].into_iter().flatten().find_map(|n| constraints.take(&n, &what));
        if let Some(other) = taken.or(clash) {
            let text = format!("the column `{}` of {what} is taken by {other}", spot.sql);
            let name = format!("{}_2", spot.sql.to_ascii_lowercase());
            let help = format!("name the column: `[(protostore.v1.column) = {{name: \"{name}\"}}]`");
            let place = place();
            report.add(Code::NameTaken, place, text, help);
        }
    }
    let mut seen = Vec::new();
    for spot in draft.spots.iter().filter(|spot| draft_table(draft, spot) == child) {
        let Some(oneof) = spot.field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) else { continue };
        let id = (spot.parent, oneof.name().to_owned());
        if seen.contains(&id) {
            continue;
        }
        let sql = oneof_sql(draft, spot.parent, oneof.name());
        let what = format!("the oneof `{}`", oneof.full_name());
        if let Some(other) = constraints.take(&oneof_name(&sql), &what) {
            let path: Vec<i32> = oneof.path().iter().copied().chain([1]).collect();
            let place = report.sources.place(oneof.parent_file().name(), &path);
            let text = format!("the constraint `{}` of {what} is taken by {other}", oneof_name(&sql));
            report.add(Code::NameTaken, place, text, "rename the oneof; its name is in no data");
        }
        seen.push(id);
    }
}

/// Returns the table that a field of one value is in.
fn draft_table(draft: &Draft, spot: &Spot) -> Option<usize> {
    spot.parent.and_then(|parent| draft.spots[parent].child)
}

/// Returns the SQL name of a oneof, which only its constraint has: the messages around it, then its own.
pub(super) fn oneof_sql(draft: &Draft, parent: Option<usize>, oneof: &str) -> String {
    let prefix = parent.map(|p| &draft.spots[p]).filter(|p| !p.has_table()).map_or("", |p| p.sql.as_str());
    sql_name(&names::sql_join(prefix, oneof))
}

/// Names that are taken, without regard to case, and by what.
#[derive(Default)]
struct Taken(BTreeMap<String, String>);

impl Taken {
    /// Takes a name, or returns what has it.
    fn take(&mut self, name: &str, what: &str) -> Option<String> {
        let key = name.to_ascii_lowercase();
        if let Some(other) = self.0.get(&key) {
            return Some(other.clone());
        }
        self.0.insert(key, what.to_owned());
        None
    }
}
