//! Methods of the program that give values to rows: rows are kept as they were before anything changes, and handed over
//! when tables have their final form.
//!
//! To plain SQL both lines are comments, and a guard behind each finds that it was not carried out.

use std::collections::{BTreeMap, BTreeSet};

use protostore_evolve::plan::{Guard, Place, RustStep, Step, Test};
use protostore_schema::ChildTable;
use protostore_sql::{Ddl, Dropped, Expr, Select, Ty};

use super::line::{self, Call};
use super::member::{Names, members, only};
use super::places::SqlTable;
use super::print::first;
use super::rust::key_of;
use super::script::Script;
use super::test::condition;
use super::way::{Stage, Way};
use super::work::all_checks;

/// The column of a kept row's bytes.
const RECORD: &str = "protostore__record";

/// A method and the path that it fills; an empty path means that it rewrites the row.
type Method<'w> = (&'w str, &'w [u32]);

/// Returns the methods over each table, in the order of the steps.
fn methods<'w>(way: &Way<'w>) -> BTreeMap<u32, Vec<Method<'w>>> {
    let mut all: BTreeMap<u32, Vec<Method<'w>>> = BTreeMap::new();
    for step in way.steps {
        if let Step::Rust { place, by: RustStep::Hook { method, path } } = step {
            all.entry(place.table).or_default().push((method, path));
        }
    }
    all
}

/// Returns the numbers of the tables that a step hands to the program.
pub(super) fn over(steps: &[Step]) -> BTreeSet<u32> {
    let number = |step: &Step| match step {
        Step::Rust { place, by: RustStep::Hook { .. } } => Some(place.table),
        _ => None,
    };
    steps.iter().filter_map(number).collect()
}

/// Returns whether a guard looks at what a method of the program fills.
pub(super) fn postpones(way: &Way<'_>, guard: &Guard) -> bool {
    let Guard { place, rows, before, says: _ } = guard;
    let of_it = |step: &Step| match step {
        Step::Rust { place: of, by: RustStep::Hook { path, .. } } if of.table == place.table && path.is_empty() => {
            rows.columns().iter().all(|id| way.new.table(&id.place).is_some_and(|table| table.column(id).is_some()))
        }
        Step::Rust { place: of, by: RustStep::Hook { path, .. } } if of.table == place.table => {
            rows.columns().iter().any(|id| id.path.starts_with(path)) || has_no_child(rows, path)
        }
        _ => false,
    };
    !before && way.steps.iter().any(of_it)
}

fn has_no_child(test: &Test, path: &[u32]) -> bool {
    match test {
        Test::NoChild(place) => place.path.starts_with(path),
        Test::All(tests) | Test::Either(tests) => tests.iter().any(|test| has_no_child(test, path)),
        Test::Not(test) => has_no_child(test, path),
        _ => false,
    }
}

fn kept(number: u32) -> String {
    format!("protostore__before_{number}")
}

fn count<'w>(table: String) -> Expr<'w> {
    Expr::Value(Box::new(Select::from(table, [Expr::Count])))
}

/// Keeps the rows as they are, before anything changes.
pub(super) fn keep(way: &Way<'_>, script: &mut Script) {
    for (number, methods) in methods(way) {
        let place = Place { table: number, path: Vec::new() };
        let Some(table) = way.old.table(&place) else { continue };
        let names: Vec<String> = methods.iter().map(|(method, _)| format!("`{method}`")).collect();
        script.begin(format!("Rows of `{}` as they are, for {} of the program.", table.name, names.join(", ")));
        let mut definition = way.old.definition(table).clone();
        let is_key = |name: &str| table.key().iter().any(|part| part.name.sql == name);
        definition.name = kept(number).into();
        (definition.docs, definition.checks, definition.foreign_keys) = (&[], Vec::new(), Vec::new());
        definition.by_key = true;
        definition.columns.retain(|column| is_key(&column.name));
        for column in &mut definition.columns {
            (column.docs, column.default, column.reference) = (&[], None, None);
            column.checks.clear();
        }
        definition.columns.push(protostore_sql::ColumnDef {
            name: RECORD.into(),
            docs: &[],
            ty: Ty::Bytes,
            nullable: false,
            default: None,
            checks: Vec::new(),
            reference: None,
        });
        script.ddl(Ddl::Table(definition));
        script.line(&line::keep(table, kept(number), RECORD));
        let says = format!("the rows of {} were not kept: only protostore carries this out", table.name);
        script.same(&says, count(table.name.to_owned()), count(kept(number)));
    }
}

/// Hands the rows to the program, and looks whether what it made of them is what the newer schema asks for.
pub(super) fn all(way: &Way<'_>, script: &mut Script) {
    for (number, methods) in methods(way) {
        let place = Place { table: number, path: Vec::new() };
        let (Some(old), Some(table)) = (way.old.table(&place), way.new.table(&place)) else { continue };
        let names: Vec<String> = methods.iter().map(|(method, _)| format!("`{method}`")).collect();
        script.begin(format!("{} of the program over `{}`.", names.join(", "), table.name));
        script.line(&handed(old, table, &methods, kept(number)));
        let says = format!("{} did not run over {}: only protostore carries this out", names.join(", "), table.name);
        script.guard(&says.replace('`', ""), &kept(number), Expr::Const(true), key_of(old));
        script.ddl(Ddl::Drop(Dropped::Table(kept(number).into())));
        guards(way, script, number, &methods);
    }
}

fn handed(old: &SqlTable<'_>, table: &SqlTable<'_>, methods: &[Method<'_>], from: String) -> line::Run {
    let names = Names {
        table: &|_: &Place, child: &ChildTable| child.name.sql.clone(),
        column: &|_, column| column.name.sql.clone(),
    };
    let fields = || members(table.record.number, &table.place, &table.record.record.nodes, names);
    let calls = methods.iter().map(|(method, path)| Call { method, fields: only(fields(), path) });
    line::hook(old, table, (from, RECORD), calls.collect())
}

/// What the program gave is looked at before constraints are made, which name no row.
fn guards(way: &Way<'_>, script: &mut Script, number: u32, methods: &[Method<'_>]) {
    script.begin("What the program made of the rows is what the newer schema asks for.");
    let seen = way.seen(Stage::Final);
    for step in way.steps {
        let Step::Guard(guard) = step else { continue };
        if guard.place.table == number && postpones(way, guard) {
            let condition = condition(&seen, &guard.place, &guard.rows);
            script.guard(
                &guard.says,
                &seen_table(way, &guard.place),
                condition,
                first(way, &guard.place, Stage::Final),
            );
        }
    }
    let rewrites = methods.iter().any(|(_, path)| path.is_empty());
    for work in way.kept.values().filter(|work| work.new.place.table == number) {
        let says = crate::sql::constraints(work.new.record);
        let kept = if work.rebuild { BTreeSet::new() } else { super::alter::kept_checks(way, work) };
        for check in all_checks(work.after).filter(|check| !kept.contains(&*check.name)) {
            let condition = Expr::All(check.all.clone());
            let named = super::objects::named(&condition);
            let is_filled = work
                .new
                .columns
                .iter()
                .filter(|column| named.contains(&column.name.sql))
                .any(|column| methods.iter().any(|(_, path)| column.path.starts_with(path)));
            let known = says.iter().find(|known| known.table == work.new.name && known.name == check.name);
            if let Some(known) = known.filter(|_| rewrites || is_filled) {
                let path = if known.field.is_empty() { String::new() } else { format!(".{}", known.field) };
                let says = format!("{}{path} {}", table_name(work.new), known.says);
                script.guard(&says, work.new.name, condition.not(), key_of(work.new));
            }
        }
    }
}

fn table_name<'w>(table: &SqlTable<'w>) -> &'w str {
    &table.record.name.proto
}

fn seen_table(way: &Way<'_>, place: &Place) -> String {
    way.new.table(place).map(|table| table.name.to_owned()).unwrap_or_default()
}
