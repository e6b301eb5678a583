//! The sections of a migration, in their order.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::{ColumnId, Guard, Motion, Place, Step, Test};
use protostore_schema::{Column, Form, Role, Type};
use protostore_sql::{self as sql, Alteration, Ddl, Delete, Dropped, Expr, Insert, Rows, Select, Show, Update};

use super::definitions::dropped;
use super::places::SqlTable;
use super::script::Script;
use super::test::{Look, condition};
use super::value::{fill, position};
use super::way::{Stage, Way};
use super::work::Work;
use super::{alter, counter, hook, rebuild, rows, rust, sweep};

/// Returns the statements of a migration, and how many passes over each table they take.
pub(super) fn print(way: &mut Way<'_>) -> (String, BTreeMap<String, u32>) {
    let mut script = Script::default();
    guards(way, &mut script, Stage::Before);
    hook::keep(way, &mut script);
    let gone = drop_beside(way, &mut script);
    alter::loosen(way, &mut script);
    sweep::all(way, &mut script);
    renames(way, &mut script);
    create(way, &mut script);
    alter::add(way, &mut script);
    moves(way, &mut script);
    rows::all(way, &mut script);
    alter::write(way, &mut script);
    fills_of_new_tables(way, &mut script);
    rust::all(way, &mut script);
    guards(way, &mut script, Stage::Filled);
    same_counts(way, &mut script);
    rebuild::all(way, &mut script);
    alter::drop(way, &mut script);
    drop_tables(way, &mut script);
    hook::all(way, &mut script);
    rust::chains(way, &mut script);
    alter::tighten(way, &mut script);
    make_beside(way, &mut script, &gone);
    counter::all(way, &mut script);
    references(way, &mut script);
    rust::reports(way, &mut script);
    script.end()
}

/// Stops the upgrade where a row does not fit.
fn guards(way: &Way<'_>, script: &mut Script, stage: Stage) {
    script.begin(match stage {
        Stage::Before => "What the newer schema cannot hold stops the upgrade before anything is changed.",
        _ => "What was made of the rows is what the newer schema asks for.",
    });
    let seen = way.seen(stage);
    for step in way.steps {
        let Step::Guard(guard @ Guard { place, rows, before, says }) = step else { continue };
        if *before == (stage == Stage::Before) && !hook::postpones(way, guard) {
            let condition = condition(&seen, place, rows);
            script.guard(says, &seen.table(place), condition, first(way, place, stage));
        }
    }
}

/// Returns what the first row of a table is called by: its key.
pub(super) fn first<'w>(way: &Way<'w>, place: &Place, stage: Stage) -> Expr<'w> {
    // A table that is rebuilt still has its older key.
    let table = match (stage, way.kept.get(place)) {
        (Stage::Final, _) | (Stage::Filled | Stage::Filling, None) => {
            way.new.table(place).or_else(|| way.old.table(place))
        }
        _ => way.old.table(place).or_else(|| way.new.table(place)),
    };
    let Some(table) = table else { return Expr::Null };
    let part = |column: &Column| {
        let name = match stage {
            Stage::Before | Stage::Final => column.name.sql.clone(),
            _ if way.old.table(place).is_some() => way.physical(&table.id(column)),
            _ => column.name.sql.clone(),
        };
        let is_bytes = column.form == Form::Bytes || column.ty == Type::Bytes;
        let part = Expr::column(name);
        if is_bytes { Expr::Shown(Show::Hex, Box::new(part)) } else { part }
    };
    let mut parts: Vec<Expr<'w>> = table.key().into_iter().map(part).collect();
    let key = if parts.len() == 1 { parts.remove(0) } else { Expr::Listed(parts) };
    Expr::Min(Box::new(key))
}

/// Drops what must not see what follows, and what the newer schema does not have. Returns what is gone.
fn drop_beside(way: &Way<'_>, script: &mut Script) -> BTreeSet<(u8, String)> {
    script.begin("Whatever names a table or column that changes is made anew at the end.");
    let disturbed = way.disturbed();
    let alters = alter::count(way);
    let mut gone = BTreeSet::new();
    let newer: BTreeMap<(u8, String), &Ddl<'_>> = way.new.beside.iter().map(|ddl| (name_of(ddl), ddl)).collect();
    let is_kept = |ddl: &Ddl<'_>| {
        let is_same = newer.get(&name_of(ddl)).is_some_and(|newer| *newer == ddl);
        match ddl {
            Ddl::View(_) if alters > 2 => false,
            Ddl::View(_) | Ddl::Trigger(_) => {
                is_same && (disturbed.is_empty() || way.old.named(ddl).is_disjoint(&disturbed))
            }
            Ddl::Index(index) => is_same && !is_disturbed(way, index),
            Ddl::Table(_) | Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => true,
        }
    };
    // Views first, since they look at what follows.
    for ddl in way.old.beside.iter().rev() {
        let Some(dropped) = dropped(ddl).filter(|_| !is_kept(ddl)) else { continue };
        gone.insert(name_of(ddl));
        let goes_along = match ddl {
            Ddl::Index(index) => has_own_end(way, &index.table),
            _ => false,
        };
        if !goes_along {
            script.ddl(Ddl::Drop(dropped));
        }
    }
    gone
}

/// Returns what something beside a table is, and its name.
fn name_of(ddl: &Ddl<'_>) -> (u8, String) {
    match ddl {
        Ddl::Index(index) => (0, index.name.to_string()),
        Ddl::Trigger(trigger) => (1, trigger.name.to_string()),
        Ddl::View(view) => (2, view.name.to_string()),
        Ddl::Table(_) | Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => (3, String::new()),
    }
}

/// Returns whether the table of an index is dropped, and the index with it.
fn has_own_end(way: &Way<'_>, table: &str) -> bool {
    let Some(table) = way.old.places.named(table) else { return false };
    let is_dropped = way.dropped.iter().any(|(dropped, _)| dropped.place == table.place);
    is_dropped || way.kept.get(&table.place).is_some_and(|work| work.rebuild)
}

/// Returns whether a column of an index gets other values, another name, or another column in its place.
fn is_disturbed(way: &Way<'_>, index: &sql::Index<'_>) -> bool {
    let Some(table) = way.old.places.named(&index.table) else { return true };
    let Some(work) = way.kept.get(&table.place) else { return has_own_end(way, &index.table) };
    let mut names: BTreeSet<String> = index.columns.iter().map(|part| part.column.to_string()).collect();
    names.extend(index.of.iter().flat_map(super::objects::named));
    work.rebuild
        || work.old.name != work.new.name
        || names.iter().any(|name| {
            let Some(old) = table.columns.iter().find(|column| column.name.sql == *name) else { return true };
            let id = table.id(old);
            let is_written = way.values.get(&id).is_none_or(super::value::Value::is_written);
            is_written || work.anew.contains(&id) || work.physical.get(&id) != Some(name)
        })
}

fn make_beside(way: &Way<'_>, script: &mut Script, gone: &BTreeSet<(u8, String)>) {
    script.begin("Indexes, triggers and views of the newer schema.");
    let older: BTreeMap<(u8, String), &Ddl<'_>> = way.old.beside.iter().map(|ddl| (name_of(ddl), ddl)).collect();
    for ddl in &way.new.beside {
        let name = name_of(ddl);
        if gone.contains(&name) || older.get(&name).is_none_or(|older| *older != ddl) {
            script.ddl(ddl.clone());
        }
    }
}

fn renames(way: &Way<'_>, script: &mut Script) {
    script.begin("Names: the numbers of tables and fields are the same.");
    for (from, to) in &way.renames {
        script.alter(from, Alteration::RenameTo(to.clone().into()));
    }
    for work in way.kept.values() {
        for (from, to) in &work.renames {
            script.alter(work.new.name, Alteration::RenameColumn(from.clone().into(), to.clone().into()));
        }
    }
}

fn create(way: &Way<'_>, script: &mut Script) {
    script.begin("New tables.");
    for table in &way.created {
        script.ddl(Ddl::Table(way.new.definition(table).clone()));
    }
}

/// Copies rows into tables that are made.
fn moves(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Move { from, to, columns, by } = step else { continue };
        if *by == Motion::OnlyRow || !way.created.iter().any(|table| table.place == *to) {
            continue;
        }
        let (Some(old), Some(new)) = (way.old.table(from), way.new.table(to)) else { continue };
        script.begin(format!("What {} held goes to {}.", old.name, new.name));
        let mut given: Vec<(String, Expr<'_>)> = owner(way, old, new, by);
        for column in &new.columns {
            let id = new.id(column);
            if let Some((there, _, by)) = columns.iter().find(|(_, to, _)| *to == id) {
                let value = Expr::column(way.physical(there));
                let value = way.crossing(there, &id).map(|crossing| crossing.convert(by, value, None));
                given.extend(value.map(|value| (column.name.sql.clone(), value)));
            } else if column.role == Role::Position && column.path == to.path {
                let at = if *by == Motion::KeysToPositions { position(way, from) } else { Expr::int(0) };
                given.push((column.name.sql.clone(), at));
            }
        }
        let rows = match by {
            Motion::OneRow(Test::Any) | Motion::OnlyRow | Motion::KeysToPositions | Motion::PositionsToKeys => None,
            Motion::OneRow(test) => Some(condition(&way.seen(Stage::Renamed), from, test)),
        };
        let (names, values): (Vec<String>, Vec<Expr<'_>>) = given.into_iter().unzip();
        let select = Select::from(way.name(from), values).rows(rows.clone());
        let columns = names.into_iter().map(Into::into).collect();
        script.statement(Insert {
            table: new.name.to_owned().into(),
            columns,
            rows: Rows::Select(select),
            conflict: None,
        });
        let before = Expr::Value(Box::new(Select::from(way.name(from), [Expr::Count]).rows(rows)));
        let after = Expr::Value(Box::new(Select::from(new.name.to_owned(), [Expr::Count])));
        script.same(&format!("{} does not have each row that it must have", new.name), before, after);
    }
}

/// Returns the owner's key of rows that another table had.
pub(super) fn owner<'w>(way: &Way<'w>, old: &SqlTable<'w>, new: &SqlTable<'w>, by: &Motion) -> Vec<(String, Expr<'w>)> {
    let owner = new.child.map(|child| &child.owner[..]).unwrap_or_default();
    let seen = way.seen(Stage::Filling);
    // Of a row that becomes an element the key is the owner's; of an element that becomes another, the owner's in it.
    let key: Vec<ColumnId> = match by {
        Motion::OneRow(_) if way.kept.contains_key(&old.place) => seen.key(&old.place),
        Motion::OneRow(_) => old.key().into_iter().map(|part| old.id(part)).collect(),
        _ => old.child.map(|child| child.owner.iter().map(|part| old.id(part)).collect()).unwrap_or_default(),
    };
    owner.iter().zip(key).map(|(part, id)| (part.name.sql.clone(), seen.value(&id))).collect()
}

/// Fills columns of rows that have just been copied into tables that are made.
fn fills_of_new_tables(way: &Way<'_>, script: &mut Script) {
    for step in way.steps {
        let Step::Fill { column, rows, value } = step else { continue };
        let Some(table) = way.created.iter().find(|table| table.place == column.place) else { continue };
        let Some(known) = table.column(column) else { continue };
        let filled = fill(way, column, value);
        let when = filled.when(condition(&way.seen(Stage::Filling), &column.place, rows));
        script.begin(says(table, known, "is filled"));
        script.statement(Update {
            table: table.name.to_owned().into(),
            set: vec![(known.name.sql.clone().into(), filled.then)],
            rows: if when == Expr::Const(true) { Vec::new() } else { vec![when] },
            returning: Vec::new(),
        });
    }
}

fn same_counts(way: &Way<'_>, script: &mut Script) {
    script.begin("No row was lost.");
    for step in way.steps {
        let Step::SameCount { before, after } = step else { continue };
        // A rebuild compares the rows by itself, before it drops those that it copied.
        if before != after {
            let count = |place| Expr::Value(Box::new(Select::from(way.name(place), [Expr::Count])));
            let lost = format!("{} does not have each row that it must have", way.name(after));
            script.same(&lost, count(before), count(after));
        }
    }
}

fn drop_tables(way: &Way<'_>, script: &mut Script) {
    for (table, name) in &way.dropped {
        script.begin(format!("{} is gone.", table.name));
        script.ddl(Ddl::Drop(Dropped::Table(name.clone().into())));
    }
}

fn references(way: &Way<'_>, script: &mut Script) {
    let is_asked = way.steps.iter().any(|step| matches!(step, Step::References));
    if is_asked || way.kept.values().any(|work| work.rebuild) {
        script.begin("Each reference names a row.");
        let definitions = way.new.places.tables.iter().map(|table| way.new.definition(table));
        for table in definitions.filter(|table| {
            !table.foreign_keys.is_empty() || table.columns.iter().any(|column| column.reference.is_some())
        }) {
            script.cost.references(&table.name);
        }
        let table = Expr::column("table");
        let says = "references name no row, in the table";
        script.guard(says, "pragma_foreign_key_check", Expr::Const(true), Expr::Min(Box::new(table)));
    }
}

/// Returns a sentence about a field: `owner (7) of machines is gone.`
pub(super) fn says(table: &SqlTable<'_>, column: &Column, what: &str) -> String {
    let number = column.path.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
    format!("`{}` ({number}) of `{}` {what}.", column.name.proto, table.record.name.proto)
}

/// Deletes rows.
pub(super) fn delete<'w>(table: &str, rows: Vec<Expr<'w>>) -> Delete<'w> {
    Delete { table: table.to_owned().into(), rows }
}

/// Returns the columns that hold values in a table that is kept, with what they will hold.
pub(super) fn values<'w>(way: &Way<'w>, work: &Work<'w>) -> Vec<(&'w Column, super::value::Value<'w>)> {
    let value = |column: &&'w Column| Some((*column, way.values.get(&work.id(column))?.clone()));
    work.new.columns.iter().filter_map(value).collect()
}
